/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base/os_posix.c - the operating system, as POSIX has it.
 *
 * In here: random bytes, input files, output that appears whole, terminals.
 * Not in here: what is in a file (parser/), what is printed (reports/, cli/).
 */
#define _GNU_SOURCE /* getentropy; O_TMPFILE, where there is one */

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"

static const int64_t ns_per_s = 1000000000;

/* Of a long path the end, so that the message has room for the reason. */
static oc_status fail_errno(oc_error *err, const char *id, const char *doing,
                            const char *path, int cause)
{
    const size_t bytes = strlen(path), most = 150;
    return oc_fail(err, OC_ERR_IO, id, "cannot %s %s%s: %s", doing,
                   bytes > most ? "..." : "",
                   bytes > most ? path + bytes - most : path, strerror(cause));
}

/* splitmix64 over clock, process and address: differs from run to run. */
static void weak_random(unsigned char *data, size_t bytes)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    uint64_t state = (uint64_t)now.tv_nsec ^ (uint64_t)now.tv_sec << 32 ^
                     (uint64_t)getpid() << 16 ^ (uint64_t)(uintptr_t)data;
    for (size_t i = 0; i < bytes; i++) {
        state += UINT64_C(0x9E3779B97F4A7C15);
        uint64_t mixed = (state ^ state >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
        data[i] = (unsigned char)(mixed >> 56);
    }
}

void oc_os_random(void *data, size_t bytes)
{
    const size_t chunk = 256; /* the most that getentropy gives at once */
    unsigned char *next = data;
    while (bytes > 0) {
        size_t now = bytes < chunk ? bytes : chunk;
        if (getentropy(next, now) != 0)
            weak_random(next, now);
        next += now;
        bytes -= now;
    }
}

static oc_file_kind kind_of(mode_t mode)
{
    if (S_ISREG(mode))
        return OC_FILE_REGULAR;
    if (S_ISDIR(mode))
        return OC_FILE_DIRECTORY;
    if (S_ISFIFO(mode) || S_ISSOCK(mode) || S_ISCHR(mode))
        return OC_FILE_PIPE;
    return OC_FILE_OTHER;
}

static int64_t changed_ns(const struct stat *facts)
{
    return (int64_t)facts->st_mtim.tv_sec * ns_per_s + facts->st_mtim.tv_nsec;
}

static oc_status fail_open(const char *path, int cause, oc_error *err)
{
    const oc_status status = fail_errno(err, "input.open", "open", path, cause);
    char word[OC_SHELL_ROOM];
    if (cause == ENOENT)
        oc_error_hint(err, "check the path; it is looked up from where the "
                           "command runs");
    else if (cause == EACCES)
        oc_error_hint(err, "ls -l %s shows who may read it",
                      oc_shell_word(word, sizeof(word), path, "FILE"));
    return status;
}

oc_status oc_os_open(oc_file *out, const char *path, oc_error *err)
{
    oc_file file = {.fd = STDIN_FILENO};
    struct stat facts;
    if (strcmp(path, "-") != 0) {
        do {
            file.fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
        } while (file.fd < 0 && errno == EINTR);
        if (file.fd < 0)
            return fail_open(path, errno, err);
        file.owned = true;
    }
    if (fstat(file.fd, &facts) != 0) {
        int cause = errno;
        oc_os_close(&file);
        return fail_errno(err, "input.open", "open", path, cause);
    }
    file.kind = kind_of(facts.st_mode);
    if (file.kind == OC_FILE_REGULAR)
        file.size_bytes = facts.st_size < 0 ? 0 : (uint64_t)facts.st_size;
    file.changed_ns = changed_ns(&facts);
    *out = file;
    return OC_OK;
}

oc_status oc_os_read_at(const oc_file *file, void *data, size_t bytes,
                        uint64_t offset, size_t *got, oc_error *err)
{
    char *next = data;
    *got = 0;
    if (offset > INT64_MAX || bytes > INT64_MAX - offset)
        return oc_fail(err, OC_ERR_IO, "input.read",
                       "cannot read the model: no offset %" PRIu64, offset);
    while (*got < bytes) {
        ssize_t count =
            pread(file->fd, next + *got, bytes - *got, (off_t)(offset + *got));
        if (count == 0)
            break;
        if (count > 0)
            *got += (size_t)count;
        else if (errno != EINTR)
            return fail_errno(err, "input.read", "read", "the model", errno);
    }
    return OC_OK;
}

/* True when a failed read or write is worth another try, having waited. */
static bool wait_again(int fd, short events)
{
    if (errno == EINTR)
        return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        return false;
    struct pollfd wanted = {.fd = fd, .events = events};
    return poll(&wanted, 1, -1) >= 0 || errno == EINTR;
}

oc_status oc_os_read(const oc_file *file, void *data, size_t bytes, size_t *got,
                     oc_error *err)
{
    char *next = data;
    *got = 0;
    while (*got < bytes) {
        ssize_t count = read(file->fd, next + *got, bytes - *got);
        if (count == 0)
            break;
        if (count > 0)
            *got += (size_t)count;
        else if (!wait_again(file->fd, POLLIN))
            return fail_errno(err, "input.read", "read", "the model", errno);
    }
    return OC_OK;
}

oc_status oc_os_unchanged(const oc_file *file, oc_error *err)
{
    struct stat facts;
    if (file->kind != OC_FILE_REGULAR)
        return OC_OK;
    if (fstat(file->fd, &facts) != 0)
        return fail_errno(err, "input.read", "read", "the model", errno);
    if (facts.st_size < 0 || (uint64_t)facts.st_size != file->size_bytes ||
        changed_ns(&facts) != file->changed_ns)
        return oc_fail(err, OC_ERR_IO, "input.changed",
                       "file changed while reading");
    return OC_OK;
}

void oc_os_close(oc_file *file)
{
    if (file->owned)
        close(file->fd);
    *file = (oc_file){.fd = -1};
}

static oc_status out_of_memory(oc_error *err, const char *path)
{
    return oc_fail(err, OC_ERR_NOMEM, "memory.exhausted",
                   "out of memory writing %s", path);
}

/* Where the new content waits: a fresh name in the directory of path. */
static bool name_temporary(oc_output *out)
{
    const char *slash = strrchr(out->path, '/');
    int directory = slash ? (int)(slash - out->path) + 1 : 0;
    size_t room = (size_t)directory + sizeof(".onnxcost-0123456789abcdef");
    uint64_t name;
    oc_os_random(&name, sizeof(name));
    out->temporary = malloc(room);
    if (out->temporary)
        snprintf(out->temporary, room, "%.*s.onnxcost-%016" PRIx64, directory,
                 out->path, name);
    return out->temporary;
}

/* A file that has no name until it is whole, so that no signal and no crash
 * leaves one behind; -1 where the system or file system has none. */
static int open_unnamed(const char *temporary)
{
#ifdef O_TMPFILE
    const char *slash = strrchr(temporary, '/');
    char *directory = slash
                          ? strndup(temporary, (size_t)(slash - temporary) + 1)
                          : strdup(".");
    int fd = -1;
    if (directory && access("/proc/self/fd", X_OK) == 0)
        fd = open(directory, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
    free(directory);
    return fd;
#else
    (void)temporary;
    return -1;
#endif
}

static int name_unnamed(oc_output *out)
{
    char source[32];
    snprintf(source, sizeof(source), "/proc/self/fd/%d", out->fd);
    if (linkat(AT_FDCWD, source, AT_FDCWD, out->temporary, AT_SYMLINK_FOLLOW) !=
        0)
        return errno;
    out->unnamed = false;
    return 0;
}

static oc_status create_beside(oc_output *out, oc_error *err)
{
    if (!name_temporary(out))
        return out_of_memory(err, out->path);
    out->fd = open_unnamed(out->temporary);
    out->unnamed = out->fd >= 0;
    if (!out->unnamed)
        out->fd =
            open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (out->fd >= 0)
        return OC_OK;
    oc_status status = fail_errno(err, "output.create", "create a file beside",
                                  out->path, errno);
    free(out->temporary);
    out->temporary = NULL;
    return status;
}

/* Devices and pipes are written to; regular files are replaced when the new
 * content is whole; the rest is refused. */
static oc_status create_at(oc_output *out, oc_error *err)
{
    struct stat named, meant;
    bool there = lstat(out->path, &named) == 0;
    bool reachable = there && stat(out->path, &meant) == 0;
    if (reachable && S_ISDIR(meant.st_mode))
        return oc_fail(err, OC_ERR_IO, "output.directory",
                       "cannot write %s: it is a directory", out->path);
    if (reachable && !S_ISREG(meant.st_mode)) {
        out->fd = open(out->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return out->fd >= 0
                   ? OC_OK
                   : fail_errno(err, "output.create", "open", out->path, errno);
    }
    if (there && S_ISLNK(named.st_mode))
        return oc_fail(err, OC_ERR_IO, "output.link",
                       "cannot write %s: it is a symbolic link", out->path);
    oc_status status = create_beside(out, err);
    if (status == OC_OK && there)
        (void)fchmod(out->fd, named.st_mode & 0777);
    return status;
}

oc_status oc_os_create(oc_output *out, const char *path, oc_error *err)
{
    *out = (oc_output){.fd = STDOUT_FILENO};
    if (!path || strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0)
        return OC_OK;
    out->fd = -1;
    out->path = strdup(path);
    oc_status status =
        out->path ? create_at(out, err) : out_of_memory(err, path);
    if (status != OC_OK)
        oc_os_discard(out);
    return status;
}

static const char *output_name(const oc_output *out)
{
    return out->path ? out->path : "standard output";
}

oc_status oc_os_write(oc_output *out, const void *data, size_t bytes,
                      oc_error *err)
{
    const char *next = data;
    while (bytes > 0) {
        ssize_t count = write(out->fd, next, bytes);
        if (count >= 0) {
            next += count;
            bytes -= (size_t)count;
        } else if (!wait_again(out->fd, POLLOUT)) {
            return fail_errno(err,
                              errno == EPIPE ? "output.closed" : "output.write",
                              "write", output_name(out), errno);
        }
    }
    return OC_OK;
}

/* Closes what is open; 0 or the errno of a failure to do so. */
static int close_output(oc_output *out)
{
    int fd = out->fd;
    out->fd = -1;
    return out->path && fd >= 0 && close(fd) != 0 && errno != EINTR ? errno : 0;
}

static int publish(oc_output *out)
{
    if (out->temporary && fsync(out->fd) != 0)
        return errno;
    int cause = out->unnamed ? name_unnamed(out) : 0;
    if (cause == 0)
        cause = close_output(out);
    if (cause != 0 || !out->temporary)
        return cause;
    if (rename(out->temporary, out->path) != 0)
        return errno;
    free(out->temporary);
    out->temporary = NULL;
    return 0;
}

oc_status oc_os_commit(oc_output *out, oc_error *err)
{
    int cause = publish(out);
    oc_status status = cause == 0 ? OC_OK
                                  : fail_errno(err, "output.write", "write",
                                               output_name(out), cause);
    oc_os_discard(out);
    return status;
}

void oc_os_discard(oc_output *out)
{
    close_output(out);
    if (out->temporary && !out->unnamed)
        unlink(out->temporary);
    free(out->temporary);
    free(out->path);
    *out = (oc_output){.fd = -1};
}

int oc_os_columns(int stream)
{
    struct winsize size;
    if (ioctl(stream, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

bool oc_os_is_terminal(int stream)
{
    return isatty(stream) == 1;
}
