/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/shell.c - words of commands that an error suggests.
 *
 * People copy them into a shell: what a file or a model is called must not
 * become a command there.
 */
#include "onnxcost/error.h"

#include <stdbool.h>
#include <string.h>

/* A shell takes these as they are. */
static bool is_plain(const char *word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
                               "RSTUVWXYZ0123456789_-+=:,./@%";
    return word[0] != '\0' && word[strspn(word, safe)] == '\0';
}

/* Would be shown in another spelling. */
static bool has_control(const char *word)
{
    for (; *word != '\0'; word++)
        if ((unsigned char)*word < ' ' || *word == '\x7f')
            return true;
    return false;
}

/* 'it'\''s' */
static void put_quoted(char *buffer, const char *word)
{
    char *next = buffer;
    *next++ = '\'';
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            memcpy(next, "'\\'", 3);
            next += 3;
        }
        *next++ = *word;
    }
    *next++ = '\'';
    *next = '\0';
}

static size_t quoted_bytes(const char *word)
{
    size_t bytes = 2;
    for (; *word != '\0'; word++)
        bytes += *word == '\'' ? 4 : 1;
    return bytes;
}

const char *oc_shell_word(char *buffer, size_t room, const char *word,
                          const char *otherwise)
{
    if (has_control(word) || quoted_bytes(word) >= room)
        return otherwise;
    if (is_plain(word))
        memcpy(buffer, word, strlen(word) + 1);
    else
        put_quoted(buffer, word);
    return buffer;
}
