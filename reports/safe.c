/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/safe.c - a model's strings for terminals and logs.
 *
 * Names may hold escape sequences, overprint what stands before them or start
 * commands of a CI system ("##[...]"). What comes out is one line of plain
 * characters.
 */
#include <stdio.h>
#include <string.h>

#include "onnxcost/write.h"

#include "reports/unicode.h"

/* How one character is shown; returns its length. */
static size_t spell(char spelt[OC_RUNE_ROOM], const oc_rune *rune,
                    uint32_t before, bool utf8)
{
    bool raw = rune->code < 0x80 || utf8;
    if (rune->code == '#' && before == '#')
        raw = false;
    if (oc_rune_is_control(rune->code))
        raw = false;
    if (raw && rune->valid) {
        memcpy(spelt, rune->data, rune->bytes);
        return rune->bytes;
    }
    if (raw)
        return (size_t)snprintf(spelt, OC_RUNE_ROOM, OC_REPLACEMENT_UTF8);
    return oc_rune_spell(spelt, rune->code);
}

size_t oc_print_safe(char *buffer, size_t room, const char *text, bool utf8)
{
    const char *end = text + strlen(text);
    size_t total = 0, kept = 0;
    uint32_t before = 0;
    oc_rune rune;
    while (oc_rune_next(&rune, &text, end)) {
        char spelt[OC_RUNE_ROOM];
        size_t bytes = spell(spelt, &rune, before, utf8);
        if (kept == total && total + bytes < room) {
            memcpy(buffer + kept, spelt, bytes);
            kept += bytes;
        }
        total += bytes;
        before = rune.code;
    }
    if (room > 0)
        buffer[kept] = '\0';
    return total;
}
