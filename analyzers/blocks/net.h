/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/net.h - the rows of an analysis as one graph, calls of
 * functions looked through: who makes a value, who reads it, where an axis
 * comes from.
 *
 * In here: wires (values), parts (what a row is to the recognisers), axes.
 * Not in here: what a block is (blocks.h).
 */
#ifndef OC_ANALYZERS_BLOCKS_NET_H
#define OC_ANALYZERS_BLOCKS_NET_H

#include "analyzers/analysis.h"

#define OC_NO_WIRE UINT32_MAX
#define OC_MOST_AXES 16 /* of a value whose axes are followed */

/* What an operator does to the axes of its operands. */
typedef enum oc_part {
    OC_PART_OTHER,
    OC_PART_SOFTMAX,
    OC_PART_FUSED, /* attention in one operator */
    OC_PART_MATMUL,
    OC_PART_GEMM,
    OC_PART_EINSUM,
    OC_PART_CONV,
    OC_PART_TRANSPOSE,
    OC_PART_RESHAPE, /* Reshape, Flatten, Squeeze, Unsqueeze */
    OC_PART_EXPAND,
    OC_PART_TILE,
    OC_PART_CONCAT,
    OC_PART_SPLIT,
    OC_PART_SLICE,
    OC_PART_GATHER,
    OC_PART_GATHER_ND,
    OC_PART_SCATTER,
    OC_PART_KEEP,      /* the same elements: Cast, Identity, Dropout, Q, DQ */
    OC_PART_SOFT_CAP,  /* elementwise, also met on scores: Tanh, Clip */
    OC_PART_NONLINEAR, /* elementwise, of one operand */
    OC_PART_BINARY,    /* elementwise, of several operands */
    OC_PART_TRIG,      /* Cos, Sin */
    OC_PART_NORM,
    OC_PART_REDUCE,
    OC_PART_POOL,
    OC_PART_ROTARY,
    OC_PART_SHAPE
} oc_part;

typedef struct oc_wire {
    const oc_row *row;   /* that makes it; NULL: a leaf */
    const oc_fact *fact; /* or NULL */
    uint32_t first_use;  /* in oc_net.use */
    uint32_t use_count;
    uint32_t stamp; /* of the last walk that came by */
    bool weight;    /* constants, moved about */
    bool data;      /* depends on what inputs hold */
    bool angle;     /* made of cosines or sines */
    bool input;     /* a leaf: an input of the model or of a body */
    uint32_t probe; /* the last that asked for it, and what that knows of it */
    struct oc_probed *probed;
} oc_wire;

typedef struct oc_use {
    uint32_t row;
    uint32_t input;
} oc_use;

typedef struct oc_net {
    oc_analysis *a;
    size_t row_count;
    uint8_t *part;          /* one a row: oc_part */
    uint32_t *first_output; /* one a row: the wire of output 0 */
    uint32_t *first_input;  /* one a row: position in `input` */
    uint32_t *input;        /* wires, OC_NO_WIRE where omitted */
    uint32_t wire_count, wire_room;
    oc_wire *wire;
    oc_use *use;
    uint32_t stamp;
    uint32_t probe_count;
    size_t probe_steps; /* of all probes */
    size_t budget;      /* steps of walks that are left, of the whole model */
    bool unbound_sought;
    struct oc_net *unbound; /* the same rows without bindings, or NULL */
} oc_net;

/* ---- net.c ---- */
oc_net *oc_net_new(oc_analysis *a);

static inline uint32_t oc_net_input(const oc_net *net, const oc_row *row,
                                    size_t i)
{
    return i < row->input_count ? net->input[net->first_input[row->index] + i]
                                : OC_NO_WIRE;
}
static inline uint32_t oc_net_output(const oc_net *net, const oc_row *row,
                                     size_t i)
{
    return net->first_output[row->index] + (uint32_t)i;
}
static inline oc_part oc_net_part(const oc_net *net, const oc_row *row)
{
    return row ? (oc_part)net->part[row->index] : OC_PART_OTHER;
}
static inline const oc_row *oc_net_maker(const oc_net *net, uint32_t wire)
{
    return wire == OC_NO_WIRE ? NULL : net->wire[wire].row;
}
/* Which output of its row a wire is. */
static inline size_t oc_net_position(const oc_net *net, uint32_t wire)
{
    return wire - net->first_output[net->wire[wire].row->index];
}
static inline bool oc_net_is_weight(const oc_net *net, uint32_t wire)
{
    return wire != OC_NO_WIRE && net->wire[wire].weight;
}
static inline bool oc_net_is_data(const oc_net *net, uint32_t wire)
{
    return wire != OC_NO_WIRE && net->wire[wire].data;
}

/* The type of a wire, when it is a tensor of known rank; else NULL. */
const oc_type *oc_net_type(const oc_net *net, uint32_t wire);
int oc_net_rank(const oc_net *net, uint32_t wire); /* -1: not known */
oc_expr oc_net_dim(const oc_net *net, uint32_t wire, int axis);
oc_expr oc_net_numel(const oc_net *net, uint32_t wire);
bool oc_net_same_shape(const oc_net *net, uint32_t a, uint32_t b);
/* At most one element, or made from shapes. */
bool oc_net_is_scalar(const oc_net *net, uint32_t wire);
bool oc_row_is(const oc_row *row, const char *domain, const char *op_type);
int64_t oc_row_int(const oc_row *row, const char *name, int64_t fallback);
/* Integers of an attribute or, from some opset on, of a constant input. */
size_t oc_row_ints(oc_net *net, const oc_row *row, const char *name,
                   size_t input, int64_t *value, size_t room);

/* Starts a walk; visiting a wire twice answers false. */
void oc_net_walk(oc_net *net);
bool oc_net_visit(oc_net *net, uint32_t wire);
bool oc_net_visited(const oc_net *net, uint32_t wire);

/* ---- axes.c ---- */

/* The operand that carries the elements of output 0: of operators that move
 * or change elements one by one. */
bool oc_part_moves(oc_part part);
bool oc_part_is_elementwise(oc_part part);

/* The axes of input i that a set of axes of an output is made of. */
uint32_t oc_axes_back(oc_net *net, const oc_row *row, size_t output,
                      size_t input, uint32_t axes);
/* One whole axis: where it lies in the input, or -1 where it does not stay
 * whole. */
int oc_axis_back(oc_net *net, const oc_row *row, size_t output, size_t input,
                 int axis);
int oc_axis_forward(oc_net *net, const oc_row *row, size_t input, size_t output,
                    int axis);

/* ---- contraction.c ---- */

typedef struct oc_contraction {
    const oc_row *row;
    size_t left, right; /* inputs */
    int rank;           /* of the output */
    /* Of each axis of the output; -1: not of this operand. */
    int8_t left_axis[OC_MOST_AXES], right_axis[OC_MOST_AXES];
    uint32_t left_summed, right_summed; /* sets of axes */
    bool packed; /* the right operand's layout is not that of a matrix */
} oc_contraction;

bool oc_contraction_of(oc_net *net, const oc_row *row, oc_contraction *out);
/* Exactly one operand is a weight. *activation is the other's input. A
 * depthwise convolution is none. */
bool oc_parametric(oc_net *net, const oc_row *row, oc_contraction *out,
                   size_t *activation);
/* Axes of the output that come from the weight alone. */
uint32_t oc_feature_axes(const oc_contraction *c, size_t activation);
bool oc_is_contraction(oc_part part);
/* Product of the dims of a wire on a set of axes. */
oc_expr oc_axes_extent(oc_net *net, uint32_t wire, uint32_t axes);

#endif
