/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/probe_rules.c - operators that make an element of those of
 * their operands at the same place, or from nothing, and which rule is whose.
 * Not in here: operators that move elements (probe_moves.c).
 */
#include "analyzers/blocks/probe_rules.h"

#include <math.h>
#include <string.h>

/* ---- elementwise ---- */

static double same(oc_probe *probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0);
}

static double cast(oc_probe *probe, const oc_asked *at)
{
    const double x = oc_asked_operand(probe, at, 0);
    switch (oc_row_int(at->row, "to", 0)) {
    case OC_ELEM_BOOL:
        return x != 0;
    case OC_ELEM_FLOAT:
    case OC_ELEM_DOUBLE:
    case OC_ELEM_FLOAT16:
    case OC_ELEM_BFLOAT16:
        return x;
    default:
        return trunc(x);
    }
}

static double add(oc_probe *probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) + oc_asked_operand(probe, at, 1);
}
static double sub(oc_probe *probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) - oc_asked_operand(probe, at, 1);
}
/* 0 * -inf is what a mask means by it: nothing. */
static double mul(oc_probe *probe, const oc_asked *at)
{
    const double x = oc_asked_operand(probe, at, 0),
                 y = oc_asked_operand(probe, at, 1);
    return x == 0 || y == 0 ? 0 : x * y;
}
static double divide(oc_probe *probe, const oc_asked *at)
{
    const double x = oc_asked_operand(probe, at, 0),
                 y = oc_asked_operand(probe, at, 1);
    const oc_fact *fact = at->row->output[0];
    const bool whole = fact && (fact->type.elem_type == OC_ELEM_INT64 ||
                                fact->type.elem_type == OC_ELEM_INT32);
    if (y == 0)
        return whole ? oc_probe_give_up(probe, OC_PROBE_STUCK) : x / y;
    return whole ? trunc(x / y) : x / y;
}
static double modulo(oc_probe *probe, const oc_asked *at)
{
    const double x = oc_asked_operand(probe, at, 0),
                 y = oc_asked_operand(probe, at, 1);
    return y == 0 ? oc_probe_give_up(probe, OC_PROBE_STUCK)
                  : x - y * floor(x / y);
}
static double minimum(oc_probe *probe, const oc_asked *at)
{
    double least = oc_asked_operand(probe, at, 0);
    for (size_t i = 1; i < at->row->input_count; i++)
        least = fmin(least, oc_asked_operand(probe, at, i));
    return least;
}
static double maximum(oc_probe *probe, const oc_asked *at)
{
    double most = oc_asked_operand(probe, at, 0);
    for (size_t i = 1; i < at->row->input_count; i++)
        most = fmax(most, oc_asked_operand(probe, at, i));
    return most;
}
static double negate(oc_probe *probe, const oc_asked *at)
{
    return -oc_asked_operand(probe, at, 0);
}
static double absolute(oc_probe *probe, const oc_asked *at)
{
    return fabs(oc_asked_operand(probe, at, 0));
}
static double logarithm(oc_probe *probe, const oc_asked *at)
{
    return log(oc_asked_operand(probe, at, 0));
}
static double root(oc_probe *probe, const oc_asked *at)
{
    return sqrt(oc_asked_operand(probe, at, 0));
}
static double power(oc_probe *probe, const oc_asked *at)
{
    return pow(oc_asked_operand(probe, at, 0), oc_asked_operand(probe, at, 1));
}
static double not(oc_probe * probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) == 0;
}
static double and (oc_probe * probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) != 0 &&
           oc_asked_operand(probe, at, 1) != 0;
}
static double or (oc_probe * probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) != 0 ||
           oc_asked_operand(probe, at, 1) != 0;
}
static double equal(oc_probe *probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) == oc_asked_operand(probe, at, 1);
}
static double less(oc_probe *probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) < oc_asked_operand(probe, at, 1);
}
static double less_or_equal(oc_probe *probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) <= oc_asked_operand(probe, at, 1);
}
static double greater(oc_probe *probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) > oc_asked_operand(probe, at, 1);
}
static double greater_or_equal(oc_probe *probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at, 0) >= oc_asked_operand(probe, at, 1);
}
static double where(oc_probe *probe, const oc_asked *at)
{
    return oc_asked_operand(probe, at,
                            oc_asked_operand(probe, at, 0) != 0 ? 1 : 2);
}

/* ---- from sizes, and along an axis ---- */

static double range(oc_probe *probe, const oc_asked *at)
{
    return oc_probe_at(probe, oc_asked_wire(probe, at, 0), 0) +
           (double)at->index[0] *
               oc_probe_at(probe, oc_asked_wire(probe, at, 2), 0);
}

static double constant_of_shape(oc_probe *probe, const oc_asked *at)
{
    const oc_attribute *found =
        oc_node_attribute(at->row->frame, at->row->node, "value");
    if (!found || found->type != OC_ATTR_TENSOR)
        return 0;
    return oc_probe_constant(probe, found->tensors, 0);
}

static double shape(oc_probe *probe, const oc_asked *at)
{
    int rank;
    const int64_t *dims =
        oc_probe_dims(probe, oc_asked_wire(probe, at, 0), &rank);
    int64_t start = oc_row_int(at->row, "start", 0);
    start = start < 0 && dims ? start + rank : start;
    const int64_t axis = start + (at->rank ? at->index[0] : 0);
    if (!dims || axis < 0 || axis >= rank)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    return (double)dims[axis];
}

static double size(oc_probe *probe, const oc_asked *at)
{
    return (double)oc_probe_count(probe, oc_asked_wire(probe, at, 0));
}

static double cumulative_sum(oc_probe *probe, const oc_asked *at)
{
    int64_t index[OC_MOST_AXES];
    int64_t axis = (int64_t)oc_probe_at(probe, oc_asked_wire(probe, at, 1), 0);
    axis = axis < 0 ? axis + at->rank : axis;
    if (axis < 0 || axis >= at->rank || oc_row_int(at->row, "reverse", 0))
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    memcpy(index, at->index, (size_t)at->rank * sizeof(*index));
    const int64_t last =
        index[axis] - (oc_row_int(at->row, "exclusive", 0) != 0);
    double sum = 0;
    for (index[axis] = 0; index[axis] <= last; index[axis]++)
        sum += oc_probe_element(probe, oc_asked_wire(probe, at, 0), index);
    return sum;
}

static double trilu(oc_probe *probe, const oc_asked *at)
{
    const int64_t k =
        oc_asked_wire(probe, at, 1) == OC_NO_WIRE
            ? 0
            : (int64_t)oc_probe_at(probe, oc_asked_wire(probe, at, 1), 0);
    const int64_t off = at->index[at->rank - 1] - at->index[at->rank - 2];
    const bool upper = oc_row_int(at->row, "upper", 1) != 0;
    return (upper ? off >= k : off <= k) ? oc_asked_operand(probe, at, 0) : 0;
}

/* ---- whose ---- */

static const struct {
    const char *op_type; /* sorted */
    oc_element_rule *rule;
} rules[] = {
    {"Abs", absolute},
    {"Add", add},
    {"And", and},
    {"Cast", cast},
    {"CastLike", same},
    {"Concat", oc_probe_concat},
    {"ConstantOfShape", constant_of_shape},
    {"CumSum", cumulative_sum},
    {"Div", divide},
    {"Equal", equal},
    {"Expand", same},
    {"Flatten", oc_probe_reshape},
    {"Gather", oc_probe_gather},
    {"GatherND", oc_probe_gather_nd},
    {"Greater", greater},
    {"GreaterOrEqual", greater_or_equal},
    {"Identity", same},
    {"Less", less},
    {"LessOrEqual", less_or_equal},
    {"Log", logarithm},
    {"Max", maximum},
    {"Min", minimum},
    {"Mod", modulo},
    {"Mul", mul},
    {"Neg", negate},
    {"Not", not },
    {"Or", or },
    {"Pow", power},
    {"Range", range},
    {"Reshape", oc_probe_reshape},
    {"ScatterND", oc_probe_scatter_nd},
    {"Shape", shape},
    {"Size", size},
    {"Slice", oc_probe_slice},
    {"Sqrt", root},
    {"Squeeze", oc_probe_reshape},
    {"Sub", sub},
    {"Tile", oc_probe_tile},
    {"Transpose", oc_probe_transpose},
    {"Trilu", trilu},
    {"Unsqueeze", oc_probe_reshape},
    {"Where", where},
};

oc_element_rule *oc_element_rule_of(const oc_row *row)
{
    size_t low = 0, high = sizeof(rules) / sizeof(rules[0]);
    if (*row->node->domain)
        return NULL;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = strcmp(row->node->op_type, rules[middle].op_type);
        if (order == 0)
            return rules[middle].rule;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
