/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/net.c - the rows as one graph: wires, who reads them, what
 * kind of operator each row is. Linear in the rows.
 */
#include "analyzers/blocks/net.h"

#include <stdlib.h>
#include <string.h>

/* Steps of all walks together, a row: deeper models are left unresolved. */
#define STEPS_PER_ROW 400

/* ---- parts ---- */

typedef struct oc_part_name {
    const char *op_type; /* sorted */
    oc_part part;
} oc_part_name;

static const oc_part_name part_names[] = {
    {"Abs", OC_PART_NONLINEAR},
    {"Add", OC_PART_BINARY},
    {"And", OC_PART_BINARY},
    {"Attention", OC_PART_FUSED},
    {"AveragePool", OC_PART_POOL},
    {"BatchNormalization", OC_PART_NORM},
    {"BiasAdd", OC_PART_BINARY},
    {"BiasGelu", OC_PART_NONLINEAR},
    {"Cast", OC_PART_KEEP},
    {"CastLike", OC_PART_KEEP},
    {"Ceil", OC_PART_NONLINEAR},
    {"Celu", OC_PART_NONLINEAR},
    {"Clip", OC_PART_SOFT_CAP},
    {"Concat", OC_PART_CONCAT},
    {"Conv", OC_PART_CONV},
    {"ConvInteger", OC_PART_CONV},
    {"Cos", OC_PART_TRIG},
    {"DecoderAttention", OC_PART_FUSED},
    {"DecoderMaskedMultiHeadAttention", OC_PART_FUSED},
    {"DecoderMaskedSelfAttention", OC_PART_FUSED},
    {"DequantizeLinear", OC_PART_KEEP},
    {"Div", OC_PART_BINARY},
    {"Dropout", OC_PART_KEEP},
    {"DynamicQuantizeLinear", OC_PART_KEEP},
    {"DynamicQuantizeMatMul", OC_PART_MATMUL},
    {"Einsum", OC_PART_EINSUM},
    {"Elu", OC_PART_NONLINEAR},
    {"Equal", OC_PART_BINARY},
    {"Erf", OC_PART_NONLINEAR},
    {"Exp", OC_PART_NONLINEAR},
    {"Expand", OC_PART_EXPAND},
    {"FastGelu", OC_PART_NONLINEAR},
    {"Flatten", OC_PART_RESHAPE},
    {"FlexAttention", OC_PART_FUSED},
    {"Floor", OC_PART_NONLINEAR},
    {"FusedConv", OC_PART_CONV},
    {"FusedGemm", OC_PART_GEMM},
    {"FusedMatMul", OC_PART_MATMUL},
    {"Gather", OC_PART_GATHER},
    {"GatherND", OC_PART_GATHER_ND},
    {"Gelu", OC_PART_NONLINEAR},
    {"Gemm", OC_PART_GEMM},
    {"GemmFastGelu", OC_PART_MATMUL},
    {"GemmFloat8", OC_PART_GEMM},
    {"GlobalAveragePool", OC_PART_POOL},
    {"Greater", OC_PART_BINARY},
    {"GreaterOrEqual", OC_PART_BINARY},
    {"GroupNorm", OC_PART_NORM},
    {"GroupNormalization", OC_PART_NORM},
    {"GroupQueryAttention", OC_PART_FUSED},
    {"HardSigmoid", OC_PART_NONLINEAR},
    {"HardSwish", OC_PART_NONLINEAR},
    {"Identity", OC_PART_KEEP},
    {"InstanceNormalization", OC_PART_NORM},
    {"IsInf", OC_PART_NONLINEAR},
    {"IsNaN", OC_PART_NONLINEAR},
    {"LayerNormalization", OC_PART_NORM},
    {"LeakyRelu", OC_PART_NONLINEAR},
    {"Less", OC_PART_BINARY},
    {"LessOrEqual", OC_PART_BINARY},
    {"LinearAttention", OC_PART_FUSED},
    {"Log", OC_PART_NONLINEAR},
    {"LongformerAttention", OC_PART_FUSED},
    {"LpNormalization", OC_PART_NORM},
    {"MatMul", OC_PART_MATMUL},
    {"MatMulBnb4", OC_PART_MATMUL},
    {"MatMulFpQ4", OC_PART_MATMUL},
    {"MatMulInteger", OC_PART_MATMUL},
    {"MatMulInteger16", OC_PART_MATMUL},
    {"MatMulIntegerToFloat", OC_PART_MATMUL},
    {"MatMulNBits", OC_PART_MATMUL},
    {"Max", OC_PART_BINARY},
    {"MaxPool", OC_PART_POOL},
    {"Mean", OC_PART_BINARY},
    {"Min", OC_PART_BINARY},
    {"Mish", OC_PART_NONLINEAR},
    {"Mod", OC_PART_BINARY},
    {"Mul", OC_PART_BINARY},
    {"MultiHeadAttention", OC_PART_FUSED},
    {"Neg", OC_PART_KEEP},
    {"Not", OC_PART_NONLINEAR},
    {"Or", OC_PART_BINARY},
    {"PRelu", OC_PART_NONLINEAR},
    {"PackedAttention", OC_PART_FUSED},
    {"PackedMultiHeadAttention", OC_PART_FUSED},
    {"PagedAttention", OC_PART_FUSED},
    {"Pow", OC_PART_BINARY},
    {"QAttention", OC_PART_FUSED},
    {"QGemm", OC_PART_GEMM},
    {"QLinearConv", OC_PART_CONV},
    {"QLinearMatMul", OC_PART_MATMUL},
    {"QOrderedAttention", OC_PART_FUSED},
    {"QuantizeLinear", OC_PART_KEEP},
    {"QuickGelu", OC_PART_NONLINEAR},
    {"RMSNormalization", OC_PART_NORM},
    {"Reciprocal", OC_PART_NONLINEAR},
    {"ReduceL2", OC_PART_REDUCE},
    {"ReduceMax", OC_PART_REDUCE},
    {"ReduceMean", OC_PART_REDUCE},
    {"ReduceSum", OC_PART_REDUCE},
    {"ReduceSumSquare", OC_PART_REDUCE},
    {"Relu", OC_PART_NONLINEAR},
    {"Reshape", OC_PART_RESHAPE},
    {"RotaryEmbedding", OC_PART_ROTARY},
    {"Round", OC_PART_NONLINEAR},
    {"ScatterElements", OC_PART_SCATTER},
    {"ScatterND", OC_PART_SCATTER},
    {"Selu", OC_PART_NONLINEAR},
    {"Shape", OC_PART_SHAPE},
    {"Sigmoid", OC_PART_NONLINEAR},
    {"SimplifiedLayerNormalization", OC_PART_NORM},
    {"Sin", OC_PART_TRIG},
    {"Size", OC_PART_SHAPE},
    {"SkipGroupNorm", OC_PART_NORM},
    {"SkipLayerNormalization", OC_PART_NORM},
    {"SkipSimplifiedLayerNormalization", OC_PART_NORM},
    {"Slice", OC_PART_SLICE},
    {"Softmax", OC_PART_SOFTMAX},
    {"Softplus", OC_PART_NONLINEAR},
    {"Softsign", OC_PART_NONLINEAR},
    {"SparseAttention", OC_PART_FUSED},
    {"Split", OC_PART_SPLIT},
    {"Sqrt", OC_PART_NONLINEAR},
    {"Squeeze", OC_PART_RESHAPE},
    {"Sub", OC_PART_BINARY},
    {"Sum", OC_PART_BINARY},
    {"Swish", OC_PART_NONLINEAR},
    {"Tanh", OC_PART_SOFT_CAP},
    {"TensorScatter", OC_PART_SCATTER},
    {"Tile", OC_PART_TILE},
    {"Transpose", OC_PART_TRANSPOSE},
    {"TransposeMatMul", OC_PART_MATMUL},
    {"Trilu", OC_PART_KEEP},
    {"Unsqueeze", OC_PART_RESHAPE},
    {"Where", OC_PART_BINARY},
    {"Xor", OC_PART_BINARY},
};

static int compare_names(const void *key, const void *element)
{
    return strcmp(key, ((const oc_part_name *)element)->op_type);
}

/* Operators of ONNX and of ONNX Runtime; others mean what they like. */
static oc_part part_of(const oc_row *row)
{
    const char *domain = row->node->domain;
    if (row->node->function || (*domain && strcmp(domain, "com.microsoft") &&
                                strcmp(domain, "ai.onnx.preview")))
        return OC_PART_OTHER;
    const oc_part_name *found =
        bsearch(row->node->op_type, part_names,
                sizeof(part_names) / sizeof(part_names[0]),
                sizeof(part_names[0]), compare_names);
    return found ? found->part : OC_PART_OTHER;
}

/* ---- wires ---- */

/* What one frame has wires for besides the outputs of rows. */
typedef struct oc_leaves {
    const oc_frame *frame;
    uint32_t *wire; /* one a value of the scope, plus 1; 0: none */
    struct oc_leaves *next;
} oc_leaves;

typedef struct oc_wiring {
    oc_net *net;
    oc_leaves *leaves; /* the last used first */
    oc_map *inner;     /* frame and call -> the frame of its body */
} oc_wiring;

static uint32_t wire_new(oc_net *net, oc_wire wire)
{
    if (net->wire_count == net->wire_room) {
        net->wire_room *= 2;
        oc_wire *more = OC_NEW(net->a->arena, oc_wire, net->wire_room);
        memcpy(more, net->wire, net->wire_count * sizeof(*more));
        net->wire = more;
    }
    net->wire[net->wire_count] = wire;
    return net->wire_count++;
}

static uint32_t *leaf_of(oc_wiring *w, const oc_frame *frame, oc_value_id value)
{
    oc_leaves **at = &w->leaves;
    while (*at && (*at)->frame != frame)
        at = &(*at)->next;
    oc_leaves *leaves = *at;
    if (!leaves) {
        leaves = OC_NEW(w->net->a->arena, oc_leaves, 1);
        leaves->frame = frame;
        leaves->wire =
            OC_NEW(w->net->a->arena, uint32_t, frame->scope->value_count);
    } else {
        *at = leaves->next;
    }
    leaves->next = w->leaves;
    w->leaves = leaves;
    return &leaves->wire[value];
}

static uint32_t leaf(oc_wiring *w, const oc_frame *frame, oc_value_id value)
{
    uint32_t *wire = leaf_of(w, frame, value);
    const oc_value *what = &frame->scope->value[value];
    const oc_fact *fact = frame->fact[value];
    const bool constant = fact && fact->constant;
    if (*wire == 0)
        *wire = 1 + wire_new(w->net,
                             (oc_wire){.fact = fact,
                                       .weight = constant,
                                       .data = !constant,
                                       .input = what->source == OC_FROM_INPUT &&
                                                !constant});
    return *wire - 1;
}

typedef struct oc_call_key {
    const oc_frame *frame;
    const oc_node *call;
} oc_call_key;

static const oc_frame *inner_frame(const oc_wiring *w, const oc_frame *frame,
                                   const oc_node *call)
{
    const oc_call_key key = {frame, call};
    uint64_t address;
    if (!oc_map_get(w->inner, (const char *)&key, sizeof(key), &address))
        return NULL;
    return (const oc_frame *)(uintptr_t)address;
}

static void note_frames(oc_wiring *w)
{
    const oc_frame *last = w->net->a->main;
    for (size_t i = 0; i < w->net->row_count; i++) {
        const oc_frame *frame = w->net->a->row[i]->frame;
        if (frame == last || !frame->caller)
            continue;
        last = frame;
        const oc_call_key key = {frame->caller, frame->call};
        oc_map_put(w->inner, oc_arena_copy(w->net->a->arena, &key, sizeof(key)),
                   sizeof(key), (uintptr_t)frame);
    }
}

/* Rows that were inferred again are no longer of the analysis. */
static const oc_row *living(const oc_net *net, const oc_row *row)
{
    return row && row->index < net->row_count && net->a->row[row->index] == row
               ? row
               : NULL;
}

/* The body's value that an output of a call stands for. */
static const oc_frame *step_in(const oc_wiring *w, const oc_frame *frame,
                               const oc_row *row, oc_value_id *value)
{
    const oc_node *node = row->node;
    const oc_frame *inner = node->function ? inner_frame(w, frame, node) : NULL;
    const size_t k = frame->scope->value[*value].output_index;
    if (!inner || k >= node->function->graph->output_count)
        return NULL;
    *value = node->function->graph->output[k];
    return inner;
}

static uint32_t wire_of(oc_wiring *w, const oc_frame *frame, oc_value_id value)
{
    while (value != OC_NO_VALUE) {
        const oc_row *row = living(w->net, frame->producer[value]);
        const oc_frame *inner =
            row ? step_in(w, row->frame, row, &value) : NULL;
        if (inner)
            frame = inner;
        else if (row)
            return w->net->first_output[row->index] +
                   frame->scope->value[value].output_index;
        else if (!frame->caller ||
                 frame->scope->value[value].source != OC_FROM_INPUT ||
                 frame->scope->value[value].graph->parent)
            return leaf(w, frame, value);
        else {
            value = oc_frame_outside(frame, value);
            frame = frame->caller;
        }
    }
    return OC_NO_WIRE;
}

/* ---- what is known of each wire ---- */

/* The inputs whose elements output 0 shows, for operators that move. */
static size_t moved_inputs(const oc_row *row, oc_part part)
{
    return part == OC_PART_CONCAT ? row->input_count : 1;
}

bool oc_part_moves(oc_part part)
{
    switch (part) {
    case OC_PART_TRANSPOSE:
    case OC_PART_RESHAPE:
    case OC_PART_EXPAND:
    case OC_PART_TILE:
    case OC_PART_CONCAT:
    case OC_PART_SPLIT:
    case OC_PART_SLICE:
    case OC_PART_KEEP:
        return true;
    default:
        return false;
    }
}

static bool moves_weights(const oc_net *net, const oc_row *row)
{
    const oc_part part = oc_net_part(net, row);
    if (!oc_part_moves(part) || row->input_count == 0)
        return false;
    for (size_t i = 0; i < moved_inputs(row, part); i++)
        if (!oc_net_is_weight(net, oc_net_input(net, row, i)))
            return false;
    return true;
}

static bool any_data(const oc_net *net, const oc_row *row)
{
    if (oc_net_part(net, row) == OC_PART_SHAPE)
        return false;
    for (size_t i = 0; i < row->input_count; i++)
        if (oc_net_is_data(net, oc_net_input(net, row, i)))
            return true;
    /* Bodies may read what they capture; generators make new data. */
    return oc_net_part(net, row) == OC_PART_OTHER && !row->op;
}

/* Cosines and sines, scaled, moved, looked up. */
static bool keeps_angles(const oc_net *net, const oc_row *row)
{
    const oc_part part = oc_net_part(net, row);
    if (part == OC_PART_TRIG)
        return true;
    if (!oc_part_moves(part) && part != OC_PART_BINARY &&
        part != OC_PART_GATHER && part != OC_PART_GATHER_ND)
        return false;
    bool any = false;
    const size_t count =
        part == OC_PART_BINARY || part == OC_PART_CONCAT ? row->input_count : 1;
    for (size_t i = 0; i < count; i++) {
        const uint32_t wire = oc_net_input(net, row, i);
        if (wire == OC_NO_WIRE)
            continue;
        any |= net->wire[wire].angle;
        if (net->wire[wire].data && !net->wire[wire].angle)
            return false;
    }
    return any;
}

static void describe(oc_net *net, const oc_row *row)
{
    const bool moves = moves_weights(net, row), data = any_data(net, row),
               angles = keeps_angles(net, row);
    for (size_t i = 0; i < row->output_count; i++) {
        oc_wire *wire = &net->wire[oc_net_output(net, row, i)];
        wire->fact = row->output[i];
        wire->weight = moves || (wire->fact && wire->fact->constant);
        wire->data = data && !wire->weight;
        wire->angle = angles;
    }
}

/* ---- making one ---- */

static void make_outputs(oc_net *net)
{
    size_t inputs = 0, outputs = 0;
    for (size_t i = 0; i < net->row_count; i++) {
        oc_row *row = net->a->row[i];
        row->index = i;
        net->part[i] = (uint8_t)part_of(row);
        net->first_input[i] = (uint32_t)inputs;
        net->first_output[i] = (uint32_t)outputs;
        inputs += row->input_count;
        outputs += row->node->output_count;
    }
    net->input = OC_NEW(net->a->arena, uint32_t, inputs);
    net->wire_room = (uint32_t)(outputs + net->row_count + 64);
    net->wire = OC_NEW(net->a->arena, oc_wire, net->wire_room);
    net->wire_count = (uint32_t)outputs;
    for (size_t i = 0; i < net->row_count; i++)
        for (size_t k = 0; k < net->a->row[i]->node->output_count; k++)
            net->wire[net->first_output[i] + k].row = net->a->row[i];
}

static void connect(oc_wiring *w)
{
    oc_net *net = w->net;
    for (size_t i = 0; i < net->row_count; i++) {
        const oc_row *row = net->a->row[i];
        for (size_t k = 0; k < row->input_count; k++)
            net->input[net->first_input[i] + k] =
                wire_of(w, row->frame, row->node->input[k]);
        describe(net, row);
    }
}

/* Rows that only stand for others: calls whose bodies are there. */
static bool stands_for_others(const oc_row *row)
{
    return row->silent ||
           (row->node->function && !row->node->function->calls_itself);
}

static void list_uses(oc_net *net)
{
    uint32_t total = 0;
    for (size_t i = 0; i < net->row_count; i++)
        for (size_t k = 0; k < net->a->row[i]->input_count; k++) {
            const uint32_t wire = net->input[net->first_input[i] + k];
            if (wire != OC_NO_WIRE && !stands_for_others(net->a->row[i]))
                net->wire[wire].use_count++;
        }
    for (uint32_t i = 0; i < net->wire_count; i++) {
        net->wire[i].first_use = total;
        total += net->wire[i].use_count;
        net->wire[i].use_count = 0;
    }
    net->use = OC_NEW(net->a->arena, oc_use, total);
    for (size_t i = 0; i < net->row_count; i++)
        for (size_t k = 0; k < net->a->row[i]->input_count; k++) {
            const uint32_t wire = net->input[net->first_input[i] + k];
            if (wire == OC_NO_WIRE || stands_for_others(net->a->row[i]))
                continue;
            oc_wire *read = &net->wire[wire];
            net->use[read->first_use + read->use_count++] =
                (oc_use){(uint32_t)i, (uint32_t)k};
        }
}

oc_net *oc_net_new(oc_analysis *a)
{
    oc_net *net = OC_NEW(a->arena, oc_net, 1);
    net->a = a;
    net->row_count = a->row_count;
    net->part = OC_NEW(a->arena, uint8_t, a->row_count);
    net->first_input = OC_NEW(a->arena, uint32_t, a->row_count);
    net->first_output = OC_NEW(a->arena, uint32_t, a->row_count);
    net->budget = STEPS_PER_ROW * (a->row_count + 100);
    oc_wiring w = {.net = net, .inner = oc_map_new(a->arena)};
    make_outputs(net);
    note_frames(&w);
    connect(&w);
    list_uses(net);
    return net;
}

/* ---- reading ---- */

const oc_type *oc_net_type(const oc_net *net, uint32_t wire)
{
    const oc_fact *fact = wire == OC_NO_WIRE ? NULL : net->wire[wire].fact;
    if (!fact || fact->type.kind != OC_KIND_TENSOR || fact->type.rank < 0 ||
        fact->type.rank > OC_MOST_AXES)
        return NULL;
    return &fact->type;
}

int oc_net_rank(const oc_net *net, uint32_t wire)
{
    const oc_type *type = oc_net_type(net, wire);
    return type ? type->rank : -1;
}

oc_expr oc_net_dim(const oc_net *net, uint32_t wire, int axis)
{
    const oc_type *type = oc_net_type(net, wire);
    return type && axis >= 0 && axis < type->rank ? type->dim[axis]
                                                  : OC_UNKNOWN;
}

oc_expr oc_net_numel(const oc_net *net, uint32_t wire)
{
    return wire == OC_NO_WIRE || !net->wire[wire].fact
               ? OC_UNKNOWN
               : oc_fact_numel(net->a, net->wire[wire].fact);
}

bool oc_net_same_shape(const oc_net *net, uint32_t a, uint32_t b)
{
    const oc_type *left = oc_net_type(net, a), *right = oc_net_type(net, b);
    if (!left || !right)
        return false;
    /* Leading dims of 1 are none. */
    int i = left->rank, k = right->rank;
    while (i > 0 && k > 0)
        if (left->dim[--i] != right->dim[--k] ||
            !oc_expr_is_known(left->dim[i]))
            return false;
    while (i > 0)
        if (!oc_expr_is(left->dim[--i], 1))
            return false;
    while (k > 0)
        if (!oc_expr_is(right->dim[--k], 1))
            return false;
    return true;
}

bool oc_net_is_scalar(const oc_net *net, uint32_t wire)
{
    const oc_type *type = oc_net_type(net, wire);
    if (!type)
        return false;
    for (int axis = 0; axis < type->rank; axis++)
        if (!oc_expr_is(type->dim[axis], 1))
            return false;
    return true;
}

bool oc_row_is(const oc_row *row, const char *domain, const char *op_type)
{
    return row && strcmp(row->node->op_type, op_type) == 0 &&
           strcmp(row->node->domain, domain) == 0;
}

int64_t oc_row_int(const oc_row *row, const char *name, int64_t fallback)
{
    const oc_attribute *found = oc_node_attribute(row->frame, row->node, name);
    return found && found->type == OC_ATTR_INT ? found->i : fallback;
}

size_t oc_row_ints(oc_net *net, const oc_row *row, const char *name,
                   size_t input, int64_t *value, size_t room)
{
    const oc_attribute *found = oc_node_attribute(row->frame, row->node, name);
    if (found && found->type == OC_ATTR_INTS) {
        for (size_t i = 0; i < found->count && i < room; i++)
            value[i] = found->ints[i];
        return found->count < room ? found->count : room;
    }
    const uint32_t wire = oc_net_input(net, row, input);
    const oc_fact *fact = wire == OC_NO_WIRE ? NULL : net->wire[wire].fact;
    const oc_block *block = fact ? fact->block : NULL;
    if (!block || block->count > room)
        return 0;
    for (size_t i = 0; i < block->count; i++)
        if (!oc_expr_to_i64(net->a->space, block->element[i], &value[i]))
            return 0;
    return block->count;
}

void oc_net_walk(oc_net *net)
{
    net->stamp++;
}

bool oc_net_visit(oc_net *net, uint32_t wire)
{
    if (wire == OC_NO_WIRE || net->wire[wire].stamp == net->stamp ||
        net->budget == 0)
        return false;
    net->budget--;
    net->wire[wire].stamp = net->stamp;
    return true;
}

bool oc_net_visited(const oc_net *net, uint32_t wire)
{
    return wire != OC_NO_WIRE && net->wire[wire].stamp == net->stamp;
}
