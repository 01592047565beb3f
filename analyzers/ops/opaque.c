/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/opaque.c - operators that nobody can count from the file:
 * their work is compiled, is another library's, depends on what strings say,
 * or is documented nowhere.
 *
 * In here: the shapes that are documented. Figures but bytes are unknown, and
 * each rule says why. Not in here: Gradient (training.c).
 */
#include "analyzers/ops/common.h"
#include "analyzers/ops/descriptor.h"

/* Outputs are what the file declares them to be. */
static void infer_nothing(oc_op *op)
{
    (void)op;
}

/* ---- Tokenizer: every string becomes a row of tokens ---- */

static void infer_tokens(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    oc_op_set_dtype(op, 0, OC_ELEM_STRING);
    if (!oc_op_has_rank(op, 0))
        return;
    if (x.rank != 1 && x.rank != 2) {
        oc_op_fail(op, "X must have 1 or 2 dims");
        return;
    }
    const bool none = oc_expr_is(oc_shape_numel(op, x), 0);
    oc_shape y = oc_shape_new(op, none ? x.rank : x.rank + 1);
    for (size_t axis = 0; axis + 1 < y.rank; axis++)
        y.dim[axis] = x.dim[axis];
    y.dim[y.rank - 1] =
        none ? oc_expr_of(0) : oc_fresh(op, OC_UNKNOWN, OC_UNKNOWN);
    oc_op_set_output(op, 0, OC_ELEM_STRING, y);
}

/* ---- TensorRT's plugins ---- */

/* A positive size from an attribute; sticky failure otherwise. */
static oc_expr size_of(oc_op *op, const char *attribute)
{
    const int64_t size = oc_op_attr_int(op, attribute, 0);
    if (size > 0)
        return oc_int(op, size);
    oc_op_fail(op, "a size must be positive");
    return OC_UNKNOWN;
}

/* Of every box a patch of pooled_size on each side, of all channels. */
static void infer_patches(oc_op *op)
{
    const oc_shape boxes = oc_op_input(op, 0), map = oc_op_input(op, 1);
    const oc_expr size = size_of(op, "pooled_size");
    oc_op_set_dtype(op, 0, oc_op_dtype(op, 0));
    if (!oc_op_has_rank(op, 0) || !oc_op_has_rank(op, 1))
        return;
    if (boxes.rank != 3 || map.rank != 4) {
        oc_op_fail(op, "boxes must have 3 dims, feature maps 4");
        return;
    }
    oc_shape y = oc_shape_new(op, 5);
    y.dim[0] = oc_unify(op, boxes.dim[0], map.dim[0]);
    y.dim[1] = boxes.dim[1];
    y.dim[2] = map.dim[1];
    y.dim[3] = y.dim[4] = size;
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), y);
}

/* Boxes, scores and classes have room for as many as are asked for. */
static void infer_detections(oc_op *op)
{
    const oc_shape scores = oc_op_input(op, 1);
    const int type = oc_op_dtype(op, 0);
    oc_shape count = oc_shape_new(op, 2), each = oc_shape_new(op, 2);
    oc_shape boxes = oc_shape_new(op, 3);
    if (scores.rank > 0)
        count.dim[0] = each.dim[0] = boxes.dim[0] = scores.dim[0];
    count.dim[1] = oc_expr_of(1);
    each.dim[1] = boxes.dim[1] = size_of(op, "max_output_boxes");
    boxes.dim[2] = oc_expr_of(4);
    oc_op_set_output(op, 0, OC_ELEM_INT32, count);
    oc_op_set_output(op, 1, type, boxes);
    oc_op_set_output(op, 2, type, each);
    oc_op_set_output(op, 3, OC_ELEM_INT32, each);
}

#define PLUGIN(name, infer_function)                                           \
    OC_DESCRIPTOR("", name, 1,                                                 \
                  "a plugin of TensorRT, whose documentation says "            \
                  "shapes only",                                               \
                  "ONNX Runtime contrib operators, " name, infer_function,     \
                  NULL, .traits = OC_TRAIT_UNCOUNTED)

OC_OP_DEFINE(opaque) = {
    OC_MICROSOFT("EPContext",
                 "compiled for an execution provider, in a format "
                 "of its own",
                 infer_nothing, NULL, .traits = OC_TRAIT_UNCOUNTED),
    OC_MICROSOFT("Snpe",
                 "compiled for Qualcomm's SNPE, in a format of its "
                 "own",
                 infer_nothing, NULL, .traits = OC_TRAIT_UNCOUNTED),
    OC_MICROSOFT("Tokenizer", "depends on what the strings say", infer_tokens,
                 NULL, .traits = OC_TRAIT_UNCOUNTED),
    OC_CONTRIB("org.pytorch.aten", "ATen", 1,
               "calls whatever function of PyTorch it names", infer_nothing,
               NULL, .traits = OC_TRAIT_UNCOUNTED),
    OC_ONNX("GRUUnit", 1,
            "experimental until opset 10, its equations are "
            "documented nowhere",
            "GRUUnit-1", oc_infer_same, NULL, .traits = OC_TRAIT_UNCOUNTED),
    PLUGIN("DisentangledAttention_TRT", oc_infer_same),
    PLUGIN("EfficientNMS_TRT", infer_detections),
    PLUGIN("MultilevelCropAndResize_TRT", infer_patches),
    PLUGIN("PyramidROIAlign_TRT", infer_patches),
    {0},
};
