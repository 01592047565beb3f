/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/operators.c - the operators that are known, for people.
 */
#include "onnxcost/operators.h"

#include <stdlib.h>
#include <string.h>

#include "analyzers/analysis.h"
#include "base/error.h"

struct oc_operators {
    oc_arena arena;
    jmp_buf no_memory;
    size_t count;
    oc_operator *list;
};

static void fill_control(oc_operators *all, oc_operator *op)
{
    const char *words = oc_control_rule(op->domain, op->op_type, false);
    if (op->rule_count > 0 || !words)
        return;
    oc_operator_rule *rule = OC_NEW(&all->arena, oc_operator_rule, 1);
    *rule = (oc_operator_rule){1, words, true, NULL};
    op->rule_count = 1;
    op->rules = rule;
}

/* The rules of an operator, from the newest back. */
static const oc_op_descriptor *before(const oc_registry *registry,
                                      const oc_operator *op, int64_t version)
{
    return oc_registry_find(registry, op->domain, op->op_type, version - 1);
}

static void fill_rules(oc_operators *all, oc_operator *op,
                       const oc_registry *registry)
{
    const oc_op_descriptor *rule;
    for (rule = before(registry, op, INT64_MAX); rule;
         rule = before(registry, op, rule->since_version))
        op->rule_count++;
    size_t at = op->rule_count;
    oc_operator_rule *rules = OC_NEW(&all->arena, oc_operator_rule, at);
    for (rule = before(registry, op, INT64_MAX); rule;
         rule = before(registry, op, rule->since_version))
        rules[--at] = (oc_operator_rule){rule->since_version, rule->rule,
                                         !(rule->traits & OC_TRAIT_UNCOUNTED),
                                         rule->source};
    op->rules = rules;
}

static void fill(oc_operators *all)
{
    const oc_registry *registry = oc_registry_new(&all->arena);
    all->count = oc_schema_count();
    all->list = OC_NEW(&all->arena, oc_operator, all->count);
    for (size_t i = 0; i < all->count; i++) {
        const oc_schema *schema = oc_schema_at(i);
        all->list[i] = (oc_operator){.domain = schema->domain,
                                     .op_type = schema->op_type,
                                     .versions = schema->versions,
                                     .inputs = schema->input_names,
                                     .outputs = schema->output_names,
                                     .removed_in = schema->removed_in};
        fill_rules(all, &all->list[i], registry);
        fill_control(all, &all->list[i]);
    }
}

/* Nothing here changes after setjmp() but what the pointer shows. */
static bool fill_guarded(oc_operators *all)
{
    if (setjmp(all->no_memory) != 0)
        return false;
    all->arena.escape = &all->no_memory;
    fill(all);
    return true;
}

oc_status oc_operators_new(oc_operators **out, oc_error *err)
{
    oc_operators *all = calloc(1, sizeof(*all));
    if (all && fill_guarded(all)) {
        *out = all;
        return OC_OK;
    }
    oc_operators_free(all);
    return oc_fail(err, OC_ERR_NOMEM, "memory.exhausted", "out of memory");
}

void oc_operators_free(oc_operators *operators)
{
    if (operators)
        oc_arena_free(&operators->arena);
    free(operators);
}

const oc_operator *oc_operators_list(const oc_operators *operators,
                                     size_t *count)
{
    *count = operators->count;
    return operators->list;
}
