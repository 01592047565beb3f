/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/test_shape_arithmetic.c - the values that element-wise
 * operators and reductions give to shapes, and the bounds they give to
 * positions.
 */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnxcost/analyze.h"

#include "support/writer.h"

/* ---- a graph over the shape of x: f32[b,s] ---- */

/* "#3" is an int64 [1], "#0.5" a float [1], each written once. */
static void write_constant(writer *w, const char *name)
{
    const float real = strtof(name + 1, NULL);
    const int64_t integer = strtoll(name + 1, NULL, 10);
    const int is_real = strchr(name, '.') != NULL;
    write_begin(w, 5);
    write_number(w, 1, 1);
    write_number(w, 2, is_real ? 1 : 7);
    write_text(w, 8, name);
    if (is_real)
        write_block(w, 9, &real, sizeof(real));
    else
        write_block(w, 9, &integer, sizeof(integer));
    write_end(w);
}

static void write_constants(writer *w, const char *nodes)
{
    char seen[256] = " ";
    for (const char *at = nodes; (at = strchr(at, '#')); at++) {
        char name[16], quoted[20];
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, ",; "), at);
        snprintf(quoted, sizeof(quoted), " %s ", name);
        if (strstr(seen, quoted))
            continue;
        write_constant(w, name);
        snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s ", name);
    }
}

/* "Mul sh,#2 y": operator, inputs, output; "Cast:to=1" has an attribute. */
static void write_line(writer *w, char *line)
{
    char *rest = line, *op_type = strtok_r(rest, " ", &rest);
    char *inputs = strtok_r(rest, " ", &rest);
    char *attribute = strchr(op_type, ':');
    if (attribute)
        *attribute++ = '\0';
    for (char *c = inputs; *c; c++)
        *c = (char)(*c == ',' ? ' ' : *c);
    write_node_begin(w, 1, op_type, inputs, strtok_r(rest, " ", &rest));
    if (attribute) {
        char *value = strchr(attribute, '=');
        *value++ = '\0';
        write_begin(w, 5);
        write_text(w, 1, attribute);
        write_number(w, 3, strtoull(value, NULL, 10));
        write_number(w, 20, 2); /* INT */
        write_end(w);
    }
    write_end(w);
}

static void write_matrix(writer *w, const char *name)
{
    static const char *const dims[] = {"b", "s"};
    write_begin(w, 11);
    write_text(w, 1, name);
    write_begin(w, 2);
    write_begin(w, 1);
    write_number(w, 1, 1);
    write_begin(w, 2);
    for (size_t i = 0; i < 2; i++) {
        write_begin(w, 1);
        write_text(w, 2, dims[i]);
        write_end(w);
    }
    write_end(w);
    write_end(w);
    write_end(w);
    write_end(w);
}

static oc_report *analyze(const char *nodes, const char *output)
{
    char text[1024], *rest = text;
    oc_model *model = NULL;
    oc_report *report = NULL;
    oc_error err = {.offset = OC_NO_OFFSET};
    writer w = {0};
    snprintf(text, sizeof(text), "%s", nodes);
    write_model(&w);
    for (char *line; (line = strtok_r(rest, ";", &rest));)
        write_line(&w, line);
    write_constants(&w, nodes);
    write_matrix(&w, "x");
    write_value(&w, 12, output);
    write_end(&w);
    if (oc_model_load_memory(&model, "test.onnx", w.data, w.bytes, NULL,
                             &err) != OC_OK ||
        oc_analyze(&report, model, NULL, &err) != OC_OK)
        fail_msg("%s", err.message);
    oc_model_free(model);
    writer_free(&w);
    return report;
}

/* What the elements of y are, seen by the shape that they make. */
static void expect(const char *nodes, const char *elements)
{
    char text[512], found[256] = "";
    snprintf(text, sizeof(text), "Shape x sh;%s;ConstantOfShape y made", nodes);
    oc_report *report = analyze(text, "made");
    const oc_report_tensor *made = &report->outputs[0];
    for (size_t i = 0; i < made->rank; i++) {
        const oc_figure dim = made->dims[i];
        const size_t used = strlen(found);
        if (oc_figure_is_static(dim))
            snprintf(found + used, sizeof(found) - used, "%s%lld",
                     i ? ", " : "", (long long)dim.value);
        else
            snprintf(found + used, sizeof(found) - used, "%s%s", i ? ", " : "",
                     oc_figure_is_known(dim) ? dim.formula : "?");
    }
    oc_report_free(report);
    assert_string_equal(found, elements);
}

/* What gathering from nine rows by y makes the model assume. */
static void expect_bound(const char *nodes, const char *left, const char *right)
{
    char text[512];
    snprintf(text, sizeof(text),
             "Shape x sh;Gather sh,#1 n;Squeeze n m;Squeeze #0 zero;"
             "Squeeze #1 one;Range zero,m,one p;%s;"
             "Expand #0.5,#9 table;Gather table,y made",
             nodes);
    oc_report *report = analyze(text, "made");
    if (left) {
        assert_int_equal(report->assumption_count, 1);
        assert_string_equal(report->assumptions[0].left, left);
        assert_string_equal(report->assumptions[0].right, right);
    } else {
        assert_int_equal(report->assumption_count, 0);
    }
    oc_report_free(report);
}

/* ---- values ---- */

/* The idiom of Expand: no dim is -1, whatever its value. */
static void a_dim_is_never_negative(void **state)
{
    (void)state;
    expect("Equal sh,#-1 is;Where is,#7,sh y", "b, s");
    expect("Less sh,#0 is;Where is,#7,sh y", "b, s");
    expect("GreaterOrEqual sh,#0 is;Where is,sh,#7 y", "b, s");
    expect("Greater sh,#-1 is;Not is not;Where not,#7,sh y", "b, s");
}

static void what_bounds_leave_open_stays_open(void **state)
{
    (void)state;
    expect("Equal sh,#4 is;Where is,#7,#7 y", "7, 7"); /* equal arms */
    expect("Equal sh,#4 is;Not is not;Or is,not any;And is,not all;"
           "Cast:to=7 all y",
           "constantofshape_0, constantofshape_1");
}

static void one_operand_can_decide_logic(void **state)
{
    (void)state;
    expect("Equal sh,#4 is;Less sh,#0 no;And is,no all;Where all,#7,#8 y",
           "8, 8");
    expect("Equal sh,#4 is;Less sh,#0 no;Not no yes;Or is,yes any;"
           "Where any,#7,#8 y",
           "7, 7");
}

static void floats_carry_shapes_through_roundings(void **state)
{
    (void)state;
    expect("Cast:to=1 sh f;Mul f,#0.5 half;Floor half down;Cast:to=7 down y",
           "b//2, s//2");
    expect("Cast:to=1 sh f;Mul f,#0.5 half;Ceil half up;Cast:to=7 up y",
           "b - b//2, s - s//2");
    expect("Cast:to=1 sh f;Mul f,#3.0 three;Round three same;"
           "Cast:to=7 same y",
           "3*b, 3*s");
}

static void constants_are_evaluated_in_their_type(void **state)
{
    (void)state;
    expect("Mul #2.5,#2.0 five;Exp five e;Floor e down;Cast:to=7 down y",
           "148"); /* e^5 = 148.4 */
    expect("Round #2.5 even;Cast:to=7 even y", "2");
    expect("Round #3.5 even;Cast:to=7 even y", "4");
    expect("Pow #3,#4 y", "81");
    expect("Sqrt #81.0 nine;Cast:to=7 nine y", "9");
    /* 16777217 is no float32 */
    expect("Cast:to=1 #16777216 f;Add f,#1.0 g;Cast:to=7 g y", "16777216");
}

static void powers_and_shifts_of_symbols(void **state)
{
    (void)state;
    expect("Pow sh,#2 y", "b**2, s**2");
    expect("Cast:to=13 sh u;Cast:to=13 #3 k;BitwiseAnd k,k three;"
           "Mul u,three z;Cast:to=7 z y",
           "3*b, 3*s");
}

static void clips_of_symbols(void **state)
{
    (void)state;
    expect("Squeeze #0 low;Squeeze #9 high;Clip sh,low,high y",
           "min(9, b), min(9, s)");
    expect("Relu sh y", "b, s");
}

/* Towards zero, and no fraction: s - 1 may be negative. */
static void integers_divide_towards_zero(void **state)
{
    (void)state;
    expect("Div sh,#2 y", "b//2, s//2");
    expect("Sub sh,#1 less;Div less,#2 y",
           "max(1, (b + 1)//2) - 1, max(1, (s + 1)//2) - 1");
    expect("Sub #1,#8 less;Div less,#2 z;Neg z y", "3");
}

static void reductions_of_shapes(void **state)
{
    (void)state;
    expect("ReduceProd sh y", "b*s");
    expect("ReduceSum sh y", "b + s");
    expect("ReduceMax sh y", "max(b, s)");
    expect("Concat:axis=0 sh,#10 both;ReduceMin both y", "min(10, b, s)");
    expect("ReduceMean sh y", "(b + s)//2");
}

/* A computed k that the axis bounds needs no assumption. */
static void the_least_of_k_and_an_axis_fits_it(void **state)
{
    (void)state;
    oc_report *report =
        analyze("Shape x sh;Gather sh,#1 n;Concat:axis=0 n,#10 both;"
                "ReduceMin both k;TopK x,k made",
                "made");
    assert_string_equal(report->outputs[0].dims[1].formula, "min(10, s)");
    assert_int_equal(report->assumption_count, 0);
    oc_report_free(report);
}

/* ---- bounds ---- */

static void positions_bound_the_rows_they_take(void **state)
{
    (void)state;
    expect_bound("Identity p y", "s", "9");
    expect_bound("Add p,#2 y", "s", "7");
    expect_bound("Sub p,#1 z;Relu z y", "s", "10");
    expect_bound("Mul p,#2 y", "s", "5");
    expect_bound("Div p,#2 y", "s", "18");
    expect_bound("Sub m,one last;Sub last,p y", "s", "9");
}

static void wrapped_and_clipped_positions_always_fit(void **state)
{
    (void)state;
    expect_bound("Mod p,#9 y", NULL, NULL);
    expect_bound("Min p,#8 y", NULL, NULL);
    expect_bound("Squeeze #8 top;Clip p,zero,top y", NULL, NULL);
    expect_bound("Neg p z;Max z,#-9 y", NULL, NULL);
    expect_bound("Sign p y", NULL, NULL);
}

/* Exporters make indices positive, which positions are already. */
static void bounds_decide_conditions_of_all_elements(void **state)
{
    (void)state;
    expect_bound("Less p,#0 is;Add p,#9 up;Where is,up,p y", "s", "9");
    expect_bound("GreaterOrEqual p,#0 is;Where is,p,#500 y", "s", "9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dim_is_never_negative),
        cmocka_unit_test(what_bounds_leave_open_stays_open),
        cmocka_unit_test(one_operand_can_decide_logic),
        cmocka_unit_test(floats_carry_shapes_through_roundings),
        cmocka_unit_test(constants_are_evaluated_in_their_type),
        cmocka_unit_test(powers_and_shifts_of_symbols),
        cmocka_unit_test(clips_of_symbols),
        cmocka_unit_test(integers_divide_towards_zero),
        cmocka_unit_test(reductions_of_shapes),
        cmocka_unit_test(the_least_of_k_and_an_axis_fits_it),
        cmocka_unit_test(positions_bound_the_rows_they_take),
        cmocka_unit_test(wrapped_and_clipped_positions_always_fit),
        cmocka_unit_test(bounds_decide_conditions_of_all_elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
