/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/os.h - what an operating system adds; implemented in os_posix.c.
 */
#ifndef OC_BASE_OS_H
#define OC_BASE_OS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/error.h"

/* Random bytes for hash seeds; never fails (falls back to clock and pid). */
void oc_os_random(void *data, size_t bytes);

typedef enum oc_file_kind {
    OC_FILE_REGULAR,
    OC_FILE_PIPE, /* FIFO, socket, character device: read in order */
    OC_FILE_DIRECTORY,
    OC_FILE_OTHER
} oc_file_kind;

typedef struct oc_file {
    int fd;
    bool owned; /* closed by oc_os_close */
    oc_file_kind kind;
    uint64_t size_bytes; /* regular files only */
    int64_t changed_ns;  /* modification time when opened */
} oc_file;

/* "-" is standard input. Opens without blocking (a FIFO without a writer is
 * an error, not a wait). */
OC_NODISCARD
oc_status oc_os_open(oc_file *out, const char *path, oc_error *err);
/* Bytes read in *got: fewer than asked only at the end. */
OC_NODISCARD
oc_status oc_os_read_at(const oc_file *file, void *data, size_t bytes,
                        uint64_t offset, size_t *got, oc_error *err);
OC_NODISCARD
oc_status oc_os_read(const oc_file *file, void *data, size_t bytes, size_t *got,
                     oc_error *err);
/* OC_ERR_IO "file changed while reading" when size or time differ now. */
OC_NODISCARD
oc_status oc_os_unchanged(const oc_file *file, oc_error *err);
void oc_os_close(oc_file *file);

/* An output that appears under its name only when it is whole. */
typedef struct oc_output {
    int fd;
    char *path;      /* NULL: standard output */
    char *temporary; /* beside path */
    bool unnamed;    /* temporary is not in the directory yet */
} oc_output;
/* "-" or NULL is standard output. */
OC_NODISCARD
oc_status oc_os_create(oc_output *out, const char *path, oc_error *err);
OC_NODISCARD
oc_status oc_os_write(oc_output *out, const void *data, size_t bytes,
                      oc_error *err);
/* Flushes and renames. */
OC_NODISCARD
oc_status oc_os_commit(oc_output *out, oc_error *err);
void oc_os_discard(oc_output *out); /* removes the temporary */

/* Terminal of a stream (0, 1, 2): columns, or 0 when it is none. */
int oc_os_columns(int stream);
bool oc_os_is_terminal(int stream);

#endif
