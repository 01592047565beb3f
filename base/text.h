/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/text.h - growing text and numbers, independent of any locale.
 */
#ifndef OC_BASE_TEXT_H
#define OC_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Grows in its arena; `data` is always NUL-terminated once non-NULL. */
typedef struct oc_text {
    oc_arena *arena;
    char *data;
    size_t bytes;
    size_t room;
    bool failed; /* memory was out: the text is cut and takes no more */
} oc_text;

void oc_text_put(oc_text *text, const char *data, size_t bytes);
void oc_text_puts(oc_text *text, const char *string);
OC_PRINTF(2, 3)
void oc_text_printf(oc_text *text, const char *format, ...);

#define OC_I128_DIGITS 41 /* sign, 39 digits, NUL */
/* Decimal digits of value into buffer; returns buffer. */
char *oc_i128_print(char buffer[OC_I128_DIGITS], oc_i128 value);
/* False unless text[0..bytes) is an optional '-' and digits within range. */
bool oc_i128_parse(oc_i128 *value, const char *text, size_t bytes);

/* "8.21 G", "25.53 M", "9472": SI, two decimals below 100 and one above. */
char *oc_si_print(char *buffer, size_t room, oc_i128 value);
/* "97.39 MiB", "132 B": IEC. */
char *oc_iec_print(char *buffer, size_t room, oc_i128 bytes);

/* Length of the valid UTF-8 sequence at data (1 to 4), or 0. */
size_t oc_utf8_length(const char *data, size_t bytes);
/* How many bytes from data on are valid UTF-8. */
size_t oc_utf8_prefix(const char *data, size_t bytes);

#endif
