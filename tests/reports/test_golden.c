/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_golden.c - reports made by hand, in every format, byte for byte.
 *
 * The expected files were read by people. With ONNXCOST_REBASE set they are
 * written anew: look at the difference before committing it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/report.h"

#define GOLDEN SOURCE_DIR "/tests/reports/golden/"

static void rebase(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static const char *content(oc_arena *arena, const char *path)
{
    oc_text text = {.arena = arena};
    char chunk[4096];
    size_t got;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
        oc_text_put(&text, chunk, got);
    fclose(file);
    return text.data ? text.data : "";
}

static void is_golden(const char *name, const char *text)
{
    oc_arena arena = {0};
    const char *path = oc_arena_printf(&arena, "%s%s", GOLDEN, name);
    if (getenv("ONNXCOST_REBASE"))
        rebase(path, text);
    assert_string_equal(text, content(&arena, path));
    oc_arena_free(&arena);
}

static void json_is_golden(void **state)
{
    (void)state;
    oc_arena arena = {0};
    is_golden("static.json",
              written(&arena, oc_report_write_json, static_report()));
    is_golden("symbolic.json",
              written(&arena, oc_report_write_json, symbolic_report()));
    oc_arena_free(&arena);
}

static void csv_is_golden(void **state)
{
    (void)state;
    oc_arena arena = {0};
    is_golden("static.csv",
              written(&arena, oc_report_write_csv, static_report()));
    is_golden("symbolic.csv",
              written(&arena, oc_report_write_csv, symbolic_report()));
    oc_arena_free(&arena);
}

static void text_is_golden(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_text_options utf8 = {.struct_size = sizeof(utf8), .utf8 = true};
    oc_text_options nodes = {.by = OC_TABLE_NODE};
    oc_text_options blocks = {.by = OC_TABLE_ATTENTION, .wide = true};
    is_golden("static.txt", written_text(&arena, &utf8, static_report()));
    is_golden("symbolic.txt", written_text(&arena, &utf8, symbolic_report()));
    is_golden("symbolic_nodes.txt",
              written_text(&arena, &nodes, symbolic_report()));
    is_golden("symbolic_attention.txt",
              written_text(&arena, &blocks, symbolic_report()));
    oc_arena_free(&arena);
}

/* The style sheet is not ours to compare: it has no figures. */
static const char *without_style(oc_arena *arena, const char *page)
{
    static const char hash[] = "style-src '", open[] = "<style>";
    oc_text text = {.arena = arena};
    const char *policy = strstr(page, hash);
    assert_non_null(policy);
    policy += strlen(hash);
    const char *style = strstr(policy, open);
    assert_non_null(style);
    style += strlen(open);
    oc_text_put(&text, page, (size_t)(policy - page));
    policy = strchr(policy, '\'');
    assert_non_null(policy);
    oc_text_put(&text, policy, (size_t)(style - policy));
    style = strstr(style, "</style>");
    assert_non_null(style);
    oc_text_puts(&text, style);
    return text.data;
}

static void html_is_golden(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *page = written_html(&arena, NULL, static_report());
    is_golden("static.html", without_style(&arena, page));
    page = written_html(&arena, NULL, symbolic_report());
    is_golden("symbolic.html", without_style(&arena, page));
    oc_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_golden),
        cmocka_unit_test(csv_is_golden),
        cmocka_unit_test(text_is_golden),
        cmocka_unit_test(html_is_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
