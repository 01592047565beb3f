/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/unicode.h - the characters of names that a model controls.
 *
 * In here: decoding with U+FFFD for what is not UTF-8, which characters must
 * not reach a reader raw, how many columns one takes.
 * Not in here: how a format spells what must not be raw.
 */
#ifndef OC_REPORTS_UNICODE_H
#define OC_REPORTS_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OC_REPLACEMENT 0xFFFDu
#define OC_REPLACEMENT_UTF8 "\xEF\xBF\xBD"

/* One character of a text, or one byte that is none. */
typedef struct oc_rune {
    uint32_t code; /* OC_REPLACEMENT for a byte that is not UTF-8 */
    bool valid;    /* the bytes may be copied as they are */
    const char *data;
    size_t bytes;
} oc_rune;

/* Takes the next one off *text; false at the end. */
bool oc_rune_next(oc_rune *rune, const char **text, const char *end);

/* C0, DEL, C1, bidirectional controls, zero-width and line separators. */
bool oc_rune_is_control(uint32_t code);
#define OC_RUNE_ROOM 16
/* "\\x1b", "\\u{202e}": a character that must not be raw, for people. Returns
 * the length. */
size_t oc_rune_spell(char spelt[OC_RUNE_ROOM], uint32_t code);
/* Digits of value, at least so many, and a NUL; returns their count. */
size_t oc_hex_print(char *digits, uint32_t value, size_t least);
/* 0 for combining marks, 2 for East Asian wide ones and emoji, else 1. */
unsigned oc_rune_columns(uint32_t code);

#endif
