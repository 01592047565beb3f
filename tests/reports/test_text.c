/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_text.c - what the text report shows, hides, cuts and escapes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
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

static void a_metric_that_is_not_built_has_no_line(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *static_report();
    report.totals[OC_TOTAL_PEAK_ACTIVATION_BYTES] = (oc_quantity){0};
    has(written_text(&arena, NULL, static_report()), "Peak activations");
    has_not(written_text(&arena, NULL, &report), "Peak activations");
    /* no cache, no line */
    has_not(written_text(&arena, NULL, &report), "KV cache");
    oc_arena_free(&arena);
}

static void a_cache_that_no_run_keeps_is_not_shown(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *symbolic_report();
    oc_report_attention block = report.attention[0];
    const char *kept = written_text(&arena, NULL, &report);
    has(kept, "\n  KV cache          256");
    has(kept, "\n  KV cache/token    256 B\n");
    report.attention = &block;
    report.attention_count = 1;
    block.cache = NULL;
    has_not(written_text(&arena, NULL, &report), "KV cache");
    oc_arena_free(&arena);
}

static void parts_take_the_place_of_modules(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_text_options utf8 = {
        .struct_size = sizeof(utf8), .columns = 120, .utf8 = true};
    oc_report report = *symbolic_report();
    const char *text = written_text(&arena, &utf8, &report);
    has(text, "  attention core (1 block, gqa 4/2 heads, d = 16)\n");
    has(text, "  /layers.1\n");
    has_not(text, "module (depth");
    utf8.by = OC_TABLE_SCOPE;
    has_not(written_text(&arena, &utf8, &report), "attention core");
    utf8.by = OC_TABLE_PART;
    report.part_count = 0;
    has(written_text(&arena, &utf8, &report), "no attention block recognised");
    oc_arena_free(&arena);
}

static void alike_blocks_are_one_row(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const oc_text_options options = {.struct_size = sizeof(options),
                                     .by = OC_TABLE_ATTENTION,
                                     .columns = 160,
                                     .utf8 = true};
    oc_report report = *symbolic_report();
    oc_report_attention blocks[2] = {report.attention[0], report.attention[0]};
    blocks[0].window = oc_figure_of(64);
    blocks[1].window = oc_figure_of(64);
    blocks[1].scope = "/layers.11";
    report.attention = blocks;
    const char *text = written_text(&arena, &options, &report);
    has(text, "  2x  /layers.*\n");
    has(text, "  causal, window 64  2x  /layers.*\n");
    blocks[1].window = oc_figure_of(32);
    text = written_text(&arena, &options, &report);
    has(text, "  causal, window 64  /layers.0\n");
    has(text, "  causal, window 32  /layers.11\n");
    oc_arena_free(&arena);
}

static void growth_names_symbols_and_lengths(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *symbolic_report();
    oc_report_growth rows[2] = {report.growth[0], report.growth[1]};
    const char *text = written_text(&arena, NULL, &report);
    has(text, "FLOPs have degree 1 in B, 2 in S; attention overtakes the rest "
              "at S = 1024\n");
    has(text, "its core at S = 512: 12.5 % of MACs\n");
    report.growth = rows;
    rows[1].reached = false;
    has(written_text(&arena, NULL, &report), "S = 1024, longer than it takes");
    rows[1].crossover = (oc_figure){0};
    rows[1].share_count = 0;
    text = written_text(&arena, NULL, &report);
    has_not(text, "overtakes");
    has_not(text, "its core");
    oc_arena_free(&arena);
}

static void no_line_begins_with_an_input(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *static_report();
    const oc_report_tensor inputs[] = {{.name = "a"}, {.name = "::error::b"}};
    report.inputs = inputs;
    report.input_count = 2;
    const char *text = written_text(&arena, NULL, &report);
    has(text, "\n  in                a [...]");
    has(text, "\n  in                ::error::b [...]");
    oc_arena_free(&arena);
}

static void alike_inputs_are_one_line(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *static_report();
    const oc_report_tensor inputs[] = {
        {.name = "past.0.key"}, {.name = "mask"}, {.name = "past.10.key"},
        {.name = "past.1.key", .elem_type = "float"}};
    report.inputs = inputs;
    report.input_count = 4;
    const char *text = written_text(&arena, NULL, &report);
    has(text, "\n  in                past.*.key [...]    2x\n"
              "  in                mask [...]");
    has(text, "\n  in                past.1.key [...]  float\n");
    oc_arena_free(&arena);
}

static void a_name_is_no_longer_than_a_line(void **state)
{
    (void)state;
    oc_arena arena = {0};
    char name[1000];
    oc_report report = *static_report();
    const oc_report_tensor input = {.name = name};
    const oc_text_options wide = {.struct_size = sizeof(wide), .wide = true};
    memset(name, 'x', sizeof(name));
    memcpy(name + sizeof(name) - 5, "tail", 5);
    report.inputs = &input;
    report.input_count = 1;
    has(written_text(&arena, NULL, &report), "  in                ...xxx");
    has(written_text(&arena, NULL, &report), "xtail [...]");
    has(written_text(&arena, &wide, &report), name);
    oc_arena_free(&arena);
}

static void a_lower_bound_says_so(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *text = written_text(&arena, NULL, symbolic_report());
    has(text, "FLOPs             >= 261*B*S*(P + S)");
    has(text, "<=100.00");
    has(text, "1/2 nodes costed");
    has(text, "1 com.acme::Mystery");
    oc_arena_free(&arena);
}

static void sample_points_obey_the_assumptions(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *text = written_text(&arena, NULL, symbolic_report());
    has(text, "Assumes           S <= 1 024");
    /* 2048 is too long: 512 takes its place; 261 x 512 x 512 FLOPs */
    has(text, "1  512     0  >= 68.42 M");
    has_not(text, "2048 ");
    oc_arena_free(&arena);
}

static void noise_is_not_shown_but_obeyed(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *symbolic_report();
    static const oc_report_assumption never[] = {{.kind = OC_REPORT_AT_MOST,
                                                  .node = OC_NO_NODE,
                                                  .left = "100000000",
                                                  .right = "batch_size",
                                                  .noise = true}};
    report.assumptions = never;
    report.assumption_count = 1;
    const char *text = written_text(&arena, NULL, &report);
    has_not(text, "Assumes");
    has_not(text, "sample points");
    has(text, "261*B*S*(P + S)"); /* the formula is there all the same */
    oc_arena_free(&arena);
}

static void bound_symbols_are_no_sample_points(void **state)
{
    (void)state;
    oc_arena arena = {0};
    has_not(written_text(&arena, NULL, static_report()), "sample points");
    has_not(written_text(&arena, NULL, symbolic_report()), "trip_0=");
    oc_arena_free(&arena);
}

static void alike_nodes_are_one_row(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *static_report();
    oc_report_node nodes[3];
    oc_text_options options = {.by = OC_TABLE_NODE};
    for (size_t i = 0; i < 3; i++) {
        nodes[i] = report.nodes[0];
        nodes[i].alike = 1;
    }
    nodes[2].counted = false; /* in a branch that sums do not run over */
    report.nodes = nodes;
    report.node_count = 3;
    report.memory = NULL;
    const char *text = written_text(&arena, &options, &report);
    has(text, "2x  Conv      #0 /body/conv/Conv");
    has_not(text, "#1 ");
    oc_arena_free(&arena);
}

static void rows_beyond_the_top_are_summed(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_text_options one = {.rows = 1, .by = OC_TABLE_OP};
    const char *text = written_text(&arena, &one, static_report());
    has(text, "Conv\n");
    has(text, "256   1.82     0       0  2.00 KiB      1  1 others\n");
    oc_arena_free(&arena);
}

static void sort_decides_what_is_on_top(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_text_options options = {.by = OC_TABLE_NODE, .sort = OC_SORT_MEMORY};
    const char *text = written_text(&arena, &options, static_report());
    assert_true(strstr(text, "#1 /body/act/Relu\n  13.82 k") != NULL);
    oc_arena_free(&arena);
}

static void depth_cuts_the_tree_of_modules(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_text_options one = {.by = OC_TABLE_SCOPE, .depth = 1};
    oc_text_options deep = {.by = OC_TABLE_SCOPE, .depth = 9};
    const char *text = written_text(&arena, &one, static_report());
    has(text, "  /body\n");
    has_not(text, "  /body/conv\n");
    text = written_text(&arena, &deep, static_report());
    has(text, "  /body/conv\n"); /* leaves above the depth stay */
    has_not(text, "  /body\n");
    oc_arena_free(&arena);
}

static void long_names_keep_their_tail(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_report report = *static_report();
    oc_report_node node = report.nodes[0];
    oc_text_options narrow = {.by = OC_TABLE_NODE, .utf8 = true};
    oc_text_options wide = {.by = OC_TABLE_NODE, .wide = true, .utf8 = true};
    node.name = "/\u5c42\u5c42\u5c42\u5c42\u5c42\u5c42\u5c42\u5c42/attn/"
                "to_out/MatMul";
    report.nodes = &node;
    report.node_count = 1;
    /* 20 columns: the mark, then 19 of the tail; a wide one is not halved */
    has(written_text(&arena, &narrow, &report),
        "  \u2026/attn/to_out/MatMul\n");
    has(written_text(&arena, &wide, &report), node.name);
    oc_arena_free(&arena);
}

static void hostile_strings_are_inert(void **state)
{
    (void)state;
    static const char hostile[] =
        "\x1b]52;c;x\x07\r\n::error::##[x]\x7f\xc2\x9b\u202e\u200b\xff";
    const oc_text_table tables[] = {OC_TABLE_DEFAULT, OC_TABLE_NODE,
                                    OC_TABLE_ATTENTION};
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        oc_arena arena = {0};
        oc_text_options options = {.by = tables[i], .utf8 = true};
        const char *text =
            written_text(&arena, &options, hostile_report(hostile));
        for (const char *at = text; *at; at++)
            assert_true((unsigned char)*at >= 0x20 || *at == '\n');
        has_not(text, "\x7f");
        has_not(text, "\xc2\x9b");
        has_not(text, "\u202e");
        has_not(text, "\u200b");
        has_not(text, "\xff");
        has_not(text, "##");
        has_not(text, "\n::");
        oc_arena_free(&arena);
    }
}

static void outside_utf8_all_is_ascii(void **state)
{
    (void)state;
    oc_arena arena = {0};
    const char *text = written_text(&arena, NULL, hostile_report("\u5377\xff"));
    for (const char *at = text; *at; at++)
        assert_true((unsigned char)*at < 0x80);
    has(text, "\\u{5377}");
    oc_arena_free(&arena);
}

static void only_color_brings_escapes(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_text_options color = {.color = true};
    has_not(written_text(&arena, NULL, static_report()), "\x1b");
    has(written_text(&arena, &color, static_report()), "\x1b[1mmodel ");
    oc_arena_free(&arena);
}

static void safe_text_is_never_cut_within_an_escape(void **state)
{
    (void)state;
    char buffer[8];
    assert_int_equal(oc_print_safe(buffer, sizeof(buffer), "ab\x1b\x1b", true),
                     10);
    assert_string_equal(buffer, "ab\\x1b");
    assert_int_equal(oc_print_safe(NULL, 0, "abc", true), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_metric_that_is_not_built_has_no_line),
        cmocka_unit_test(a_cache_that_no_run_keeps_is_not_shown),
        cmocka_unit_test(parts_take_the_place_of_modules),
        cmocka_unit_test(alike_blocks_are_one_row),
        cmocka_unit_test(growth_names_symbols_and_lengths),
        cmocka_unit_test(no_line_begins_with_an_input),
        cmocka_unit_test(alike_inputs_are_one_line),
        cmocka_unit_test(a_name_is_no_longer_than_a_line),
        cmocka_unit_test(a_lower_bound_says_so),
        cmocka_unit_test(sample_points_obey_the_assumptions),
        cmocka_unit_test(noise_is_not_shown_but_obeyed),
        cmocka_unit_test(bound_symbols_are_no_sample_points),
        cmocka_unit_test(alike_nodes_are_one_row),
        cmocka_unit_test(rows_beyond_the_top_are_summed),
        cmocka_unit_test(sort_decides_what_is_on_top),
        cmocka_unit_test(depth_cuts_the_tree_of_modules),
        cmocka_unit_test(long_names_keep_their_tail),
        cmocka_unit_test(hostile_strings_are_inert),
        cmocka_unit_test(outside_utf8_all_is_ascii),
        cmocka_unit_test(only_color_brings_escapes),
        cmocka_unit_test(safe_text_is_never_cut_within_an_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
