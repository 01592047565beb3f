/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/context.c - the table of functions behind <onnxcost/plugin.h>.
 *
 * In here: operands, attributes, arithmetic, results.
 * Not in here: costs (context_cost.c), the order of nodes (infer.c).
 */
#include "analyzers/context.h"

#include <math.h>
#include <string.h>

/* ---- operands ---- */

static size_t input_count(oc_op *op)
{
    return oc_context_of(op)->input_count;
}

static size_t output_count(oc_op *op)
{
    return oc_context_of(op)->output_count;
}

static bool has_input(oc_op *op, size_t i)
{
    const oc_context *c = oc_context_of(op);
    return i < c->input_count && c->input[i];
}

static bool has_output(oc_op *op, size_t i)
{
    const oc_context *c = oc_context_of(op);
    return i < c->output_count && c->output[i];
}

static int version(oc_op *op)
{
    return oc_context_of(op)->version;
}

static const void *data(oc_op *op)
{
    return oc_context_of(op)->descriptor->data;
}

static const oc_type nothing = {.rank = OC_RANK_UNKNOWN};

static const oc_type *type(oc_op *op, size_t i)
{
    return has_input(op, i) ? &oc_context_of(op)->input[i]->type : &nothing;
}

static const oc_type *output_type(oc_op *op, size_t i)
{
    return has_output(op, i) ? &oc_context_of(op)->output[i]->type : &nothing;
}

/* A copy that may be changed; sticky unknown without a rank. */
static oc_shape shape_of(oc_context *c, const oc_type *from)
{
    oc_shape shape = {0, NULL};
    if (from->kind != OC_KIND_TENSOR || from->rank < 0) {
        c->unknown = true;
        return shape;
    }
    shape.rank = (size_t)from->rank;
    shape.dim = OC_NEW(c->a->scratch, oc_expr, shape.rank);
    if (shape.rank)
        memcpy(shape.dim, from->dim, shape.rank * sizeof(oc_expr));
    return shape;
}

static oc_shape shape(oc_op *op, size_t i)
{
    return shape_of(oc_context_of(op), type(op, i));
}

static oc_shape output_shape(oc_op *op, size_t i)
{
    return shape_of(oc_context_of(op), output_type(op, i));
}

static const oc_block *value(oc_op *op, size_t i)
{
    return has_input(op, i) ? oc_context_of(op)->input[i]->block : NULL;
}

static void bounds_of_block(oc_space *space, const oc_block *block,
                            oc_expr *lower, oc_expr *upper)
{
    *lower = *upper = block->element[0];
    for (size_t i = 1; i < block->count; i++) {
        *lower = oc_expr_min(space, *lower, block->element[i]);
        *upper = oc_expr_max(space, *upper, block->element[i]);
    }
}

/* Bounds of long blocks are taken from few elements' worth of work. */
#define BOUNDED_BLOCK 64

static bool range(oc_op *op, size_t i, oc_expr *lower, oc_expr *upper)
{
    oc_context *c = oc_context_of(op);
    if (!has_input(op, i))
        return false;
    const oc_fact *fact = c->input[i];
    *lower = fact->lower;
    *upper = fact->upper;
    if (fact->block && fact->block->count &&
        fact->block->count <= BOUNDED_BLOCK)
        bounds_of_block(c->a->space, fact->block, lower, upper);
    return oc_expr_is_known(*lower) || oc_expr_is_known(*upper);
}

static bool constant(oc_op *op, size_t i)
{
    return has_input(op, i) && oc_context_of(op)->input[i]->constant;
}

static bool same_operand(oc_op *op, size_t i, size_t j)
{
    const oc_context *c = oc_context_of(op);
    return has_input(op, i) && has_input(op, j) && c->input[i] == c->input[j];
}

static bool dies(oc_op *op, size_t i)
{
    const oc_context *c = oc_context_of(op);
    if (!has_input(op, i))
        return false;
    const oc_fact *fact = c->input[i];
    if (fact->constant || fact->loop_state || fact->root == OC_NO_VALUE)
        return false;
    const oc_value *root = &c->frame->scope->value[fact->root];
    return root->source == OC_FROM_NODE && root->graph == c->node->graph &&
           c->frame->root_last_use[fact->root] <= c->a->position;
}

static int64_t stored_values(oc_op *op, size_t i)
{
    const oc_context *c = oc_context_of(op);
    if (!has_input(op, i) || !c->input[i]->origins ||
        c->input[i]->origins->count != 1)
        return -1;
    const oc_tensor *tensor = c->input[i]->origins->tensor[0];
    return tensor->sparse ? (int64_t)tensor->nnz : -1;
}

/* ---- attributes ---- */

static const oc_attribute *attribute(oc_op *op, const char *name)
{
    const oc_context *c = oc_context_of(op);
    return oc_node_attribute(c->frame, c->node, name);
}

static bool has_attribute(oc_op *op, const char *name)
{
    return attribute(op, name) != NULL;
}

static int64_t attribute_int(oc_op *op, const char *name, int64_t fallback)
{
    const oc_attribute *found = attribute(op, name);
    if (found && found->type == OC_ATTR_FLOAT && fabsf(found->f) < 1e9f)
        return (int64_t)found->f;
    return found && found->type == OC_ATTR_INT ? found->i : fallback;
}

static double attribute_float(oc_op *op, const char *name, double fallback)
{
    const oc_attribute *found = attribute(op, name);
    if (found && found->type == OC_ATTR_INT)
        return (double)found->i;
    return found && found->type == OC_ATTR_FLOAT ? (double)found->f : fallback;
}

static const char *attribute_string(oc_op *op, const char *name,
                                    const char *fallback)
{
    const oc_attribute *found = attribute(op, name);
    return found && found->type == OC_ATTR_STRING ? found->s.data : fallback;
}

static size_t attribute_ints(oc_op *op, const char *name,
                             const int64_t **values)
{
    const oc_attribute *found = attribute(op, name);
    *values = NULL;
    if (!found || found->type != OC_ATTR_INTS)
        return 0;
    *values = found->ints;
    return found->count;
}

static size_t attribute_floats(oc_op *op, const char *name,
                               const float **values)
{
    const oc_attribute *found = attribute(op, name);
    *values = NULL;
    if (!found || found->type != OC_ATTR_FLOATS)
        return 0;
    *values = found->floats;
    return found->count;
}

static size_t attribute_strings(oc_op *op, const char *name,
                                const char *const **values)
{
    const oc_attribute *found = attribute(op, name);
    *values = NULL;
    if (!found || found->type != OC_ATTR_STRINGS)
        return 0;
    const char **list =
        OC_NEW(oc_context_of(op)->a->scratch, const char *, found->count);
    for (size_t i = 0; i < found->count; i++)
        list[i] = found->strings[i].data;
    *values = list;
    return found->count;
}

static bool attribute_tensor(oc_op *op, const char *name, oc_type *out,
                             const oc_block **block)
{
    const oc_attribute *found = attribute(op, name);
    if (!found ||
        (found->type != OC_ATTR_TENSOR && found->type != OC_ATTR_SPARSE_TENSOR))
        return false;
    const oc_fact *fact =
        oc_fact_of_tensor(oc_context_of(op)->a, found->tensors);
    *out = fact->type;
    *block = fact->block;
    return true;
}

/* ---- arithmetic ---- */

static void *allocate(oc_op *op, size_t count, size_t size)
{
    return oc_arena_alloc(oc_context_of(op)->a->scratch, count, size);
}

static oc_space *space_of(oc_op *op)
{
    return oc_context_of(op)->a->space;
}

static oc_expr integer(oc_op *op, int64_t number)
{
    return oc_expr_int(space_of(op), number);
}

static oc_expr real(oc_op *op, double number, int elem_type)
{
    return oc_expr_of_double(oc_context_of(op)->a, number, elem_type);
}

static bool to_double(oc_op *op, oc_expr e, double *number)
{
    oc_i128 numerator;
    int64_t denominator;
    if (!oc_expr_to_rational(space_of(op), e, &numerator, &denominator))
        return false;
    *number = (double)numerator / (double)denominator;
    return true;
}

static oc_expr calculate(oc_op *op, oc_arithmetic what, oc_expr a, oc_expr b)
{
    oc_space *space = space_of(op);
    switch (what) {
    case OC_ADD:
        return oc_expr_add(space, a, b);
    case OC_SUB:
        return oc_expr_sub(space, a, b);
    case OC_MUL:
        return oc_expr_mul(space, a, b);
    case OC_FLOOR_DIV:
        return oc_expr_floor_div(space, a, b);
    case OC_CEIL_DIV:
        return oc_expr_ceil_div(space, a, b);
    case OC_MOD:
        return oc_expr_mod(space, a, b);
    case OC_QUOTIENT:
        return oc_expr_quotient(space, a, b);
    case OC_MIN:
        return oc_expr_min(space, a, b);
    case OC_MAX:
        return oc_expr_max(space, a, b);
    }
    return OC_UNKNOWN;
}

static oc_expr clog2(oc_op *op, oc_expr a)
{
    return oc_expr_clog2(space_of(op), a);
}

static oc_tri at_most(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_expr_at_most(space_of(op), a, b);
}

static oc_tri equal(oc_op *op, oc_expr a, oc_expr b)
{
    return oc_expr_equal(space_of(op), a, b);
}

static oc_tri assume(oc_op *op, oc_assumed what, oc_expr a, oc_expr b)
{
    static const oc_relation relations[] = {[OC_ASSUME_EQUAL] = OC_EQUAL,
                                            [OC_ASSUME_AT_MOST] = OC_AT_MOST,
                                            [OC_ASSUME_DIVIDES] = OC_DIVIDES,
                                            [OC_ASSUME_NONZERO] = OC_NONZERO};
    const oc_context *c = oc_context_of(op);
    const oc_tri answer =
        oc_assume(c->a->space, relations[what], a, b, c->a->row_count - 1);
    c->a->refuted |= answer == OC_NO;
    return answer;
}

/* ---- failure ---- */

/* After sticky unknown, what looks wrong may only be not known. */
static void fail(oc_op *op, const char *message)
{
    oc_context *c = oc_context_of(op);
    if (c->unknown)
        return;
    if (!c->failed)
        c->message = oc_arena_text(c->a->arena, message, strlen(message));
    c->failed = true;
}

static void fail_dims(oc_op *op, const char *what, oc_expr a, oc_expr b)
{
    oc_analysis *analysis = oc_context_of(op)->a;
    fail(op,
         oc_arena_printf(analysis->scratch, "%s: %s and %s", what,
                         oc_expr_text(analysis->space, analysis->scratch, a),
                         oc_expr_text(analysis->space, analysis->scratch, b)));
}

static oc_expr unify(oc_op *op, oc_expr a, oc_expr b)
{
    oc_context *c = oc_context_of(op);
    bool contradiction = false;
    const oc_expr e =
        oc_dim_unify(c->a->space, a, b, c->a->row_count - 1, &contradiction);
    if (contradiction)
        fail_dims(op, "dims differ that must be equal", a, b);
    return e;
}

static oc_expr broadcast(oc_op *op, oc_expr a, oc_expr b)
{
    oc_context *c = oc_context_of(op);
    bool contradiction = false;
    const oc_expr e = oc_dim_broadcast(c->a->space, a, b, c->a->row_count - 1,
                                       &contradiction);
    if (contradiction)
        fail_dims(op, "dims cannot be broadcast", a, b);
    return e;
}

static void needs(oc_op *op)
{
    oc_context_of(op)->unknown = true;
}

static void warn(oc_op *op, const char *id, const char *message)
{
    oc_analysis *a = oc_context_of(op)->a;
    oc_analysis_note(a, OC_WARNING, oc_arena_text(a->arena, id, strlen(id)),
                     a->row_count - 1,
                     oc_arena_text(a->arena, message, strlen(message)));
}

/* "NonZero" gives "nonzero". */
static const char *prefix_of(oc_analysis *a, const char *op_type)
{
    char *prefix = oc_arena_text(a->scratch, op_type, strlen(op_type));
    for (char *c = prefix; *c; c++) {
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
        else if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9'))
            *c = '_';
    }
    return prefix;
}

/* A second or two of comparing symbolic figures. */
#define MOST_EFFORT 5000000

static bool effort(oc_op *op, size_t steps)
{
    oc_analysis *a = oc_context_of(op)->a;
    if (steps > MOST_EFFORT - a->effort)
        return false;
    a->effort += steps;
    return true;
}

/* The same operator on the same values has made it before, or makes it. In a
 * loop whose state grows the same values have other bounds in another pass:
 * that is another size. */
static oc_expr fresh(oc_op *op, oc_expr lower, oc_expr upper)
{
    oc_context *c = oc_context_of(op);
    uint64_t handle, *key = OC_NEW(c->a->arena, uint64_t, 4);
    key[0] = c->number;
    key[1] = c->fresh_count++;
    key[2] = lower;
    key[3] = upper;
    if (oc_map_get(c->a->fresh, (const char *)key, 4 * sizeof(*key), &handle))
        return handle;
    handle = oc_analysis_fresh(c->a, prefix_of(c->a, c->node->op_type),
                               OC_SYMBOL_DATA, lower, upper);
    oc_map_put(c->a->fresh, (const char *)key, 4 * sizeof(*key), handle);
    return handle;
}

/* ---- results ---- */

static void set_type(oc_op *op, size_t i, const oc_type *from)
{
    oc_context *c = oc_context_of(op);
    if (has_output(op, i))
        c->output[i]->type = oc_type_copy(c->a, from);
}

static void set_output(oc_op *op, size_t i, int elem_type, oc_shape dims)
{
    const oc_context *c = oc_context_of(op);
    oc_type result = {.kind = OC_KIND_TENSOR,
                      .elem_type = elem_type,
                      .rank = (int)dims.rank,
                      .dim = dims.dim};
    if (c->unknown || c->failed)
        result.rank = OC_RANK_UNKNOWN;
    set_type(op, i, &result);
}

static void set_value(oc_op *op, size_t i, const oc_expr *element)
{
    oc_context *c = oc_context_of(op);
    if (!has_output(op, i) || c->unknown || c->failed)
        return;
    c->output[i]->block = oc_block_new(c->a, &c->output[i]->type, element);
}

static void set_range(oc_op *op, size_t i, oc_expr lower, oc_expr upper)
{
    oc_context *c = oc_context_of(op);
    if (!has_output(op, i))
        return;
    c->output[i]->lower = lower;
    c->output[i]->upper = upper;
}

const oc_op_api oc_engine_api = {
    .struct_size = sizeof(oc_op_api),
    .input_count = input_count,
    .output_count = output_count,
    .has_input = has_input,
    .has_output = has_output,
    .version = version,
    .data = data,
    .type = type,
    .output_type = output_type,
    .set_type = set_type,
    .shape = shape,
    .output_shape = output_shape,
    .set_output = set_output,
    .value = value,
    .set_value = set_value,
    .range = range,
    .set_range = set_range,
    .constant = constant,
    .same_operand = same_operand,
    .dies = dies,
    .stored_values = stored_values,
    .has_attribute = has_attribute,
    .attribute_int = attribute_int,
    .attribute_float = attribute_float,
    .attribute_string = attribute_string,
    .attribute_ints = attribute_ints,
    .attribute_floats = attribute_floats,
    .attribute_strings = attribute_strings,
    .attribute_tensor = attribute_tensor,
    .allocate = allocate,
    .integer = integer,
    .real = real,
    .to_double = to_double,
    .calculate = calculate,
    .clog2 = clog2,
    .at_most = at_most,
    .equal = equal,
    .assume = assume,
    .unify = unify,
    .broadcast = broadcast,
    .fresh = fresh,
    .fail = fail,
    .needs = needs,
    .warn = warn,
    .cost_add = oc_context_cost_add,
    .cost_types = oc_context_cost_types,
    .cost_certainty = oc_context_cost_certainty,
    .cost_read = oc_context_cost_read,
    .cost_write = oc_context_cost_write,
    .cost_view = oc_context_cost_view,
    .cost_upper = oc_context_cost_upper,
    .cost_weight = oc_context_cost_weight,
    .cost_parameters = oc_context_cost_parameters,
    .effort = effort,
};
