/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/spelling.c - how near a misspelt word is to one that there is.
 */
#include <string.h>

#include "cli/cli.h"

enum { LONGEST = 48 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: a swap of neighbours is one change. */
size_t spelling_distance(const char *a, const char *b)
{
    size_t row[3][LONGEST + 1]; /* of i - 2, i - 1 and i letters of a */
    const size_t rows = strlen(a), columns = strlen(b);
    if (rows > LONGEST || columns > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= columns; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t *here = row[i % 3];
        const size_t *above = row[(i - 1) % 3], *before = row[(i + 1) % 3];
        here[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            here[j] = above[j - 1] + (a[i - 1] != b[j - 1]);
            here[j] = least(here[j], least(above[j], here[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                here[j] = least(here[j], before[j - 2] + 1);
        }
    }
    return row[rows % 3][columns];
}

size_t spelling_tolerance(const char *word)
{
    return (strlen(word) + 2) / 4 + (strlen(word) > 2);
}
