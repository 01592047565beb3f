/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_json.c - the JSON report: as written, read back, and refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "support/report.h"

static const char *write_json(oc_arena *arena, const oc_report *report)
{
    return written(arena, oc_report_write_json, report);
}

static json_t *parsed(const oc_report *report)
{
    oc_arena arena = {0};
    json_t *root = json_loads(write_json(&arena, report), 0, NULL);
    assert_non_null(root);
    oc_arena_free(&arena);
    return root;
}

static oc_status read_text(const char *text)
{
    oc_report *report = NULL;
    oc_error err = {0};
    oc_status status = oc_report_read_json(&report, text, strlen(text), &err);
    oc_report_free(report);
    return status;
}

static void read_and_written_again_is_the_same(const oc_report *report)
{
    oc_arena arena = {0};
    oc_report *again = NULL;
    oc_error err = {0};
    const char *first = write_json(&arena, report);
    oc_status status = oc_report_read_json(&again, first, strlen(first), &err);
    assert_string_equal(err.message, "");
    assert_int_equal(status, OC_OK);
    assert_string_equal(write_json(&arena, again), first);
    oc_report_free(again);
    oc_arena_free(&arena);
}

static void round_trip_keeps_every_byte(void **state)
{
    (void)state;
    read_and_written_again_is_the_same(static_report());
    read_and_written_again_is_the_same(symbolic_report());
    read_and_written_again_is_the_same(
        &(oc_report){.tool_name = "",
                     .tool_version = "",
                     .model = {.file = "",
                               .fingerprint = "",
                               .producer = "",
                               .producer_version = "",
                               .graph = ""}});
}

static void every_prefix_of_a_report_is_refused(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *whole = write_json(&arena, symbolic_report());
    for (size_t bytes = 0; bytes + 2 < strlen(whole); bytes += 97) {
        oc_report *report = NULL;
        oc_error err = {0};
        assert_int_equal(oc_report_read_json(&report, whole, bytes, &err),
                         OC_ERR_INPUT);
        assert_string_equal(err.id, "input.json");
    }
    oc_arena_free(&arena);
}

static void unknown_is_null_and_never_zero(void **state)
{
    (void)state;
    json_t *root = parsed(&(oc_report){.tool_name = "",
                                       .tool_version = "",
                                       .model = {.file = "",
                                                 .fingerprint = "",
                                                 .producer = "",
                                                 .producer_version = "",
                                                 .graph = ""}});
    const char *key;
    json_t *quantity;
    json_object_foreach(json_object_get(root, "totals"), key, quantity)
    {
        assert_true(json_is_null(json_object_get(quantity, "value")));
        assert_true(json_is_null(json_object_get(quantity, "formula")));
        assert_true(json_is_null(json_object_get(quantity, "upper")));
        assert_string_equal(
            json_string_value(json_object_get(quantity, "status")), "unknown");
    }
    json_decref(root);
}

static void integers_are_exact_up_to_their_last_digit(void **state)
{
    (void)state;
    json_t *root = parsed(symbolic_report());
    json_t *node = json_array_get(json_object_get(root, "nodes"), 1);
    assert_true(json_integer_value(json_object_get(node, "write_bytes")) ==
                INT64_MAX);
    /* 2^63 is beyond: its digits are a formula. */
    assert_string_equal(
        json_string_value(json_object_get(node, "traffic_bytes")),
        "9223372036854775808");
    json_decref(root);
}

static void a_row_is_one_line(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *text = write_json(&arena, static_report());
    assert_non_null(strstr(text, "\n \"nodes\": [\n  {\"index\": 0, "));
    assert_non_null(strstr(text, "},\n  {\"index\": 1, "));
    assert_null(strchr(text, '\t'));
    oc_arena_free(&arena);
}

static void hostile_strings_parse_back_and_are_inert(void **state)
{
    (void)state;
    static const char hostile[] = "\x1b]52;c;x\x07\r\n\t\"\\\x7f\xc2\x9b"
                                  "\u202e\u200b##[cmd]</script>\U0001F600";
    oc_arena arena = {0};
    const char *text = write_json(&arena, hostile_report(hostile));
    for (const char *at = text; *at; at++)
        assert_true((unsigned char)*at >= 0x20 || *at == '\n');
    assert_null(strchr(text, '\x7f'));
    assert_null(strstr(text, "\xc2\x9b"));
    assert_null(strstr(text, "\u202e"));
    assert_null(strstr(text, "##"));
    json_t *root = json_loads(text, 0, NULL);
    json_t *node = json_array_get(json_object_get(root, "nodes"), 0);
    assert_string_equal(json_string_value(json_object_get(node, "name")),
                        hostile);
    json_decref(root);
    oc_arena_free(&arena);
    read_and_written_again_is_the_same(hostile_report(hostile));
}

static void bytes_that_are_not_utf8_are_replaced(void **state)
{
    (void)state;
    /* a stray byte, an overlong '/', a surrogate, a cut sequence */
    json_t *root = parsed(hostile_report("a\xff\xc0\xaf\xed\xa0\x80\xe2\x82"));
    json_t *node = json_array_get(json_object_get(root, "nodes"), 0);
    assert_string_equal(json_string_value(json_object_get(node, "name")),
                        "a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
    json_decref(root);
}

#define HEAD "{\"schema\": \"onnxcost-report\", \"schema_version\": \"1.0\""

static void what_is_no_report_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "[]",
        "{}",
        "{\"schema\": \"onnxcost-report\", \"schema_version\": \"2.0\"}",
        "{\"schema\": \"other\", \"schema_version\": \"1.0\"}",
        HEAD ", \"nodes\": {}}",
        HEAD ", \"nodes\": [5]}",
        HEAD ", \"nodes\": [{\"macs\": 1.5}]}",
        HEAD ", \"nodes\": [{\"macs\": \"\"}]}",
        HEAD ", \"nodes\": [{\"status\": \"good\"}]}",
        HEAD ", \"nodes\": [{\"attention\": -1}]}",
        HEAD ", \"nodes\": [{\"attention\": 4294967296}]}",
        HEAD ", \"nodes\": [{\"name\": null}]}",
        HEAD ", \"nodes\": [{\"counted\": 1}]}",
        HEAD ", \"nodes\": [{\"inputs\": [null]}]}",
        HEAD ", \"totals\": {\"macs\": 5}}",
        HEAD ", \"totals\": {\"macs\": {\"value\": \"5\"}}}",
        HEAD ", \"bindings\": {\"a\": \"b\"}}",
        HEAD ", \"bindings\": [1]}",
        HEAD ", \"inputs\": [{\"type\": \"tuple\"}]}",
        HEAD ", \"diagnostics\": [{\"offset\": -5}]}",
        HEAD ", \"memory\": 7}",
        HEAD ", \"model\": {\"bytes\": 99999999999999999999}}",
        HEAD ", \"tool\": {}, \"tool\": {}}",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(read_text(wrong[i]), OC_ERR_INPUT);
}

static void missing_and_new_keys_are_fine(void **state)
{
    (void)state;
    assert_int_equal(read_text(HEAD "}"), OC_OK);
    assert_int_equal(read_text(HEAD ", \"new\": [1, 2], \"nodes\": "
                                    "[{\"new\": {}}]}"),
                     OC_OK);
}

static void a_type_that_never_ends_is_refused(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_text text = {.arena = &arena};
    oc_text_puts(&text, HEAD ", \"inputs\": [");
    for (size_t i = 0; i < 1000; i++)
        oc_text_puts(&text, "{\"type\": \"optional\", \"element\": ");
    oc_text_puts(&text, "null");
    for (size_t i = 0; i < 1000; i++)
        oc_text_puts(&text, "}");
    oc_text_puts(&text, "]}");
    assert_int_equal(read_text(text.data), OC_ERR_INPUT);
    oc_arena_free(&arena);
}

static oc_status refuse(void *context, const void *data, size_t bytes,
                        oc_error *err)
{
    (void)data;
    (void)bytes;
    (void)err;
    ++*(int *)context;
    return OC_ERR_IO;
}

static void a_sink_that_fails_is_asked_once(void **state)
{
    (void)state;
    int calls = 0;
    oc_sink sink = {refuse, &calls};
    assert_int_equal(oc_report_write_json(symbolic_report(), &sink, NULL),
                     OC_ERR_IO);
    assert_int_equal(calls, 1);
}

static void totals_are_named_as_in_the_json(void **state)
{
    (void)state;
    assert_string_equal(oc_total_name(OC_TOTAL_MACS), "macs");
    assert_string_equal(oc_total_name(OC_TOTAL_KV_CACHE_BYTES_PER_TOKEN),
                        "kv_cache_bytes_per_token");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip_keeps_every_byte),
        cmocka_unit_test(every_prefix_of_a_report_is_refused),
        cmocka_unit_test(unknown_is_null_and_never_zero),
        cmocka_unit_test(integers_are_exact_up_to_their_last_digit),
        cmocka_unit_test(a_row_is_one_line),
        cmocka_unit_test(hostile_strings_parse_back_and_are_inert),
        cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
        cmocka_unit_test(what_is_no_report_is_refused),
        cmocka_unit_test(missing_and_new_keys_are_fine),
        cmocka_unit_test(a_type_that_never_ends_is_refused),
        cmocka_unit_test(a_sink_that_fails_is_asked_once),
        cmocka_unit_test(totals_are_named_as_in_the_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
