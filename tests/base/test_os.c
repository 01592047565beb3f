/* SPDX-License-Identifier: Apache-2.0 */
/* Files in, files out: whole, or not at all and said so. */
#define _DEFAULT_SOURCE /* mkdtemp */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"

struct place {
    char directory[64];
    char file[96];
};

static int enter(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    snprintf(place->directory, sizeof(place->directory), "%s",
             "/tmp/onnxcost-test-XXXXXX");
    if (!mkdtemp(place->directory))
        return -1;
    snprintf(place->file, sizeof(place->file), "%s/report", place->directory);
    *state = place;
    return 0;
}

static int leave(void **state)
{
    struct place *place = *state;
    unlink(place->file);
    int failed = rmdir(place->directory); /* fails when a file was left */
    free(place);
    return failed;
}

static void put(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void expect(const char *path, const char *content)
{
    char buffer[64] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t got = fread(buffer, 1, sizeof(buffer) - 1, file);
    fclose(file);
    assert_int_equal(got, strlen(content));
    assert_string_equal(buffer, content);
}

static void a_file_is_read_at_any_offset(void **state)
{
    struct place *place = *state;
    oc_file file;
    char buffer[16] = "";
    size_t got;
    put(place->file, "0123456789");
    assert_int_equal(oc_os_open(&file, place->file, NULL), OC_OK);
    assert_int_equal(file.kind, OC_FILE_REGULAR);
    assert_int_equal(file.size_bytes, 10);
    assert_int_equal(oc_os_read_at(&file, buffer, 3, 4, &got, NULL), OC_OK);
    assert_int_equal(got, 3);
    assert_string_equal(buffer, "456");
    assert_int_equal(oc_os_read_at(&file, buffer, 16, 8, &got, NULL), OC_OK);
    assert_int_equal(got, 2);
    assert_int_equal(oc_os_read_at(&file, buffer, 1, UINT64_MAX, &got, NULL),
                     OC_ERR_IO);
    assert_int_equal(oc_os_unchanged(&file, NULL), OC_OK);
    oc_os_close(&file);
}

static void a_file_that_changes_is_noticed(void **state)
{
    struct place *place = *state;
    oc_error err = {0};
    oc_file file;
    put(place->file, "0123456789");
    assert_int_equal(oc_os_open(&file, place->file, &err), OC_OK);
    assert_int_equal(truncate(place->file, 3), 0);
    assert_int_equal(oc_os_unchanged(&file, &err), OC_ERR_IO);
    assert_string_equal(err.id, "input.changed");
    oc_os_close(&file);
}

static void what_cannot_be_opened_is_named(void **state)
{
    struct place *place = *state;
    oc_error err = {0};
    oc_file file;
    assert_int_equal(oc_os_open(&file, place->file, &err), OC_ERR_IO);
    assert_string_equal(err.id, "input.open");
    assert_non_null(strstr(err.message, place->file));
    assert_non_null(strstr(err.message, "No such file"));
    assert_int_equal(oc_os_open(&file, place->directory, NULL), OC_OK);
    assert_int_equal(file.kind, OC_FILE_DIRECTORY);
    oc_os_close(&file);
}

static void a_fifo_nobody_writes_to_is_empty_at_once(void **state)
{
    struct place *place = *state;
    oc_file file;
    char byte;
    size_t got = 1;
    assert_int_equal(mkfifo(place->file, 0600), 0);
    assert_int_equal(oc_os_open(&file, place->file, NULL), OC_OK);
    assert_int_equal(file.kind, OC_FILE_PIPE);
    assert_int_equal(oc_os_read(&file, &byte, 1, &got, NULL), OC_OK);
    assert_int_equal(got, 0);
    oc_os_close(&file);
}

static void output_appears_when_it_is_whole(void **state)
{
    struct place *place = *state;
    oc_output out;
    put(place->file, "old");
    assert_int_equal(oc_os_create(&out, place->file, NULL), OC_OK);
    assert_int_equal(oc_os_write(&out, "new", 3, NULL), OC_OK);
    expect(place->file, "old");
    assert_int_equal(oc_os_write(&out, "er", 2, NULL), OC_OK);
    assert_int_equal(oc_os_commit(&out, NULL), OC_OK);
    expect(place->file, "newer");
}

static void discarded_output_leaves_what_was_there(void **state)
{
    struct place *place = *state;
    oc_output out;
    put(place->file, "old");
    assert_int_equal(oc_os_create(&out, place->file, NULL), OC_OK);
    assert_int_equal(oc_os_write(&out, "new", 3, NULL), OC_OK);
    oc_os_discard(&out);
    expect(place->file, "old");
}

static void replacing_a_private_file_keeps_it_private(void **state)
{
    struct place *place = *state;
    struct stat facts;
    oc_output out;
    put(place->file, "old");
    assert_int_equal(chmod(place->file, 0600), 0);
    assert_int_equal(oc_os_create(&out, place->file, NULL), OC_OK);
    assert_int_equal(oc_os_commit(&out, NULL), OC_OK);
    assert_int_equal(stat(place->file, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
}

static void output_has_no_place_in_a_directory_or_link(void **state)
{
    struct place *place = *state;
    oc_error err = {0};
    oc_output out;
    assert_int_equal(oc_os_create(&out, place->directory, &err), OC_ERR_IO);
    assert_string_equal(err.id, "output.directory");
    err = (oc_error){0};
    assert_int_equal(symlink("/tmp/elsewhere", place->file), 0);
    assert_int_equal(oc_os_create(&out, place->file, &err), OC_ERR_IO);
    assert_string_equal(err.id, "output.link");
    err = (oc_error){0};
    assert_int_equal(oc_os_create(&out, "/no/such/place", &err), OC_ERR_IO);
    assert_string_equal(err.id, "output.create");
}

static void a_full_device_is_an_error(void **state)
{
    (void)state;
    oc_error err = {0};
    oc_output out;
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_int_equal(oc_os_create(&out, "/dev/full", &err), OC_OK);
    assert_int_equal(oc_os_write(&out, "x", 1, &err), OC_ERR_IO);
    assert_string_equal(err.id, "output.write");
    oc_os_discard(&out);
    assert_int_equal(access("/dev/full", F_OK), 0);
}

static void a_device_is_written_and_stays_a_device(void **state)
{
    (void)state;
    struct stat facts;
    oc_output out;
    assert_int_equal(oc_os_create(&out, "/dev/null", NULL), OC_OK);
    assert_int_equal(oc_os_write(&out, "x", 1, NULL), OC_OK);
    assert_int_equal(oc_os_commit(&out, NULL), OC_OK);
    assert_int_equal(stat("/dev/null", &facts), 0);
    assert_true(S_ISCHR(facts.st_mode));
}

static void random_bytes_differ(void **state)
{
    (void)state;
    unsigned char a[600] = {0}, b[600] = {0};
    oc_os_random(a, sizeof(a));
    oc_os_random(b, sizeof(b));
    assert_memory_not_equal(a, b, sizeof(a));
    assert_memory_not_equal(a + 584, b + 584, 16);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(a_file_is_read_at_any_offset),
        IN_A_PLACE(a_file_that_changes_is_noticed),
        IN_A_PLACE(what_cannot_be_opened_is_named),
        IN_A_PLACE(a_fifo_nobody_writes_to_is_empty_at_once),
        IN_A_PLACE(output_appears_when_it_is_whole),
        IN_A_PLACE(discarded_output_leaves_what_was_there),
        IN_A_PLACE(replacing_a_private_file_keeps_it_private),
        IN_A_PLACE(output_has_no_place_in_a_directory_or_link),
        cmocka_unit_test(a_full_device_is_an_error),
        cmocka_unit_test(a_device_is_written_and_stays_a_device),
        cmocka_unit_test(random_bytes_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
