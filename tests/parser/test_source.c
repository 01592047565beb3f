/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources: the same bytes from a file, a pipe, gzip and memory; what is
 * damaged is refused, what is no model is named.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "onnxcost/model.h"

#include "base/arena.h"
#include "parser/limits.h"
#include "parser/model.h"
#include "parser/source.h"
#include "support/writer.h"

#define FILE_BYTES ((size_t)3 << 20)

/* ---- bytes, and places to put them ---- */

static unsigned char byte_at(size_t offset)
{
    return (unsigned char)(1 + offset * 2654435761u % 251);
}

static unsigned char *pattern(size_t bytes)
{
    unsigned char *data = malloc(bytes);
    for (size_t i = 0; i < bytes; i++)
        data[i] = byte_at(i);
    return data;
}

static char *save(char path[], const void *data, size_t bytes)
{
    strcpy(path, "/tmp/onnxcost-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, bytes), bytes);
    close(fd);
    return path;
}

/* One gzip member. */
static size_t compress_member(unsigned char *out, size_t room, const void *data,
                              size_t bytes)
{
    z_stream stream = {0};
    assert_int_equal(
        deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)bytes;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t used = room - stream.avail_out;
    deflateEnd(&stream);
    return used;
}

/* ---- reading ---- */

struct reading {
    oc_arena arena;
    oc_source *source;
    oc_error err;
    oc_limits limits;
};

static struct reading *new_reading(void)
{
    struct reading *r = calloc(1, sizeof(*r));
    r->limits = oc_limits_resolve(NULL);
    return r;
}

static void end_reading(struct reading *r)
{
    oc_source_close(r->source);
    oc_arena_free(&r->arena);
    free(r);
}

/* Reads, and skips by different steps, to the end of the pattern. */
static void walk_pattern(struct reading *r, size_t bytes)
{
    size_t steps[] = {1, 0, 4096, 7, 300000, 65536, 100, 1};
    size_t offset = 0, more;
    for (size_t i = 0; offset < bytes; i = (i + 1) % 8) {
        unsigned char byte;
        assert_true(oc_source_byte(r->source, &byte));
        assert_int_equal(byte, byte_at(offset++));
        size_t step = steps[i] < bytes - offset ? steps[i] : bytes - offset;
        assert_true(oc_source_skip(r->source, step));
        offset += step;
        assert_int_equal(oc_source_offset(r->source), offset);
    }
    assert_true(oc_source_more(r->source, &more));
    assert_int_equal(more, 0);
    assert_true(oc_source_finish(r->source));
}

static void fails_beyond_the_end(struct reading *r)
{
    assert_false(oc_source_skip(r->source, 1));
    assert_string_equal(r->err.id, "wire.truncated");
}

static void memory_reads_and_skips(void **state)
{
    (void)state;
    struct reading *r = new_reading();
    unsigned char *data = pattern(FILE_BYTES);
    assert_true(oc_source_memory(&r->source, data, FILE_BYTES, &r->limits,
                                 &r->arena, &r->err));
    walk_pattern(r, FILE_BYTES);
    fails_beyond_the_end(r);
    end_reading(r);
    free(data);
}

static void a_file_reads_and_skips(void **state)
{
    (void)state;
    char path[64];
    struct reading *r = new_reading();
    unsigned char *data = pattern(FILE_BYTES);
    save(path, data, FILE_BYTES);
    assert_true(
        oc_source_open(&r->source, path, &r->limits, &r->arena, &r->err));
    assert_int_equal(r->source->size, FILE_BYTES);
    walk_pattern(r, FILE_BYTES);
    fails_beyond_the_end(r);
    end_reading(r);
    unlink(path);
    free(data);
}

static void a_file_that_changes_is_noticed(void **state)
{
    (void)state;
    for (int shrink = 0; shrink < 2; shrink++) {
        char path[64];
        struct reading *r = new_reading();
        unsigned char *data = pattern(FILE_BYTES);
        save(path, data, FILE_BYTES);
        assert_true(
            oc_source_open(&r->source, path, &r->limits, &r->arena, &r->err));
        assert_int_equal(truncate(path, shrink ? 5000 : FILE_BYTES + 1), 0);
        assert_true(oc_source_skip(r->source, FILE_BYTES - 1));
        unsigned char byte;
        assert_int_equal(oc_source_byte(r->source, &byte) &&
                             oc_source_finish(r->source),
                         false);
        assert_int_equal(r->err.code, OC_ERR_IO);
        assert_string_equal(r->err.id, "input.changed");
        end_reading(r);
        unlink(path);
        free(data);
    }
}

/* A child writes; the path is a FIFO. */
static pid_t feed(char path[], const void *data, size_t bytes)
{
    strcpy(path, "/tmp/onnxcost-fifo-XXXXXX");
    int fd = mkstemp(path);
    close(fd);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t child = fork();
    if (child == 0) {
        FILE *out = fopen(path, "wb");
        fwrite(data, 1, bytes, out);
        fclose(out);
        _exit(0);
    }
    return child;
}

/* Opens the FIFO as standard input, which waits for the writer. */
static void redirect(const char *path)
{
    assert_non_null(freopen(path, "rb", stdin));
}

static void a_pipe_reads_and_skips(void **state)
{
    (void)state;
    char path[64];
    struct reading *r = new_reading();
    unsigned char *data = pattern(FILE_BYTES);
    pid_t child = feed(path, data, FILE_BYTES);
    redirect(path);
    assert_true(
        oc_source_open(&r->source, "-", &r->limits, &r->arena, &r->err));
    assert_int_equal(r->source->size, OC_SIZE_UNKNOWN);
    walk_pattern(r, FILE_BYTES);
    fails_beyond_the_end(r);
    end_reading(r);
    waitpid(child, NULL, 0);
    unlink(path);
    free(data);
}

static void bytes_of_a_pipe_are_limited(void **state)
{
    (void)state;
    unsigned char *data = pattern(100000);
    for (size_t limit = 99999; limit <= 100000; limit++) {
        char path[64];
        struct reading *r = new_reading();
        pid_t child = feed(path, data, 100000);
        redirect(path);
        r->limits.decompressed = limit;
        bool opened =
            oc_source_open(&r->source, "-", &r->limits, &r->arena, &r->err);
        assert_int_equal(opened && oc_source_skip(r->source, 100000),
                         limit == 100000);
        if (limit < 100000)
            assert_string_equal(r->err.id, "limit.decompressed");
        end_reading(r);
        waitpid(child, NULL, 0);
        unlink(path);
    }
    free(data);
}

/* ---- gzip ---- */

struct archive {
    unsigned char *data;
    size_t bytes;
    unsigned char *plain;
    size_t plain_bytes;
};

/* The pattern in `members` parts, an empty one behind each. */
static struct archive new_archive(size_t plain_bytes, size_t members)
{
    size_t room = plain_bytes + plain_bytes / 100 + members * 100;
    struct archive a = {malloc(room), 0, pattern(plain_bytes), plain_bytes};
    for (size_t i = 0; i < members; i++) {
        size_t begin = plain_bytes * i / members;
        size_t end = plain_bytes * (i + 1) / members;
        a.bytes += compress_member(a.data + a.bytes, room - a.bytes,
                                   a.plain + begin, end - begin);
        a.bytes += compress_member(a.data + a.bytes, room - a.bytes, "", 0);
    }
    return a;
}

static void free_archive(struct archive *a)
{
    free(a->data);
    free(a->plain);
}

static void gzip_reads_and_skips(void **state)
{
    (void)state;
    for (size_t members = 1; members <= 3; members++) {
        struct archive a = new_archive(FILE_BYTES, members);
        struct reading *r = new_reading();
        assert_true(oc_source_memory(&r->source, a.data, a.bytes, &r->limits,
                                     &r->arena, &r->err));
        walk_pattern(r, FILE_BYTES);
        fails_beyond_the_end(r);
        end_reading(r);
        free_archive(&a);
    }
}

/* The whole of it is read; the error's id, or "" */
static void read_all(char id[48], const void *data, size_t bytes,
                     const oc_limits *limits)
{
    struct reading *r = new_reading();
    size_t more = 1;
    bool fine =
        oc_source_memory(&r->source, data, bytes, limits ? limits : &r->limits,
                         &r->arena, &r->err);
    while (fine && more) {
        fine = oc_source_more(r->source, &more);
        r->source->at += fine ? more : 0;
    }
    strcpy(id, r->err.id);
    assert_int_equal(fine, !*id);
    end_reading(r);
}

static void gzip_cut_anywhere_is_refused(void **state)
{
    (void)state;
    struct archive a = new_archive(3000, 1);
    char id[48];
    size_t empty = compress_member((unsigned char[100]){0}, 100, "", 0);
    for (size_t bytes = 2; bytes < a.bytes; bytes++) {
        read_all(id, a.data, bytes, NULL);
        /* Between the two members it is whole. */
        assert_string_equal(id,
                            bytes == a.bytes - empty ? "" : "gzip.truncated");
    }
    free_archive(&a);
}

static void gzip_with_any_bit_flipped_is_refused_or_equal(void **state)
{
    (void)state;
    struct archive a = new_archive(300, 1);
    for (size_t bit = 16; bit < 8 * a.bytes; bit++) {
        struct reading *r = new_reading();
        a.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
        if (oc_source_memory(&r->source, a.data, a.bytes, &r->limits, &r->arena,
                             &r->err)) {
            unsigned char byte;
            size_t offset = 0;
            while (offset < a.plain_bytes && oc_source_byte(r->source, &byte))
                offset += byte == byte_at(offset) ? 1 : a.plain_bytes;
            /* Header bytes like the time have no check of their own. */
            if (offset == a.plain_bytes)
                assert_true(r->err.code == OC_OK);
        }
        end_reading(r);
        a.data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    free_archive(&a);
}

static void what_follows_gzip_must_be_gzip(void **state)
{
    (void)state;
    struct archive a = new_archive(3000, 1);
    char id[48];
    unsigned char *more = calloc(1, a.bytes + 2);
    memcpy(more, a.data, a.bytes);
    for (int byte = 0; byte < 256; byte++) {
        more[a.bytes] = (unsigned char)byte;
        read_all(id, more, a.bytes + 1, NULL);
        assert_string_equal(id, "gzip.truncated");
        read_all(id, more, a.bytes + 2, NULL);
        assert_string_equal(id, "gzip.corrupt");
    }
    free(more);
    free_archive(&a);
}

static void decompressed_bytes_are_limited(void **state)
{
    (void)state;
    struct archive a = new_archive(300000, 2);
    oc_limits limits = oc_limits_resolve(NULL);
    char id[48];
    limits.decompressed = 300000;
    read_all(id, a.data, a.bytes, &limits);
    assert_string_equal(id, "");
    limits.decompressed = 299999;
    read_all(id, a.data, a.bytes, &limits);
    assert_string_equal(id, "limit.decompressed");
    free_archive(&a);
}

static void gzip_members_are_limited(void **state)
{
    (void)state;
    struct archive a = new_archive(1000, 5); /* 10 members */
    oc_limits limits = oc_limits_resolve(NULL);
    char id[48];
    limits.members = 10;
    read_all(id, a.data, a.bytes, &limits);
    assert_string_equal(id, "");
    limits.members = 9;
    read_all(id, a.data, a.bytes, &limits);
    assert_string_equal(id, "limit.members");
    free_archive(&a);
}

static void a_model_is_the_same_from_everywhere(void **state)
{
    (void)state;
    writer w = {0};
    write_model(&w);
    write_value(&w, 11, "x");
    write_node(&w, "Relu", "x", "y");
    write_end(&w);
    unsigned char packed[1000];
    size_t packed_bytes =
        compress_member(packed, sizeof(packed), w.data, w.bytes);
    char path[64];
    oc_model *model[4];
    save(path, w.data, w.bytes);
    assert_int_equal(oc_model_load_file(&model[0], path, NULL, NULL), OC_OK);
    unlink(path);
    save(path, packed, packed_bytes);
    assert_int_equal(oc_model_load_file(&model[1], path, NULL, NULL), OC_OK);
    unlink(path);
    pid_t child = feed(path, packed, packed_bytes);
    redirect(path);
    assert_int_equal(oc_model_load_file(&model[2], "-", NULL, NULL), OC_OK);
    waitpid(child, NULL, 0);
    unlink(path);
    assert_int_equal(
        oc_model_load_memory(&model[3], "m", w.data, w.bytes, NULL, NULL),
        OC_OK);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(oc_model_get_facts(model[i])->fingerprint,
                            oc_model_get_facts(model[0])->fingerprint);
        assert_int_equal(oc_model_get_facts(model[i])->file_bytes, w.bytes);
    }
    for (size_t i = 0; i < 4; i++)
        oc_model_free(model[i]);
    writer_free(&w);
}

/* ---- what is no model ---- */

static void named(const char *data, size_t bytes, const char *id)
{
    oc_model *model;
    oc_error err = {0};
    assert_int_equal(
        oc_model_load_memory(&model, "a.onnx", data, bytes, NULL, &err),
        OC_ERR_INPUT);
    assert_string_equal(err.id, id);
    assert_true(err.hint[0]);
    assert_non_null(strstr(err.message, "a.onnx"));
}

static void what_is_no_model_is_named(void **state)
{
    (void)state;
    static const char pointer[] =
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\n";
    named("", 0, "input.empty");
    named(pointer, sizeof(pointer) - 1, "input.lfs-pointer");
    named("PK\x03\x04rest", 8, "input.not-onnx");
    named("<!DOCTYPE html><html>", 21, "input.html");
    named("<html>", 6, "input.html");
    named("{\"schema\": 1}", 13, "input.json");
    named("ir_version: 8", 13, "input.text-proto");
    named("GGUF\3\0\0\0", 8, "input.gguf");
    named("\x1c\0\0\0TFL3", 8, "input.tflite");
    named("\x28\xb5\x2f\xfd\0", 5, "input.zstd");
    named("\0\0\0\0", 4, "input.zeros");
    unsigned char nothing[100];
    size_t bytes = compress_member(nothing, sizeof(nothing), "", 0);
    named((const char *)nothing, bytes, "input.no-data");
}

static void file_is(const char *path, oc_status code, const char *id)
{
    oc_model *model;
    oc_error err = {0};
    assert_int_equal(oc_model_load_file(&model, path, NULL, &err), code);
    assert_null(model);
    assert_string_equal(err.id, id);
}

static void odd_files_are_named(void **state)
{
    (void)state;
    char path[] = "/tmp/onnxcost-lone-XXXXXX";
    int fd = mkstemp(path);
    close(fd);
    file_is(path, OC_ERR_INPUT, "input.empty");
    unlink(path);
    file_is(path, OC_ERR_IO, "input.open");
    assert_int_equal(mkfifo(path, 0600), 0);
    file_is(path, OC_ERR_INPUT, "input.no-data"); /* nobody writes */
    unlink(path);
    file_is("/tmp", OC_ERR_INPUT, "input.directory");
    file_is("/dev/zero", OC_ERR_INPUT, "input.zeros");
    file_is("/dev/null", OC_ERR_INPUT, "input.no-data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_reads_and_skips),
        cmocka_unit_test(a_file_reads_and_skips),
        cmocka_unit_test(a_file_that_changes_is_noticed),
        cmocka_unit_test(a_pipe_reads_and_skips),
        cmocka_unit_test(bytes_of_a_pipe_are_limited),
        cmocka_unit_test(gzip_reads_and_skips),
        cmocka_unit_test(gzip_cut_anywhere_is_refused),
        cmocka_unit_test(gzip_with_any_bit_flipped_is_refused_or_equal),
        cmocka_unit_test(what_follows_gzip_must_be_gzip),
        cmocka_unit_test(decompressed_bytes_are_limited),
        cmocka_unit_test(gzip_members_are_limited),
        cmocka_unit_test(a_model_is_the_same_from_everywhere),
        cmocka_unit_test(what_is_no_model_is_named),
        cmocka_unit_test(odd_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
