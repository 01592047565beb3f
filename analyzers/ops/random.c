/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/random.c - RandomNormal, RandomUniform, their Like forms,
 * Bernoulli and Multinomial. One transcendental per sample; never folded.
 */
#include "analyzers/ops/common.h"
#include "analyzers/ops/descriptor.h"

/* The dtype attribute, else `fallback`. */
static int get_dtype(oc_op *op, int fallback)
{
    const int64_t type = oc_op_attr_int(op, "dtype", fallback);
    if (type >= OC_ELEM_UNKNOWN && type <= OC_ELEM_INT2)
        return (int)type;
    oc_op_fail(op, "dtype is no element type");
    return OC_ELEM_UNKNOWN;
}

static void infer_shape(oc_op *op)
{
    const int64_t *dims;
    const size_t rank = oc_op_attr_ints(op, "shape", &dims);
    oc_shape y = oc_shape_new(op, rank);
    for (size_t axis = 0; axis < rank; axis++) {
        if (dims[axis] < 0)
            oc_op_fail(op, "shape has a negative dim");
        y.dim[axis] = oc_int(op, dims[axis]);
    }
    oc_op_set_output(op, 0, get_dtype(op, OC_ELEM_FLOAT), y);
}

static void infer_like(oc_op *op)
{
    oc_op_set_output(op, 0, get_dtype(op, oc_op_dtype(op, 0)),
                     oc_op_input(op, 0));
}

/* [batch, classes] to [batch, samples] of class indices. */
static void infer_multinomial(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    const int64_t samples = oc_op_attr_int(op, "sample_size", 1);
    oc_shape y = oc_shape_new(op, 2);
    if (samples < 0)
        oc_op_fail(op, "sample_size is negative");
    y.dim[1] = oc_int(op, samples);
    if (x.rank == 2)
        y.dim[0] = x.dim[0];
    else
        oc_op_fail(op, "input must be a matrix");
    oc_op_set_output(op, 0, get_dtype(op, OC_ELEM_INT32), y);
    if (x.rank == 2)
        oc_op_set_range(op, 0, oc_expr_of(0), oc_plus(op, x.dim[1], -1));
}

static void cost_samples(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_TRANSCENDENTALS, "per sample",
                oc_op_output_numel(op, 0));
}

static void cost_like(oc_op *op, oc_cost *sum)
{
    oc_cost_read(sum, 0, oc_expr_of(0)); /* only its shape */
    cost_samples(op, sum);
}

static void cost_bernoulli(oc_op *op, oc_cost *sum)
{
    oc_cost_add(sum, OC_FLOPS, "comparison per sample",
                oc_op_output_numel(op, 0));
    cost_samples(op, sum);
}

/* Sums of the class weights, then a binary search in them per sample. */
static void cost_multinomial(oc_op *op, oc_cost *sum)
{
    const oc_shape x = oc_op_input(op, 0);
    if (x.rank != 2)
        return;
    oc_cost_add(sum, OC_FLOPS, "sums over classes", oc_op_input_numel(op, 0));
    oc_cost_add(sum, OC_FLOPS, "binary search per sample",
                oc_mul(op, oc_op_output_numel(op, 0), oc_clog2(op, x.dim[1])));
    cost_samples(op, sum);
}

#define RANDOM(name, version, words, infer_function, cost_function)            \
    OC_ONNX(name, version, words, name "-22", infer_function, cost_function,   \
            .traits = OC_TRAIT_RANDOM)
#define ONE "one transcendental per sample"

OC_OP_DEFINE(random) = {
    RANDOM("RandomNormal", 1, ONE, infer_shape, cost_samples),
    RANDOM("RandomUniform", 1, ONE, infer_shape, cost_samples),
    RANDOM("RandomNormalLike", 1, ONE, infer_like, cost_like),
    RANDOM("RandomUniformLike", 1, ONE, infer_like, cost_like),
    RANDOM("Bernoulli", 15, "one FLOP and one transcendental per sample",
           infer_like, cost_bernoulli),
    RANDOM("Multinomial", 7,
           "one FLOP per class weight; per sample one transcendental and a "
           "binary search over the classes",
           infer_multinomial, cost_multinomial),
    {0},
};
