/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/operator.c - one node of one operator: its rule, its outputs'
 * facts, its row.
 */
#include "analyzers/context.h"

#include <string.h>

/* ---- declared types, where nothing better is known ---- */

static void merge_dims(oc_fact *fact, const oc_type *declared)
{
    for (int axis = 0; axis < fact->type.rank; axis++)
        if (fact->type.dim[axis] == OC_UNKNOWN)
            fact->type.dim[axis] = declared->dim[axis];
}

static bool is_incomplete(const oc_type *type)
{
    if (type->kind != OC_KIND_TENSOR)
        return type->kind == OC_KIND_UNKNOWN;
    if (type->rank < 0 || type->elem_type == OC_ELEM_UNKNOWN)
        return true;
    for (int axis = 0; axis < type->rank; axis++)
        if (type->dim[axis] == OC_UNKNOWN)
            return true;
    return false;
}

static void take_declared(oc_analysis *a, const oc_value *value, oc_fact *fact)
{
    if (value->declared.kind == OC_TYPE_NONE || !is_incomplete(&fact->type))
        return;
    const oc_type declared = oc_analysis_declared(a, &value->declared);
    if (fact->type.kind == OC_KIND_UNKNOWN) {
        const int elem_type = fact->type.elem_type;
        fact->type = declared;
        if (elem_type)
            fact->type.elem_type = elem_type;
        return;
    }
    if (declared.kind != fact->type.kind)
        return;
    if (fact->type.elem_type == OC_ELEM_UNKNOWN)
        fact->type.elem_type = declared.elem_type;
    if (fact->type.rank < 0) {
        fact->type.rank = declared.rank;
        fact->type.dim = declared.dim;
    } else if (declared.rank == fact->type.rank) {
        merge_dims(fact, &declared);
    }
}

/* ---- the node ---- */

static void bad_arity(oc_context *c, const oc_schema *schema)
{
    size_t given = 0;
    for (size_t i = 0; i < c->input_count; i++)
        given = c->input[i] ? i + 1 : given;
    if (given >= (size_t)schema->min_inputs &&
        (schema->max_inputs < 0 ||
         c->input_count <= (size_t)schema->max_inputs))
        return;
    oc_op_fail(&c->op, oc_arena_printf(
                           c->a->scratch, "has %zu inputs, expected %d to %d",
                           given, schema->min_inputs, schema->max_inputs));
}

static void find_rule(oc_context *c)
{
    oc_analysis *a = c->a;
    const oc_node *node = c->node;
    const int64_t opset = oc_frame_opset(c->frame, node->domain);
    const oc_schema *schema = oc_schema_find(node->domain, node->op_type);
    c->descriptor =
        oc_registry_find(a->registry, node->domain, node->op_type, opset);
    if (!schema) {
        c->version = c->descriptor ? c->descriptor->since_version : 0;
        return;
    }
    c->version = oc_schema_version(schema, opset);
    if (c->version == 0)
        c->descriptor = NULL;
    if (schema->removed_in && opset >= schema->removed_in && c->descriptor)
        oc_analysis_note(a, OC_WARNING, "model.removed-operator",
                         a->row_count - 1,
                         oc_arena_printf(a->arena,
                                         "%s was removed in opset %d; its "
                                         "last version is used",
                                         node->op_type, schema->removed_in));
    if (c->descriptor)
        bad_arity(c, schema);
}

/* A number that the file states against the number that is inferred. */
static bool contradicts(const oc_declared_type *declared, const oc_type *type)
{
    if (declared->kind != OC_TYPE_TENSOR || type->kind != OC_KIND_TENSOR)
        return false;
    if (declared->elem_type && type->elem_type &&
        declared->elem_type != type->elem_type)
        return true;
    if (!declared->has_shape || type->rank < 0)
        return false;
    if (declared->rank != (size_t)type->rank)
        return true;
    for (size_t axis = 0; axis < declared->rank; axis++)
        if (declared->dim[axis].has_value && declared->dim[axis].value > 0 &&
            oc_expr_is_immediate(type->dim[axis]) &&
            !oc_expr_is(type->dim[axis], declared->dim[axis].value))
            return true;
    return false;
}

static void compare_declared(oc_analysis *a, const oc_value *value,
                             const oc_fact *fact)
{
    if (a->bound || !contradicts(&value->declared, &fact->type))
        return;
    if (!a->stale_count++)
        a->stale = value->name;
}

static void finish_output(oc_context *c, size_t i, bool folded, bool shapes,
                          const oc_origins *origins)
{
    oc_fact *fact = c->output[i];
    oc_analysis *a = c->a;
    if (c->failed) {
        fact->type = (oc_type){.kind = fact->type.kind,
                               .elem_type = fact->type.elem_type,
                               .rank = OC_RANK_UNKNOWN};
        fact->block = NULL;
    }
    const oc_value *value = &c->frame->scope->value[c->node->output[i]];
    if (!c->failed) {
        compare_declared(a, value, fact);
        take_declared(a, value, fact);
    }
    fact->constant = folded;
    fact->from_shapes = shapes;
    fact->origins = origins;
    fact->number = oc_number_mix(c->number, i + 1);
    if (fact->block && oc_block_is_known(fact->block))
        fact->number = oc_block_number(fact);
}

static void infer_outputs(oc_context *c)
{
    for (size_t i = 0; i < c->output_count; i++) {
        if (c->node->output[i] == OC_NO_VALUE)
            continue;
        c->output[i] = oc_fact_new(c->a, NULL);
        c->output[i]->root = c->node->output[i];
    }
    if (c->descriptor && !c->failed)
        c->descriptor->infer(&c->op);
    const bool folded = oc_context_is_constant(c),
               shapes = oc_context_is_from_shapes(c);
    const oc_origins *origins = oc_context_origins(c, folded);
    if (!origins)
        origins = oc_context_own_origins(c);
    const oc_expr stored = oc_context_stored_bytes(c, folded);
    for (size_t i = 0; i < c->output_count; i++) {
        if (!c->output[i])
            continue;
        finish_output(c, i, folded, shapes && !folded, origins);
        c->output[i]->stored_bytes = stored;
    }
    c->row->folded = folded && c->descriptor;
}

/* Views share the bytes of input 0: whoever reads them later reads those.
 * An output that is said to be written has bytes of its own. */
static void share_root(oc_context *c)
{
    const oc_fact *viewed = c->input_count ? c->input[0] : NULL;
    if (!c->view || !viewed)
        return;
    for (size_t i = 0; i < c->output_count; i++) {
        if (!c->output[i] || c->write[i].given)
            continue;
        c->output[i]->shows_constant =
            viewed->constant || viewed->shows_constant;
        if (viewed->root == OC_NO_VALUE)
            continue;
        size_t *last = &c->frame->root_last_use[viewed->root];
        const size_t use = c->frame->live->last_use[c->node->output[i]];
        c->output[i]->root = viewed->root;
        if (use > *last)
            *last = use;
    }
}

static void report_failure(oc_context *c)
{
    if (!c->failed)
        return;
    oc_analysis_note(c->a, OC_WARNING, "shape.invalid", c->a->row_count - 1,
                     c->message);
    c->a->note[c->a->note_count - 1].contradiction = true;
}

void oc_infer_operator(oc_analysis *a, oc_frame *frame, const oc_node *node)
{
    oc_context c = {.op = {&oc_engine_api},
                    .cost = {&oc_engine_api},
                    .a = a,
                    .frame = frame,
                    .node = node,
                    .input_count = node->input_count,
                    .output_count = node->output_count};
    c.input = OC_NEW(a->scratch, const oc_fact *, c.input_count);
    c.output = OC_NEW(a->scratch, oc_fact *, c.output_count);
    for (size_t i = 0; i < c.input_count; i++)
        c.input[i] = oc_frame_fact(frame, node->input[i]);
    while (c.input_count && !c.input[c.input_count - 1])
        c.input_count--;
    oc_row *row = oc_row_new(a, frame, node);
    find_rule(&c);
    c.number = oc_context_number(&c);
    row->op = c.descriptor;
    row->since_version = c.version;
    c.row = row;
    infer_outputs(&c);
    oc_context_cost(&c);
    share_root(&c);
    for (size_t i = 0; i < c.output_count; i++)
        if (c.output[i])
            oc_frame_set(a, frame, node->output[i], c.output[i]);
    oc_row_outputs(a, row);
    report_failure(&c);
}
