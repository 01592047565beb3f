/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/constant.c - Constant, and ConstantOfShape.
 */
#include "analyzers/ops/movement.h"

/* value, sparse_value: a stored tensor. */
static bool infer_tensor(oc_op *op, const char *attribute)
{
    oc_type type;
    const oc_block *block;
    if (!oc_op_attr_tensor(op, attribute, &type, &block))
        return false;
    oc_op_set_type(op, 0, &type);
    if (block)
        oc_op_set_value(op, 0, block->element);
    return true;
}

static void set_list(oc_op *op, int elem_type, size_t count)
{
    oc_shape y = oc_shape_new(op, 1);
    y.dim[0] = oc_expr_of((int64_t)count);
    oc_op_set_output(op, 0, elem_type, y);
}

/* value_ints, value_floats, value_strings: a vector. */
static bool infer_list(oc_op *op)
{
    const int64_t *ints;
    const float *floats;
    const char *const *strings;
    if (oc_op_has_attr(op, "value_ints")) {
        const size_t count = oc_op_attr_ints(op, "value_ints", &ints);
        oc_expr *element = OC_OP_NEW(op, oc_expr, count);
        for (size_t i = 0; i < count; i++)
            element[i] = oc_int(op, ints[i]);
        set_list(op, OC_ELEM_INT64, count);
        oc_op_set_value(op, 0, element);
        return true;
    }
    if (oc_op_has_attr(op, "value_floats")) {
        const size_t count = oc_op_attr_floats(op, "value_floats", &floats);
        oc_expr *element = OC_OP_NEW(op, oc_expr, count);
        for (size_t i = 0; i < count; i++)
            element[i] = oc_real(op, (double)floats[i], OC_ELEM_FLOAT);
        set_list(op, OC_ELEM_FLOAT, count);
        oc_op_set_value(op, 0, element);
        return true;
    }
    if (!oc_op_has_attr(op, "value_strings"))
        return false;
    set_list(op, OC_ELEM_STRING,
             oc_op_attr_strings(op, "value_strings", &strings));
    return true;
}

/* value_int, value_float, value_string: a scalar. */
static bool infer_scalar(oc_op *op)
{
    oc_expr element = OC_UNKNOWN;
    int elem_type = OC_ELEM_STRING;
    if (oc_op_has_attr(op, "value_int")) {
        elem_type = OC_ELEM_INT64;
        element = oc_int(op, oc_op_attr_int(op, "value_int", 0));
    } else if (oc_op_has_attr(op, "value_float")) {
        elem_type = OC_ELEM_FLOAT;
        element =
            oc_real(op, oc_op_attr_float(op, "value_float", 0), OC_ELEM_FLOAT);
    } else if (!oc_op_has_attr(op, "value_string")) {
        return false;
    }
    oc_op_set_output(op, 0, elem_type, oc_shape_new(op, 0));
    oc_op_set_value(op, 0, &element);
    return true;
}

static void infer_constant(oc_op *op)
{
    if (!infer_tensor(op, "value") && !infer_tensor(op, "sparse_value") &&
        !infer_list(op) && !infer_scalar(op))
        oc_op_fail(op, "no value attribute is given");
}

/* One element, of `value` or 0.0, everywhere. */
static void infer_of_shape(oc_op *op)
{
    const oc_expr_list list = oc_op_expr_list(op, NULL, 0);
    oc_type type = {.elem_type = OC_ELEM_FLOAT};
    const oc_block *value = NULL;
    oc_expr fill = oc_expr_of(0);
    if (oc_op_attr_tensor(op, "value", &type, &value))
        fill = value && value->count == 1 ? value->element[0] : OC_UNKNOWN;
    if (!list.counted) {
        oc_op_set_dtype(op, 0, type.elem_type);
        return;
    }
    const oc_shape y = {list.count, list.value};
    for (size_t axis = 0; axis < y.rank; axis++)
        if (!oc_expr_is_known(y.dim[axis]))
            y.dim[axis] = oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
        else if (oc_at_most(op, y.dim[axis], oc_expr_of(-1)) == OC_YES)
            oc_op_fail(op, "a dim is negative");
    oc_op_set_output(op, 0, type.elem_type, y);
    oc_op_set_range(op, 0, fill, fill);
    oc_block block;
    if (!oc_block_of(op, y, &block))
        return;
    oc_expr *element = OC_OP_NEW(op, oc_expr, block.count);
    for (size_t i = 0; i < block.count; i++)
        element[i] = fill;
    oc_op_set_value(op, 0, element);
}

/* GivenTensorFill's dims but the last ones: those of its input, or the input's
 * elements, or an attribute's. */
static oc_expr_list given_dims(oc_op *op)
{
    const bool elements = oc_op_attr_int(op, "input_as_shape", 0) != 0;
    if (!oc_op_has_input(op, 0))
        return oc_op_expr_list(op, "shape", 0);
    if (elements)
        return oc_op_expr_list(op, NULL, 0);
    const oc_shape x = oc_op_input(op, 0);
    const oc_expr_list list = {.given = true,
                               .counted = oc_op_has_rank(op, 0),
                               .count = x.rank,
                               .value = x.dim};
    return list;
}

static void infer_given(oc_op *op)
{
    const int64_t *extra;
    const size_t more = oc_op_attr_ints(op, "extra_shape", &extra);
    const oc_expr_list list = given_dims(op);
    const int type = oc_op_dtype(op, 0);
    const int result = oc_elem_is_float(type) ? type : OC_ELEM_FLOAT;
    oc_op_set_dtype(op, 0, result);
    if (!list.counted)
        return;
    oc_shape y = oc_shape_new(op, list.count + more);
    for (size_t i = 0; i < y.rank; i++) {
        const bool first = i < list.count;
        y.dim[i] = first ? list.value[i] : oc_int(op, extra[i - list.count]);
        if (oc_at_most(op, y.dim[i], oc_expr_of(-1)) == OC_YES)
            oc_op_fail(op, "a dim is negative");
    }
    oc_op_set_output(op, 0, result, y);
}

OC_OP_DEFINE(constant) = {
    {.domain = "",
     .op_type = "Constant",
     .since_version = 1,
     .rule = "nothing: it is stored",
     .source = "ONNX operators, Constant-25",
     .infer = infer_constant,
     .traits = OC_TRAIT_FOLLOWS},
    {.domain = "",
     .op_type = "ConstantOfShape",
     .since_version = 9,
     .rule = "every element written once",
     .source = "ONNX operators, ConstantOfShape-25",
     .infer = infer_of_shape,
     .shape_inputs = OC_IN(0),
     .traits = OC_TRAIT_MOVES},
    {.domain = "",
     .op_type = "GivenTensorFill",
     .since_version = 1,
     .rule = "every element written once",
     .source = "ONNX operators, GivenTensorFill-1",
     .infer = infer_given,
     .shape_inputs = OC_IN(0),
     .traits = OC_TRAIT_MOVES},
    {0},
};
