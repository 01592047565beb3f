/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_csv.c - cells that a spreadsheet, a terminal and a log can be given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/report.h"

/* The cell of the node's name: between the first and the second comma. */
static void name_becomes(const char *name, const char *cell)
{
    oc_arena arena = {0};
    oc_report report = *static_report();
    oc_report_node node = report.nodes[0];
    node.name = name;
    report.nodes = &node;
    report.node_count = 1;
    const char *text = written(&arena, oc_report_write_csv, &report);
    const char *row = strchr(text, '\n') + 1;
    assert_memory_equal(row, "0,", 2);
    assert_memory_equal(row + 2, cell, strlen(cell));
    assert_memory_equal(row + 2 + strlen(cell), ",Conv,", 6);
    oc_arena_free(&arena);
}

static void plain_names_stay(void **state)
{
    (void)state;
    name_becomes("", "");
    name_becomes("/layer1/conv 2", "/layer1/conv 2");
    name_becomes("a#b", "a#b");
    name_becomes("a::b", "a::b");
    name_becomes("\u5377\u79ef", "\u5377\u79ef");
}

static void separators_are_quoted(void **state)
{
    (void)state;
    name_becomes("a,b", "\"a,b\"");
    name_becomes("say \"x\"", "\"say \"\"x\"\"\"");
    name_becomes("two\nlines", "\"two\nlines\"");
}

static void formulas_are_disarmed(void **state)
{
    (void)state;
    name_becomes("=1+1", "'=1+1");
    name_becomes("+1", "'+1");
    name_becomes("-1", "'-1");
    name_becomes("@x", "'@x");
    name_becomes("\tx", "'\tx");
    name_becomes("\rx", "'\\x0dx");
}

static void commands_of_logs_are_disarmed(void **state)
{
    (void)state;
    name_becomes("a\n::error::x", "\"a\n'::error::x\"");
    name_becomes("a\n \t::error::x", "\"a\n \t'::error::x\"");
    name_becomes("a\n\u00a0\u3000\u2003::x", "\"a\n\u00a0\u3000\u2003'::x\"");
    name_becomes("a\n b ::x", "\"a\n b ::x\"");
    name_becomes("##[add-mask]x", "#'#[add-mask]x");
    name_becomes("##teamcity[x]", "#'#teamcity[x]");
    name_becomes("##", "##");
}

static void controls_are_spelt(void **state)
{
    (void)state;
    name_becomes("\x1b[31m", "\\x1b[31m");
    name_becomes("a\x7f", "a\\x7f");
    name_becomes("a\xc2\x9b", "a\\x9b");
    name_becomes("a\u202e", "a\\u{202e}");
    name_becomes("a\xff", "a\uFFFD");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_names_stay),
        cmocka_unit_test(separators_are_quoted),
        cmocka_unit_test(formulas_are_disarmed),
        cmocka_unit_test(commands_of_logs_are_disarmed),
        cmocka_unit_test(controls_are_spelt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
