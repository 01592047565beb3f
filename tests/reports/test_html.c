/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_html.c - what the HTML page shows, leaves out and escapes. How it
 * looks is judged in a browser: check_html.py.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/report.h"

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' is in:\n%s", part, text);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    while ((text = strstr(text, part)) != NULL) {
        count++;
        text += strlen(part);
    }
    return count;
}

/* Without the explanation of signs at its end. */
static const char *page_of(oc_arena *arena, const oc_report *report)
{
    char *page = (char *)(uintptr_t)written_html(arena, NULL, report);
    char *conventions = strstr(page, "<section id=\"conventions\"");
    assert_non_null(conventions);
    *conventions = '\0';
    return page;
}

/* What a selection copies: markup gone, entities as they are. */
static const char *copied(oc_arena *arena, const char *from, const char *to)
{
    oc_text text = {.arena = arena};
    for (bool markup = false; from < to; from++) {
        if (*from == '<')
            markup = true;
        if (!markup)
            oc_text_put(&text, from, 1);
        if (*from == '>')
            markup = false;
    }
    return text.data ? text.data : "";
}

/* ---- figures ---- */

static void exact_figures_have_no_badge(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *page = page_of(&arena, static_report());
    has(page, "data-total=\"flops\" data-value=\"14080\">14.08");
    has(page, "data-total=\"macs\" data-value=\"6912\">6912");
    has(page, "1 MAC = 2 FLOPs");
    has(page, "2 of 2 nodes costed, every figure exact");
    has_not(page, "class=\"badge");
    has_not(page, "class=\"q\"");
    oc_arena_free(&arena);
}

static void a_lower_bound_says_so(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *page = page_of(&arena, symbolic_report());
    has(page, "<span class=\"badge lb\">lower bound</span>");
    has(page, "<span class=\"sg\">\u2265 </span>68.42");
    has(page, "at most <span class=\"v1\">5000</span>");
    has(page, "Unknown cost, 1 node<");
    has(page, "1 of 2 nodes costed");
    has(page, "<bdi>com.acme</bdi>::</span><bdi>Mystery</bdi>");
    has(page, "\u2264100<"); /* a share of a lower bound */
    oc_arena_free(&arena);
}

static void unknown_is_never_zero(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *page = page_of(&arena, symbolic_report());
    const char *row = strstr(page, "<tr data-node=\"1\">");
    assert_non_null(row);
    const char *flops = strstr(row, "<td class=\"n\">");
    assert_non_null(flops);
    assert_memory_equal(flops, "<td class=\"n\"><span class=\"q\">?</span>",
                        strlen("<td class=\"n\"><span class=\"q\">?</span>"));
    /* and it comes before what is known */
    assert_true(row < strstr(page, "<tr data-node=\"0\">"));
    oc_arena_free(&arena);
}

static void memory_is_a_picture_and_a_list(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *page = page_of(&arena, static_report());
    has(page, "<section id=\"memory\"");
    /* 1792 bytes, then 2048, of 160 units in height */
    has(page, "d=\"M0 160V20H450V0H900V160Z\"");
    has(page, "<section id=\"live\"");
    has(page, "<bdi>c</bdi>");
    oc_arena_free(&arena);
}

static void parts_and_growth_stand_side_by_side(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *symbolic_report();
    const oc_report_share shares[] = {{.length = 512,
                                       .macs = {OC_STATIC, 1000},
                                       .core_macs = {OC_STATIC, 100},
                                       .share = 0.1},
                                      {.length = 2048,
                                       .macs = {OC_STATIC, 9000},
                                       .core_macs = {OC_STATIC, 6000},
                                       .share = 0.667}};
    oc_report_growth growth[] = {report.growth[0], report.growth[1]};
    growth[1].shares = shares;
    growth[1].share_count = 2;
    report.growth = growth;
    const char *page = page_of(&arena, &report);
    has(page, "attention core (1 block, gqa 4/2 heads, d = 16)");
    has(page, "<path class=\"g2\" d=\"M0 138L420 ");
    has(page, "<td class=\"n\">66.7</td>");
    report.growth_count = 0;
    page = page_of(&arena, &report);
    has(page, "<section id=\"parts\"");
    has_not(page, "<section id=\"growth\"");
    has_not(page_of(&arena, static_report()), "id=\"parts\"");
    oc_arena_free(&arena);
}

static void a_metric_that_is_not_built_is_left_out(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *static_report();
    report.totals[OC_TOTAL_PEAK_ACTIVATION_BYTES] = (oc_quantity){0};
    has(page_of(&arena, static_report()), "Peak activations");
    has_not(page_of(&arena, &report), "Peak activations");
    has_not(page_of(&arena, &report), "KV cache"); /* it keeps none */
    has(page_of(&arena, symbolic_report()), "KV cache");
    oc_arena_free(&arena);
}

static void formulas_copy_as_they_are(void **state)
{
    (void)state;
    static const char formula[] = "(3*n**2 - 1234567*n + min(n, 7))//2";
    oc_arena arena = {0};
    oc_report report = *symbolic_report();
    report.totals[OC_TOTAL_FLOPS].formula = formula;
    const char *page = page_of(&arena, &report);
    const char *start = strstr(page, "data-formula=\"flops\">");
    assert_non_null(start);
    start = strstr(start, "<span class=\"fx\">");
    assert_non_null(start);
    assert_string_equal(copied(&arena, start, strstr(start, "</div>")),
                        formula);
    oc_arena_free(&arena);
}

static void long_formulas_are_cut_after_five_terms(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *symbolic_report();
    report.totals[OC_TOTAL_FLOPS].formula = "2*(a + b + c + d + e + f + g)";
    const char *page = page_of(&arena, &report);
    has(page, "<i>e</i><span class=\"op\"> + </span>\u2026)</span>");
    has(page, "<code>2*(a + b + c + d + e + f + g)</code>");
    oc_arena_free(&arena);
}

static void noise_is_not_shown(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *page = page_of(&arena, symbolic_report());
    assert_int_equal(count_of(page, ">Assumption<"), 1);
    oc_arena_free(&arena);
}

/* ---- rows ---- */

static void alike_nodes_are_one_row_with_their_sum(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *static_report();
    oc_report_node nodes[3];
    for (size_t i = 0; i < 3; i++) {
        nodes[i] = report.nodes[0];
        nodes[i].alike = 1;
    }
    nodes[0].scope = "/layers.0/conv2";
    nodes[1].scope = "/layers.11/conv2";
    nodes[2].counted = false; /* in a branch that sums do not run over */
    report.nodes = nodes;
    report.node_count = 3;
    report.memory = NULL;
    const char *page = page_of(&arena, &report);
    has(page, "data-value=\"27648\">27.65");              /* 2 x 13824 */
    has(page, "/layers.*/</bdi><b><bdi>conv2</bdi></b>"); /* 2 in all of them */
    has(page, "<span class=\"x\">\u00d72</span>");
    assert_int_equal(count_of(page, "<tr data-node="), 1);
    oc_arena_free(&arena);
}

static void three_alike_neighbours_are_one_module(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *static_report();
    oc_report_group rows[5];
    static const char *const scopes[] = {"", "/h.0", "/h.1", "/h.2", "/lm"};
    for (size_t i = 0; i < 5; i++) {
        rows[i] = report.by_scope[2];
        rows[i].scope = scopes[i];
        rows[i].depth = i > 0;
    }
    rows[4].flops = oc_figure_of(5);
    report.by_scope = rows;
    report.by_scope_count = 5;
    const char *page = page_of(&arena, &report);
    has(page, "<bdi>h.0</bdi> \u2026 <bdi>h.2</bdi>"
              "<span class=\"x\">\u00d73</span>");
    has(page, "data-value=\"41472\""); /* 3 x 13824 */
    has_not(page, "<bdi>h.1</bdi>");
    rows[2].flops = oc_figure_of(6); /* two are left: too few */
    has(page_of(&arena, &report), "<bdi>h.1</bdi>");
    oc_arena_free(&arena);
}

static void rows_beyond_the_top_are_summed(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_html_options one = {.struct_size = sizeof(one), .rows = 1};
    const char *page = written_html(&arena, &one, static_report());
    assert_int_equal(count_of(page, "<tr data-node="), 1);
    has(page, ">1 other<");
    assert_int_equal(
        count_of(written_html(&arena, NULL, static_report()), "data-node="), 2);
    oc_arena_free(&arena);
}

/* ---- safety ---- */

static void the_policy_allows_the_style_sheet_alone(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *page = written_html(&arena, NULL, symbolic_report());
    has(page, "content=\"default-src 'none'; style-src 'sha256-");
    has(page, "='; base-uri 'none'; form-action 'none'\">");
    assert_int_equal(count_of(page, "<style>"), 1);
    has_not(page, " style=");
    has_not(page, "<script");
    has_not(page, "://");
    has_not(page, "src=");
    has_not(page, "url(");
    oc_arena_free(&arena);
}

static void is_inert(const char *page)
{
    for (const char *at = page; *at; at++)
        assert_true(((unsigned char)*at >= 0x20 && *at != 0x7f) || *at == '\n');
    has_not(page, "<img");
    has_not(page, "onerror=\"");
    has_not(page, "\u2028");
    has_not(page, "\u202e");
    has_not(page, "\xc2\x9b");
    has_not(page, "\xff");
    has_not(page, "##");
    assert_int_equal(count_of(page, "</style>"), 1);
}

static void hostile_strings_are_inert(void **state)
{
    (void)state;
    static const char hostile[] =
        "</style><img src=x onerror=\"alert(1)\">'&amp;\x1b]52;c;x\x07\r\n"
        "::error::##[x]\x7f\xc2\x9b\u202e\u2028\xff";
    oc_arena arena = {0};
    const char *page = written_html(&arena, NULL, hostile_report(hostile));
    is_inert(page);
    has(page, "&lt;/style&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;"
              "&#39;&amp;amp;<span class=\"ctl\">\\x1b</span>]52;c;x");
    has_not(page, "\n::");
    oc_arena_free(&arena);
}

static void long_names_keep_their_tail_and_tell_their_length(void **state)
{
    (void)state;
    static char name[1000000];
    oc_arena arena = {0};
    memset(name, 'a', sizeof(name) - 1);
    memcpy(name + sizeof(name) - 9, "the tail", 8);
    const char *page = written_html(&arena, NULL, hostile_report(name));
    has(page, "aathe tail (999999 bytes)</bdi>");
    has(page, "<bdi>\u2026a");
    assert_true(strlen(page) < 100000);
    oc_arena_free(&arena);
}

static void a_report_that_was_read_back_makes_the_same_page(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *json = written(&arena, oc_report_write_json, static_report());
    oc_report *back;
    assert_int_equal(oc_report_read_json(&back, json, strlen(json), NULL),
                     OC_OK);
    assert_string_equal(written_html(&arena, NULL, back),
                        written_html(&arena, NULL, static_report()));
    oc_report_free(back);
    oc_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_figures_have_no_badge),
        cmocka_unit_test(a_lower_bound_says_so),
        cmocka_unit_test(unknown_is_never_zero),
        cmocka_unit_test(memory_is_a_picture_and_a_list),
        cmocka_unit_test(parts_and_growth_stand_side_by_side),
        cmocka_unit_test(a_metric_that_is_not_built_is_left_out),
        cmocka_unit_test(formulas_copy_as_they_are),
        cmocka_unit_test(long_formulas_are_cut_after_five_terms),
        cmocka_unit_test(noise_is_not_shown),
        cmocka_unit_test(alike_nodes_are_one_row_with_their_sum),
        cmocka_unit_test(three_alike_neighbours_are_one_module),
        cmocka_unit_test(rows_beyond_the_top_are_summed),
        cmocka_unit_test(the_policy_allows_the_style_sheet_alone),
        cmocka_unit_test(hostile_strings_are_inert),
        cmocka_unit_test(long_names_keep_their_tail_and_tell_their_length),
        cmocka_unit_test(a_report_that_was_read_back_makes_the_same_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
