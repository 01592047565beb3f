/* SPDX-License-Identifier: Apache-2.0 */
/* Formulas as text: what is printed is Python, what exporters write is read,
 * and the public evaluator agrees. */
#include "symbolic/fixture.h"

#include "onnxcost/formula.h"

static void content_and_common_monomial_stand_in_front(void **state)
{
    fixture *f = *state;
    assert_form(f, "18432*batch*seq*seq + 84934656*batch*seq + 589824*batch",
                "18432*batch*(seq**2 + 4608*seq + 32)");
    assert_form(f, "24*seq*seq*batch + 24*past*batch*seq",
                "24*batch*seq*(seq + past)");
}

static void a_positive_term_leads(void **state)
{
    fixture *f = *state;
    assert_form(f, "512 - seq", "512 - seq");
    assert_form(f, "0 - seq - 3", "-(seq + 3)");
    assert_form(f, "-2*seq", "-2*seq");
    assert_form(f, "-(offset//2)", "-(offset//2)");
}

static void quotients_in_products_have_parentheses(void **state)
{
    fixture *f = *state;
    assert_form(f, "49*((height+1)//2)*((width+1)//2)",
                "49*((height + 1)//2)*((width + 1)//2)");
    assert_form(f, "((height + 240)//320)**2", "((height + 240)//320)**2");
    assert_form(f, "seq//heads//width", "seq//heads//width");
    assert_form(f, "seq//(heads*width)", "seq//(width*heads)");
}

static void spellings_of_exporters_are_read(void **state)
{
    fixture *f = *state;
    assert_form(f, "Min(512, seq)", "min(512, seq)");
    assert_form(f, "((samples//80) - 3)//2 + 1", "(samples + 80)//160 - 1");
    assert_form(f, "2*((height//8))", "2*(height//8)");
    assert_form(f, "16height", "16*height");
    assert_form(f, "floor(seq/2)", "seq//2");
    assert_form(f, "ceil(seq/2)", "(seq + 1)//2");
    assert_form(f, "floor(height/2 - 1/2) + 1", "(height + 1)//2");
    assert_form(f, "CEIL(seq/heads)", "-((-seq)//heads)");
    assert_form(f, "seq/2", "seq//2");
    assert_form(f, "height^2", "height**2");
    assert_form(f, " ( past+seq ) ", "seq + past");
    assert_form(f, "-3 % 7", "4");
    assert_form(f, "-2**2", "-4");
}

static void what_is_no_expression_is_unknown(void **state)
{
    fixture *f = *state;
    static const char *const texts[] = {
        "",           "seq +",
        "(seq",       "seq)",
        "unheard_of", "min()",
        "min(seq",    "log(seq)",
        "seq seq",    "seq // 0",
        "2 ** seq",   "seq**-1",
        "seq**1000",  "?",
        "seq.5",      "99999999999999999999999999999999999999999999"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_true(oc_expr_parse(f->space, texts[i], strlen(texts[i]), NULL,
                                  NULL) == OC_UNKNOWN);
}

static void nesting_is_limited(void **state)
{
    fixture *f = *state;
    char text[4001];
    memset(text, '(', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_true(oc_expr_parse(f->space, text, sizeof(text) - 1, NULL, NULL) ==
                OC_UNKNOWN);
    memset(text, '-', sizeof(text) - 2);
    text[sizeof(text) - 2] = '1';
    assert_true(oc_expr_parse(f->space, text, sizeof(text) - 1, NULL, NULL) ==
                oc_expr_of(-1));
}

static oc_expr only_h(void *context, const char *name, size_t bytes)
{
    return bytes == 1 && *name == 'H' ? *(oc_expr *)context : OC_UNKNOWN;
}

static void names_are_looked_up_by_the_caller(void **state)
{
    fixture *f = *state;
    oc_expr height = read_expr(f, "height");
    assert_true(oc_expr_parse(f->space, "16H", 3, only_h, &height) ==
                read_expr(f, "16*height"));
    assert_true(oc_expr_parse(f->space, "seq", 3, only_h, &height) ==
                OC_UNKNOWN);
}

/* ---- the public evaluator ---- */

static const oc_binding two[] = {{"batch", 3}, {"seq", 128}};

static oc_status evaluate(const char *text, oc_i128 *value, oc_error *err)
{
    static const char *const names[] = {"d1", "d2", "d3"};
    static const char *const formulas[] = {"seq//3", "d1*2", "height + 1"};
    return oc_formula_evaluate(value, text, two, 2, names, formulas, 3, err);
}

static void assert_value(const char *text, oc_i128 want)
{
    oc_i128 value = -1;
    assert_int_equal(evaluate(text, &value, NULL), OC_OK);
    assert_true(value == want);
}

static void formulas_have_values(void **state)
{
    (void)state;
    assert_value("18432*batch*(seq**2 + 4608*seq + 32)",
                 (oc_i128)18432 * 3 * (128 * 128 + 4608 * 128 + 32));
    assert_value("5*batch*seq*(seq + 1)//2", 5 * 3 * 128 * 129 / 2);
    assert_value("(max(1, seq) - 1).bit_length()", 7);
    assert_value("min(512, seq) % 5", 3);
    assert_value("-7//2", -4);
    assert_value("seq*batch//max(1, min(seq, batch))", 128);
    assert_value("d2 + 1", 128 / 3 * 2 + 1);
    assert_value("10**38", (oc_i128)10000000000000000000u *
                               (oc_i128)10000000000000000000u);
}

static void definitions_are_evaluated_once_for_many_formulas(void **state)
{
    (void)state;
    enum { COUNT = 60 }; /* 2^60 evaluations, were each to evaluate its own */
    char text[COUNT][32], name[COUNT][16];
    const char *names[COUNT], *formulas[COUNT];
    oc_evaluator *evaluator = NULL;
    oc_i128 value = 0;
    for (int i = 0; i < COUNT; i++) {
        snprintf(name[i], sizeof(name[i]), "d%d", i + 1);
        snprintf(text[i], sizeof(text[i]), i ? "d%d + d%d" : "seq", i, i);
        names[i] = name[i];
        formulas[i] = text[i];
    }
    assert_int_equal(
        oc_evaluator_new(&evaluator, two, 2, names, formulas, COUNT, NULL),
        OC_OK);
    assert_int_equal(oc_evaluator_value(evaluator, &value, "d60 + batch", NULL),
                     OC_OK);
    assert_true(value == (oc_i128)128 * ((oc_i128)1 << 59) + 3);
    assert_int_equal(oc_evaluator_value(evaluator, &value, "d61", NULL),
                     OC_ERR_USAGE);
    assert_int_equal(oc_evaluator_value(evaluator, &value, "d1 +", NULL),
                     OC_ERR_USAGE);
    assert_int_equal(oc_evaluator_value(evaluator, &value, "d1", NULL), OC_OK);
    assert_true(value == 128);
    oc_evaluator_free(evaluator);
}

static void failures_say_what_failed(void **state)
{
    (void)state;
    oc_i128 value = 42;
    oc_error err = {0};
    assert_int_equal(evaluate("batch*width", &value, &err), OC_ERR_USAGE);
    assert_non_null(strstr(err.message, "'width'"));
    assert_int_equal(evaluate("d3", &value, NULL), OC_ERR_USAGE);
    assert_int_equal(evaluate("batch +", &value, NULL), OC_ERR_USAGE);
    assert_int_equal(evaluate("1//(batch - 3)", &value, NULL), OC_ERR_SHAPE);
    assert_int_equal(evaluate("1%(batch - 3)", &value, NULL), OC_ERR_SHAPE);
    assert_int_equal(evaluate("10**39", &value, NULL), OC_ERR_OVERFLOW);
    assert_true(value == 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPACE_TEST(content_and_common_monomial_stand_in_front),
        SPACE_TEST(a_positive_term_leads),
        SPACE_TEST(quotients_in_products_have_parentheses),
        SPACE_TEST(spellings_of_exporters_are_read),
        SPACE_TEST(what_is_no_expression_is_unknown),
        SPACE_TEST(nesting_is_limited),
        SPACE_TEST(names_are_looked_up_by_the_caller),
        cmocka_unit_test(formulas_have_values),
        cmocka_unit_test(definitions_are_evaluated_once_for_many_formulas),
        cmocka_unit_test(failures_say_what_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
