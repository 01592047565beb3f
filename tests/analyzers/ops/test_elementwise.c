/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/analyzers/ops/test_elementwise.c - what one element costs: functions,
 * comparisons, bits, activations, Clip and Pow.
 */
#include "support/test.h"

enum { ELEMENTS = 2 * 3 * 5 };

typedef struct row {
    const char *op_type, *attributes;
    int flops, transcendentals; /* per element */
} row;

static void expect_rows(const row *rows, size_t count, const char *inputs,
                        const char *outputs)
{
    for (size_t i = 0; i < count; i++) {
        const result r = run_op(rows[i].op_type, rows[i].attributes, inputs);
        print_message("%s %s\n", rows[i].op_type, rows[i].attributes);
        assert_string_equal(r.outputs, outputs);
        assert_int_equal(r.flops, rows[i].flops * ELEMENTS);
        assert_int_equal(r.transcendentals, rows[i].transcendentals * ELEMENTS);
        assert_int_equal(r.macs, 0);
        assert_string_equal(r.status, "exact");
    }
}

#define EXPECT_ROWS(rows, inputs, outputs)                                     \
    expect_rows(rows, sizeof(rows) / sizeof(rows[0]), inputs, outputs)

static void real_functions_are_one_transcendental(void **state)
{
    (void)state;
    static const row rows[] = {
        {"Exp", "", 0, 1},     {"Log", "", 0, 1},   {"Sqrt", "", 0, 1},
        {"Sin", "", 0, 1},     {"Cos", "", 0, 1},   {"Tan", "", 0, 1},
        {"Asin", "", 0, 1},    {"Acos", "", 0, 1},  {"Atan", "", 0, 1},
        {"Sinh", "", 0, 1},    {"Cosh", "", 0, 1},  {"Tanh", "", 0, 1},
        {"Asinh", "", 0, 1},   {"Acosh", "", 0, 1}, {"Atanh", "", 0, 1},
        {"Sigmoid", "", 0, 1}, {"Erf", "", 0, 1},   {"Exp@1", "", 0, 1}};
    EXPECT_ROWS(rows, "f32[2,3,5]", "f32[2,3,5]");
}

static void roundings_and_rectifiers_are_flops(void **state)
{
    (void)state;
    static const row rows[] = {
        {"Floor", "", 1, 0},        {"Ceil", "", 1, 0},
        {"Round", "", 1, 0},        {"Reciprocal", "", 1, 0},
        {"Relu", "", 1, 0},         {"LeakyRelu", "alpha=0.1", 2, 0},
        {"Shrink", "", 3, 0},       {"ThresholdedRelu", "", 2, 0},
        {"Softsign", "", 3, 0},     {"HardSigmoid", "", 4, 0},
        {"HardSwish@14", "", 5, 0}, {"Affine@1", "", 2, 0}};
    EXPECT_ROWS(rows, "f32[2,3,5]", "f32[2,3,5]");
}

static void smooth_activations_are_both(void **state)
{
    (void)state;
    static const row rows[] = {
        {"Elu", "", 3, 1},
        {"Selu", "", 4, 1},
        {"Celu", "alpha=2.0", 6, 1},
        {"Softplus", "", 1, 2},
        {"Mish", "", 2, 3},
        {"Gelu", "", 4, 1},
        {"Gelu", "approximate=tanh", 8, 1},
        {"Swish@24", "", 1, 1},
        {"Swish@24", "alpha=1.7", 2, 1},
    };
    EXPECT_ROWS(rows, "f32[2,3,5]", "f32[2,3,5]");
}

static void swiglu_takes_two_tensors_of_one_shape(void **state)
{
    (void)state;
    static const row rows[] = {{"SwiGLU@28", "", 2, 1},
                               {"SwiGLU@28", "alpha=1.7", 3, 1}};
    EXPECT_ROWS(rows, "f32[2,3,5] f32[2,3,5]", "f32[2,3,5]");
    assert_string_equal(
        run_op("SwiGLU@28", "", "f32[2,3,5] f32[3,5]").diagnostic,
        "A and B differ in rank");
    assert_string_equal(run_op("SwiGLU@28", "", "f32[b,4] f32[3,4]").outputs,
                        "f32[3,4]");
}

static void comparisons_give_bools(void **state)
{
    (void)state;
    static const row rows[] = {{"Equal", "", 1, 0},
                               {"Greater", "", 1, 0},
                               {"GreaterOrEqual", "", 1, 0},
                               {"Less", "", 1, 0},
                               {"LessOrEqual", "", 1, 0}};
    EXPECT_ROWS(rows, "f32[2,1,5] f32[3,1]", "b[2,3,5]");
    static const row logic[] = {
        {"And", "", 1, 0}, {"Or", "", 1, 0}, {"Xor", "", 1, 0}};
    EXPECT_ROWS(logic, "b[2,1,5] b[3,1]", "b[2,3,5]");
    static const row tests[] = {{"IsNaN", "", 1, 0},
                                {"IsInf", "detect_negative=0", 1, 0}};
    EXPECT_ROWS(tests, "f16[2,3,5]", "b[2,3,5]");
    assert_string_equal(run_op("Not", "", "b[n]").outputs, "b[n]");
}

static void bits_are_integers(void **state)
{
    (void)state;
    static const row rows[] = {{"BitShift", "direction=LEFT", 1, 0},
                               {"BitwiseAnd", "", 1, 0},
                               {"BitwiseOr", "", 1, 0},
                               {"BitwiseXor", "", 1, 0}};
    EXPECT_ROWS(rows, "u8[2,1,5] u8[3,1]", "u8[2,3,5]");
    assert_int_equal(run_op("BitwiseNot", "", "i32[2,3,5]").flops, ELEMENTS);
}

/* A slope is a parameter even when it is a single number. */
static void prelu_has_a_learned_slope(void **state)
{
    (void)state;
    const result channels = run_op("PRelu", "", "f32[2,3,5] c:f32[3,1]");
    assert_int_equal(channels.flops, 2 * ELEMENTS);
    assert_int_equal(channels.params, 3);
    assert_int_equal(channels.read_bytes, 4 * (ELEMENTS + 3));
    assert_int_equal(run_op("PRelu", "", "f32[2,3,5] c:f32[1]").params, 1);
    assert_string_equal(run_op("PRelu", "", "f32[2,n,5] f32[3,1]").outputs,
                        "f32[2,3,5]");
    assert_non_null(run_op("PRelu", "", "f32[2,3,5] f32[4]").diagnostic);
    assert_string_equal(run_op("PRelu@6", "", "f32[2,3,5] c:f32[3]").outputs,
                        "f32[2,3,5]");
}

/* Before opset 7 the second operand was aligned at an axis on request. */
static void old_operators_align_at_an_axis(void **state)
{
    (void)state;
    const result r =
        run_op("Greater@1", "axis=1 broadcast=1", "f32[2,3,5] f32[3]");
    assert_string_equal(r.outputs, "b[2,3,5]");
    assert_string_equal(run_op("Greater", "", "f32[2,3,5] f32[3]").diagnostic,
                        "dims cannot be broadcast: 5 and 3");
}

static void clip_costs_its_bounds(void **state)
{
    (void)state;
    static const row inputs[] = {{"Clip", "", 2, 0}};
    EXPECT_ROWS(inputs, "f32[2,3,5] f32[]=0 f32[]=6", "f32[2,3,5]");
    static const row upper[] = {{"Clip", "", 1, 0}};
    EXPECT_ROWS(upper, "f32[2,3,5] _ f32[]=6", "f32[2,3,5]");
    static const row none[] = {{"Clip", "", 0, 0}};
    EXPECT_ROWS(none, "f32[2,3,5]", "f32[2,3,5]");
    static const row attributes[] = {{"Clip@6", "min=0.0 max=6.0", 2, 0},
                                     {"Clip@6", "max=6.0", 1, 0},
                                     {"Clip@1", "", 0, 0}};
    EXPECT_ROWS(attributes, "f32[2,3,5]", "f32[2,3,5]");
    assert_int_equal(run_op("Clip", "", "f32[2,3,5]").read_bytes, 4 * ELEMENTS);
}

/* Products that a runtime makes of a power. */
static void pow_costs_what_its_exponent_says(void **state)
{
    (void)state;
    static const struct {
        const char *inputs;
        int flops, transcendentals;
    } powers[] = {
        {"f32[2,3,5] f32[]=2", 1, 0},    {"f32[2,3,5] f32[1]=3", 2, 0},
        {"f32[2,3,5] i64[]=4", 2, 0},    {"f32[2,3,5] f32[]=1", 0, 0},
        {"f32[2,3,5] f32[]=-1", 1, 0},   {"f32[2,3,5] f32[]=0.5", 0, 1},
        {"f32[2,3,5] f32[]=-0.5", 0, 1}, {"f32[2,3,5] f32[]=5", 0, 1},
        {"f32[2,3,5] f32[]", 0, 1},      {"f32[2,3,5] f32[5]=2,2,2,2,2", 0, 1}};
    for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++) {
        const result r = run_op("Pow", "", powers[i].inputs);
        print_message("%s\n", powers[i].inputs);
        assert_string_equal(r.outputs, "f32[2,3,5]");
        assert_int_equal(r.flops, powers[i].flops * ELEMENTS);
        assert_int_equal(r.transcendentals,
                         powers[i].transcendentals * ELEMENTS);
        assert_int_equal(r.write_bytes, 4 * ELEMENTS);
    }
}

static void costs_are_formulas_of_symbols(void **state)
{
    (void)state;
    const result r = run_op("HardSwish", "", "f32[batch,seq,8]");
    assert_int_equal(r.flops, FIGURE_SYMBOLIC);
    assert_string_equal(r.flops_formula, "40*batch*seq");
    const result nothing = run_op("HardSwish", "", "f32[0,8]");
    assert_int_equal(nothing.flops, 0);
    assert_int_equal(nothing.read_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_functions_are_one_transcendental),
        cmocka_unit_test(roundings_and_rectifiers_are_flops),
        cmocka_unit_test(smooth_activations_are_both),
        cmocka_unit_test(swiglu_takes_two_tensors_of_one_shape),
        cmocka_unit_test(comparisons_give_bools),
        cmocka_unit_test(bits_are_integers),
        cmocka_unit_test(prelu_has_a_learned_slope),
        cmocka_unit_test(old_operators_align_at_an_axis),
        cmocka_unit_test(clip_costs_its_bounds),
        cmocka_unit_test(pow_costs_what_its_exponent_says),
        cmocka_unit_test(costs_are_formulas_of_symbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
