/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of analyzers/registry.h: the tables of rules and schemas agree, and
 * the newest rule not above an opset is the one that holds.
 */
#include <stdio.h>
#include <string.h>

#include "analyzers/registry.h"
#include "support/test.h"

static const char *const families[] = {
#define OC_OP(name) #name,
#include "analyzers/ops.def"
#undef OC_OP
};

typedef struct fixture {
    oc_arena arena;
    jmp_buf escape;
    oc_registry *registry;
} fixture;

static int open_registry(void **state)
{
    static fixture f;
    f = (fixture){0};
    f.arena.escape = &f.escape;
    if (setjmp(f.escape))
        return -1;
    f.registry = oc_registry_new(&f.arena);
    f.arena.escape = NULL;
    *state = &f;
    return 0;
}

static int close_registry(void **state)
{
    fixture *f = *state;
    oc_arena_free(&f->arena);
    return 0;
}

static int by_name(const char *domain, const char *op_type, const char *other,
                   const char *other_type)
{
    const int order = strcmp(domain, other);
    return order ? order : strcmp(op_type, other_type);
}

static bool is_listed(const char *versions, int version)
{
    char padded[128], wanted[16];
    (void)snprintf(padded, sizeof(padded), " %s ", versions);
    (void)snprintf(wanted, sizeof(wanted), " %d ", version);
    return strstr(padded, wanted) != NULL;
}

static void operator_files_are_sorted_and_named_once(void **state)
{
    (void)state;
    for (size_t i = 1; i < sizeof(families) / sizeof(families[0]); i++)
        if (strcmp(families[i - 1], families[i]) >= 0)
            fail_msg("ops.def: %s stands before %s", families[i - 1],
                     families[i]);
}

static void schemas_are_sorted_and_stated_once(void **state)
{
    (void)state;
    for (size_t i = 1; i < oc_schema_count(); i++) {
        const oc_schema *a = oc_schema_at(i - 1), *b = oc_schema_at(i);
        if (by_name(a->domain, a->op_type, b->domain, b->op_type) >= 0)
            fail_msg("schema.def: %s:%s stands before %s:%s", a->domain,
                     a->op_type, b->domain, b->op_type);
    }
}

static void an_operator_has_one_rule_for_a_version(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < oc_registry_count(f->registry); i++) {
        const oc_op_descriptor *d = oc_registry_at(f->registry, i);
        const oc_op_descriptor *found = oc_registry_find(
            f->registry, d->domain, d->op_type, d->since_version);
        if (found != d)
            fail_msg("%s:%s has two rules since %d", d->domain, d->op_type,
                     d->since_version);
    }
}

/* A rule may begin at any version of its schema, not between two of them. */
static void every_rule_begins_with_a_version_of_its_schema(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < oc_registry_count(f->registry); i++) {
        const oc_op_descriptor *d = oc_registry_at(f->registry, i);
        const oc_schema *schema = oc_schema_find(d->domain, d->op_type);
        if (!schema)
            fail_msg("%s:%s is not in schema.def", d->domain, d->op_type);
        else if (!is_listed(schema->versions, d->since_version))
            fail_msg("%s:%s has the versions %s, a rule since %d", d->domain,
                     d->op_type, schema->versions, d->since_version);
    }
}

static void every_rule_is_in_words_and_has_a_source(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < oc_registry_count(f->registry); i++) {
        const oc_op_descriptor *d = oc_registry_at(f->registry, i);
        assert_non_null(d->infer);
        if (!d->rule || !d->rule[0] || !d->source || !d->source[0])
            fail_msg("%s:%s lacks its rule or source", d->domain, d->op_type);
    }
}

static void the_newest_rule_not_above_the_opset_holds(void **state)
{
    const fixture *f = *state;
    for (size_t i = 0; i < oc_registry_count(f->registry); i++) {
        const oc_op_descriptor *d = oc_registry_at(f->registry, i);
        const oc_op_descriptor *before = oc_registry_find(
            f->registry, d->domain, d->op_type, d->since_version - 1);
        assert_ptr_equal(oc_registry_find(f->registry, d->domain, d->op_type,
                                          d->since_version),
                         d);
        assert_true(!before || before->since_version < d->since_version);
    }
}

static void what_is_in_no_table_is_not_found(void **state)
{
    const fixture *f = *state;
    assert_null(oc_registry_find(f->registry, "", "Convolution", 21));
    assert_null(oc_registry_find(f->registry, "ai.onnx", "Conv", 21));
    assert_null(oc_registry_find(f->registry, "", "Gelu", 19));
    assert_null(oc_schema_find("com.example", "Conv"));
}

static void a_schema_has_the_newest_version_not_above_the_opset(void **state)
{
    (void)state;
    const oc_schema *add = oc_schema_find("", "Add"); /* 1 6 7 13 14 */
    assert_non_null(add);
    assert_int_equal(oc_schema_version(add, 12), 7);
    assert_int_equal(oc_schema_version(add, 13), 13);
    assert_int_equal(oc_schema_version(add, 99), 14);
    assert_int_equal(oc_schema_version(add, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operator_files_are_sorted_and_named_once),
        cmocka_unit_test(schemas_are_sorted_and_stated_once),
        cmocka_unit_test(an_operator_has_one_rule_for_a_version),
        cmocka_unit_test(every_rule_begins_with_a_version_of_its_schema),
        cmocka_unit_test(every_rule_is_in_words_and_has_a_source),
        cmocka_unit_test(the_newest_rule_not_above_the_opset_holds),
        cmocka_unit_test(what_is_in_no_table_is_not_found),
        cmocka_unit_test(a_schema_has_the_newest_version_not_above_the_opset),
    };
    return cmocka_run_group_tests(tests, open_registry, close_registry);
}
