/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/plugin.h - how an operator says its shapes and its cost.
 *
 * In here: the descriptor of an operator, the context its functions get, and
 * the plugin entry. Built-in operators use nothing else, so what they need,
 * plugins have; a plugin links nothing, since every call goes through the
 * table behind the context.
 * Not in here: operators with bodies (If, Loop, Scan, function calls).
 *
 * Failure is sticky. Reading past the inputs, an unknown rank or value, a bad
 * axis or an overflow is remembered in the context and reported once by the
 * driver; operator code needs no checks for them:
 *   - oc_op_fail() and what calls it (bad axis, contradiction): a diagnostic
 *     on the node, all its outputs and figures unknown;
 *   - an unknown rank or value that was needed: outputs keep only the element
 *     type that the operator sets, no diagnostic. An operator that can do
 *     better asks first (oc_op_has_rank, oc_op_value).
 * Either way the run goes on. Memory handed out by the context (shapes,
 * types, blocks, lists of attributes) lives until the operator's function
 * returns; results are copied, nothing is freed. Without memory, or beyond a
 * limit, a call does not return: it leaves the operator's function by
 * longjmp(), so that this must hold nothing that has to be released.
 *
 * A context is for the one thread that called the operator, and for the call
 * alone. Operands are counted from 0; dims, element counts and costs are
 * oc_expr, symbolic wherever sizes are open.
 */
#ifndef ONNXCOST_PLUGIN_H
#define ONNXCOST_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"
#include "onnxcost/expr.h"

OC_BEGIN_API

/* Changes with everything below that a compiled plugin depends on. */
#define OC_PLUGIN_ABI 1

/* ---- types ---- */

/* TensorProto.DataType, unchanged. */
typedef enum oc_elem_type {
    OC_ELEM_UNKNOWN = 0,
    OC_ELEM_FLOAT = 1,
    OC_ELEM_UINT8 = 2,
    OC_ELEM_INT8 = 3,
    OC_ELEM_UINT16 = 4,
    OC_ELEM_INT16 = 5,
    OC_ELEM_INT32 = 6,
    OC_ELEM_INT64 = 7,
    OC_ELEM_STRING = 8,
    OC_ELEM_BOOL = 9,
    OC_ELEM_FLOAT16 = 10,
    OC_ELEM_DOUBLE = 11,
    OC_ELEM_UINT32 = 12,
    OC_ELEM_UINT64 = 13,
    OC_ELEM_COMPLEX64 = 14,
    OC_ELEM_COMPLEX128 = 15,
    OC_ELEM_BFLOAT16 = 16,
    OC_ELEM_FLOAT8E4M3FN = 17,
    OC_ELEM_FLOAT8E4M3FNUZ = 18,
    OC_ELEM_FLOAT8E5M2 = 19,
    OC_ELEM_FLOAT8E5M2FNUZ = 20,
    OC_ELEM_UINT4 = 21,
    OC_ELEM_INT4 = 22,
    OC_ELEM_FLOAT4E2M1 = 23,
    OC_ELEM_FLOAT8E8M0 = 24,
    OC_ELEM_UINT2 = 25,
    OC_ELEM_INT2 = 26
} oc_elem_type;

/* TypeProto's kinds of values. */
typedef enum oc_kind {
    OC_KIND_UNKNOWN,
    OC_KIND_TENSOR,
    OC_KIND_SPARSE_TENSOR,
    OC_KIND_SEQUENCE,
    OC_KIND_OPTIONAL,
    OC_KIND_MAP
} oc_kind;

#define OC_RANK_UNKNOWN (-1)

/* What is known of the type of a value. Dims may be OC_UNKNOWN each. */
typedef struct oc_type {
    oc_kind kind;
    int elem_type;  /* an oc_elem_type: tensors; a map's key */
    int rank;       /* tensors; OC_RANK_UNKNOWN when not known */
    oc_expr *dim;   /* rank of them */
    oc_expr length; /* sequences: how many elements, or OC_UNKNOWN */
    const struct oc_type *element; /* sequences, optionals, maps; or NULL */
    /* Sequences: `length` types, where it is a number of at most
     * OC_SEQUENCE_MAX_EACH and tensors differ; else NULL. */
    const struct oc_type *each;
} oc_type;

#define OC_SEQUENCE_MAX_EACH 64

/* Dims of a tensor, rank of them; each may be symbolic or OC_UNKNOWN. */
typedef struct oc_shape {
    size_t rank;
    oc_expr *dim;
} oc_shape;

/*
 * The elements of a small tensor, in row-major order: integers and floats as
 * (rational) expressions, bools as 0 or 1; OC_UNKNOWN where an element is
 * not known. Carries shape arithmetic.
 */
typedef struct oc_block {
    size_t rank;
    const int64_t *dim; /* rank of them */
    size_t count;       /* their product */
    const oc_expr *element;
} oc_block;

/* Blocks larger than these are not kept. */
#define OC_BLOCK_MAX_INTEGERS 4096
#define OC_BLOCK_MAX_FLOATS 64

/* ---- costs ---- */

/* What a node costs, per execution; docs/costs.md says what is counted. */
typedef enum oc_metric {
    OC_MACS,            /* each adds 2 FLOPs by itself */
    OC_FLOPS,           /* beyond 2 * MACs */
    OC_TRANSCENDENTALS, /* exp, log, sqrt, tanh, ...: not in FLOPs */
    OC_READ_BYTES,
    OC_WRITE_BYTES,
    OC_METRIC_COUNT
} oc_metric;

/* From best to worst: a sum is as good as its worst part. */
typedef enum oc_certainty {
    OC_EXACT,
    OC_ESTIMATE,
    OC_UPPER_BOUND,
    OC_LOWER_BOUND,
    OC_NOT_KNOWN
} oc_certainty;

/* What oc_assume_that() may need of a and b. */
typedef enum oc_assumed {
    OC_ASSUME_EQUAL,   /* a == b */
    OC_ASSUME_AT_MOST, /* a <= b */
    OC_ASSUME_DIVIDES, /* a divides b */
    OC_ASSUME_NONZERO  /* a != 0; b is ignored */
} oc_assumed;

/* Behind oc_add() and its like. */
typedef enum oc_arithmetic {
    OC_ADD,
    OC_SUB,
    OC_MUL,
    OC_FLOOR_DIV, /* floor(a / b), rationals included */
    OC_CEIL_DIV,
    OC_MOD,      /* floored */
    OC_QUOTIENT, /* exact a / b, or OC_UNKNOWN */
    OC_MIN,
    OC_MAX
} oc_arithmetic;

/* ---- the context ---- */

/* One node, while a function of its operator runs. */
typedef struct oc_op oc_op;
/* What that node costs, while its cost function runs. */
typedef struct oc_cost oc_cost;

/* Every function is described at its wrapper below. */
typedef struct oc_op_api {
    size_t struct_size;
    size_t (*input_count)(oc_op *);
    size_t (*output_count)(oc_op *);
    bool (*has_input)(oc_op *, size_t);
    bool (*has_output)(oc_op *, size_t);
    int (*version)(oc_op *);
    const void *(*data)(oc_op *);
    const oc_type *(*type)(oc_op *, size_t);
    const oc_type *(*output_type)(oc_op *, size_t);
    void (*set_type)(oc_op *, size_t, const oc_type *);
    oc_shape (*shape)(oc_op *, size_t);
    oc_shape (*output_shape)(oc_op *, size_t);
    void (*set_output)(oc_op *, size_t, int, oc_shape);
    const oc_block *(*value)(oc_op *, size_t);
    void (*set_value)(oc_op *, size_t, const oc_expr *);
    bool (*range)(oc_op *, size_t, oc_expr *, oc_expr *);
    void (*set_range)(oc_op *, size_t, oc_expr, oc_expr);
    bool (*constant)(oc_op *, size_t);
    bool (*same_operand)(oc_op *, size_t, size_t);
    bool (*dies)(oc_op *, size_t);
    int64_t (*stored_values)(oc_op *, size_t);
    bool (*has_attribute)(oc_op *, const char *);
    int64_t (*attribute_int)(oc_op *, const char *, int64_t);
    double (*attribute_float)(oc_op *, const char *, double);
    const char *(*attribute_string)(oc_op *, const char *, const char *);
    size_t (*attribute_ints)(oc_op *, const char *, const int64_t **);
    size_t (*attribute_floats)(oc_op *, const char *, const float **);
    size_t (*attribute_strings)(oc_op *, const char *, const char *const **);
    bool (*attribute_tensor)(oc_op *, const char *, oc_type *,
                             const oc_block **);
    void *(*allocate)(oc_op *, size_t, size_t);
    oc_expr (*integer)(oc_op *, int64_t);
    oc_expr (*real)(oc_op *, double, int);
    bool (*to_double)(oc_op *, oc_expr, double *);
    oc_expr (*calculate)(oc_op *, oc_arithmetic, oc_expr, oc_expr);
    oc_expr (*clog2)(oc_op *, oc_expr);
    oc_tri (*at_most)(oc_op *, oc_expr, oc_expr);
    oc_tri (*equal)(oc_op *, oc_expr, oc_expr);
    oc_tri (*assume)(oc_op *, oc_assumed, oc_expr, oc_expr);
    oc_expr (*unify)(oc_op *, oc_expr, oc_expr);
    oc_expr (*broadcast)(oc_op *, oc_expr, oc_expr);
    oc_expr (*fresh)(oc_op *, oc_expr, oc_expr);
    void (*fail)(oc_op *, const char *);
    void (*needs)(oc_op *);
    void (*warn)(oc_op *, const char *, const char *);
    void (*cost_add)(oc_cost *, oc_metric, const char *, oc_expr);
    void (*cost_types)(oc_cost *, int, int);
    void (*cost_certainty)(oc_cost *, oc_metric, oc_certainty);
    void (*cost_read)(oc_cost *, size_t, oc_expr);
    void (*cost_write)(oc_cost *, size_t, oc_expr);
    void (*cost_view)(oc_cost *);
    void (*cost_upper)(oc_cost *, oc_metric, oc_expr);
    void (*cost_weight)(oc_cost *, size_t, oc_expr);
    void (*cost_parameters)(oc_cost *, int64_t);
    bool (*effort)(oc_op *, size_t);
} oc_op_api;

struct oc_op {
    const oc_op_api *api;
};
struct oc_cost {
    const oc_op_api *api;
};

/* ---- operands ---- */

/* As written in the node; of inputs, trailing omitted ones are excluded. */
static inline size_t oc_op_input_count(oc_op *op)
{
    return op->api->input_count(op);
}
static inline size_t oc_op_output_count(oc_op *op)
{
    return op->api->output_count(op);
}
/* Present and not empty-named; false beyond the last one. */
static inline bool oc_op_has_input(oc_op *op, size_t i)
{
    return op->api->has_input(op, i);
}
static inline bool oc_op_has_output(oc_op *op, size_t i)
{
    return op->api->has_output(op, i);
}
/* The since_version of the operator's schema at the opset in force, which
 * may be newer than the descriptor's. An operator that ONNX does not have:
 * the descriptor's. */
static inline int oc_op_version(oc_op *op)
{
    return op->api->version(op);
}
/* descriptor.data; NULL when it has none. */
static inline const void *oc_op_data(oc_op *op)
{
    return op->api->data(op);
}

/* Never NULL; kind OC_KIND_UNKNOWN when absent or not known. Lent. */
static inline const oc_type *oc_op_type(oc_op *op, size_t i)
{
    return op->api->type(op, i);
}
/* OC_ELEM_UNKNOWN when absent or not known. */
static inline int oc_op_dtype(oc_op *op, size_t i)
{
    return op->api->type(op, i)->elem_type;
}
/* A tensor whose rank is known. */
static inline bool oc_op_has_rank(oc_op *op, size_t i)
{
    const oc_type *type = op->api->type(op, i);
    return type->kind == OC_KIND_TENSOR && type->rank >= 0;
}
/* A copy the operator may change. Sticky unknown (and rank 0) when the input
 * is absent or its rank is not known. */
static inline oc_shape oc_op_input(oc_op *op, size_t i)
{
    return op->api->shape(op, i);
}
/* The inferred output, for cost functions: like oc_op_input(). */
static inline oc_shape oc_op_output(oc_op *op, size_t i)
{
    return op->api->output_shape(op, i);
}
/* Likewise; OC_ELEM_UNKNOWN when the output is omitted or not known. */
static inline int oc_op_output_dtype(oc_op *op, size_t i)
{
    return op->api->output_type(op, i)->elem_type;
}

/* The elements, or NULL when they are not known. Lent. */
static inline const oc_block *oc_op_value(oc_op *op, size_t i)
{
    return op->api->value(op, i);
}
/* Symbolic inclusive bounds of all elements of an integer tensor; false when
 * there are none, else one of the two may be OC_UNKNOWN. */
static inline bool oc_op_range(oc_op *op, size_t i, oc_expr *lower,
                               oc_expr *upper)
{
    return op->api->range(op, i, lower, upper);
}
/* Computed from initializers and constants alone. */
static inline bool oc_op_is_constant(oc_op *op, size_t i)
{
    return op->api->constant(op, i);
}
/* Both inputs name the same value. */
static inline bool oc_op_same_operand(oc_op *op, size_t i, size_t j)
{
    return op->api->same_operand(op, i, j);
}
/* An intermediate value that nothing reads after this node. */
static inline bool oc_op_input_dies(oc_op *op, size_t i)
{
    return op->api->dies(op, i);
}
/* Stored values of a sparse initializer, or -1 when input i is not one. */
static inline int64_t oc_op_nnz(oc_op *op, size_t i)
{
    return op->api->stored_values(op, i);
}

/* ---- results ---- */

/* A tensor. After sticky unknown or failure only the element type is taken.
 * elem_type OC_ELEM_UNKNOWN is allowed. Ignored, like all of these, when the
 * node has no such output. */
static inline void oc_op_set_output(oc_op *op, size_t i, int elem_type,
                                    oc_shape shape)
{
    op->api->set_output(op, i, elem_type, shape);
}
/* Only the element type is known. */
static inline void oc_op_set_dtype(oc_op *op, size_t i, int elem_type)
{
    const oc_type type = {
        OC_KIND_TENSOR, elem_type, OC_RANK_UNKNOWN, NULL, OC_UNKNOWN,
        NULL,           NULL};
    op->api->set_type(op, i, &type);
}
/* Any type, copied; sticky unknown does not keep it from being taken. */
static inline void oc_op_set_type(oc_op *op, size_t i, const oc_type *type)
{
    op->api->set_type(op, i, type);
}
/* The elements of output i, whose shape was set, is static and within the
 * block limits; otherwise ignored. numel(i) expressions, copied. */
static inline void oc_op_set_value(oc_op *op, size_t i, const oc_expr *element)
{
    op->api->set_value(op, i, element);
}
/* Inclusive bounds of all elements; OC_UNKNOWN for no bound. */
static inline void oc_op_set_range(oc_op *op, size_t i, oc_expr lower,
                                   oc_expr upper)
{
    op->api->set_range(op, i, lower, upper);
}

/* Sticky: the node contradicts its operator's rules; diagnostic
 * "shape.invalid". `message` is copied ("W has rank 3, expected 4"); the first
 * one stays. Ignored after sticky unknown: what looks wrong may then only be
 * not known. */
static inline void oc_op_fail(oc_op *op, const char *message)
{
    op->api->fail(op, message);
}
/* Sticky unknown: something that is needed is not known. */
static inline void oc_op_needs(oc_op *op)
{
    op->api->needs(op);
}
/* A warning in the report that changes nothing. Both texts are copied; id has
 * a dot ("shape.index"). */
static inline void oc_op_warn(oc_op *op, const char *id, const char *message)
{
    op->api->warn(op, id, message);
}

/*
 * ---- attributes (defaults of functions' attributes resolved) ----
 *
 * The fallback is for an attribute that is absent or of another type, and is
 * the default of the operator's schema. Integers and floats stand for each
 * other, a float cut to its integer.
 */

/* Of any type. */
static inline bool oc_op_has_attr(oc_op *op, const char *name)
{
    return op->api->has_attribute(op, name);
}
/* The attribute, or `fallback`. */
static inline int64_t oc_op_attr_int(oc_op *op, const char *name,
                                     int64_t fallback)
{
    return op->api->attribute_int(op, name, fallback);
}
/* Likewise. */
static inline double oc_op_attr_float(oc_op *op, const char *name,
                                      double fallback)
{
    return op->api->attribute_float(op, name, fallback);
}
/* Lent, or `fallback` itself; ends at the first NUL. */
static inline const char *oc_op_attr_string(oc_op *op, const char *name,
                                            const char *fallback)
{
    return op->api->attribute_string(op, name, fallback);
}
/* How many; 0 and NULL when absent or of another type. Lent. */
static inline size_t oc_op_attr_ints(oc_op *op, const char *name,
                                     const int64_t **values)
{
    return op->api->attribute_ints(op, name, values);
}
/* Likewise. */
static inline size_t oc_op_attr_floats(oc_op *op, const char *name,
                                       const float **values)
{
    return op->api->attribute_floats(op, name, values);
}
/* Likewise. */
static inline size_t oc_op_attr_strings(oc_op *op, const char *name,
                                        const char *const **values)
{
    return op->api->attribute_strings(op, name, values);
}
/* False when absent: nothing is set then. *block is NULL when the elements are
 * not kept. Both lent. */
static inline bool oc_op_attr_tensor(oc_op *op, const char *name, oc_type *type,
                                     const oc_block **block)
{
    return op->api->attribute_tensor(op, name, type, block);
}

/* Zeroed memory until the operator's function returns; never NULL. */
static inline void *oc_op_alloc(oc_op *op, size_t count, size_t size)
{
    return op->api->allocate(op, count, size);
}
#define OC_OP_NEW(op, type, count)                                             \
    ((type *)oc_op_alloc(op, count, sizeof(type)))

/*
 * ---- arithmetic on expressions ----
 *
 * Exact, over integers and rationals. OC_UNKNOWN absorbs everything, then
 * OC_OVERFLOW does: what is beyond 128 bits.
 */

/* Any 64-bit integer (oc_expr_of() takes 63 bits). */
static inline oc_expr oc_int(oc_op *op, int64_t value)
{
    return op->api->integer(op, value);
}
/* The exact rational of `value` rounded to elem_type (float, double,
 * float16, bfloat16); OC_UNKNOWN for inf, NaN, the very small and the very
 * large. */
static inline oc_expr oc_real(oc_op *op, double value, int elem_type)
{
    return op->api->real(op, value, elem_type);
}
/* False unless e is a constant. */
static inline bool oc_to_double(oc_op *op, oc_expr e, double *value)
{
    return op->api->to_double(op, e, value);
}
/* a + b */
static inline oc_expr oc_add(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->calculate(op, OC_ADD, a, b);
}
/* a - b */
static inline oc_expr oc_sub(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->calculate(op, OC_SUB, a, b);
}
/* a * b */
static inline oc_expr oc_mul(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->calculate(op, OC_MUL, a, b);
}
/* floor(a / b); OC_UNKNOWN when b is 0, as in the three that follow. */
static inline oc_expr oc_floor_div(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->calculate(op, OC_FLOOR_DIV, a, b);
}
/* ceil(a / b) */
static inline oc_expr oc_ceil_div(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->calculate(op, OC_CEIL_DIV, a, b);
}
/* a - b * floor(a / b) */
static inline oc_expr oc_mod(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->calculate(op, OC_MOD, a, b);
}
/* a / b where that is an expression (a constant b, a factor of a); else
 * OC_UNKNOWN. */
static inline oc_expr oc_quotient(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->calculate(op, OC_QUOTIENT, a, b);
}
/* The smaller one, in symbols if need be. */
static inline oc_expr oc_min(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->calculate(op, OC_MIN, a, b);
}
/* The larger one. */
static inline oc_expr oc_max(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->calculate(op, OC_MAX, a, b);
}
/* ceil(log2(max(1, a))) */
static inline oc_expr oc_clog2(oc_op *op, oc_expr a)
{
    return op->api->clog2(op, a);
}
/* k * a, for a k of 63 bits. */
static inline oc_expr oc_times(oc_op *op, int64_t k, oc_expr a)
{
    return oc_mul(op, oc_expr_of(k), a);
}
/* a + k, for a k of 63 bits. */
static inline oc_expr oc_plus(oc_op *op, oc_expr a, int64_t k)
{
    return oc_add(op, a, oc_expr_of(k));
}

/* Is a <= b, for all values that the symbols may have? OC_NO: for none. */
static inline oc_tri oc_at_most(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->at_most(op, a, b);
}
/* Is a == b, likewise? */
static inline oc_tri oc_equal(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->equal(op, a, b);
}
/* Records what the graph needs to be true, for the report's assumptions.
 * OC_YES: it was known already. OC_MAYBE: recorded, and known from now on.
 * OC_NO: it cannot be; nothing is recorded, and the operator then usually
 * calls oc_op_fail(). */
static inline oc_tri oc_assume_that(oc_op *op, oc_assumed what, oc_expr a,
                                    oc_expr b)
{
    return op->api->assume(op, what, a, b);
}
/* The dim two dims must share; sticky failure when they cannot. */
static inline oc_expr oc_unify(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->unify(op, a, b);
}
/* numpy broadcasting of two dims; sticky failure when they cannot. */
static inline oc_expr oc_broadcast(oc_op *op, oc_expr a, oc_expr b)
{
    return op->api->broadcast(op, a, b);
}
/* A named data-dependent size in [lower, upper] (either may be OC_UNKNOWN:
 * lower is then 0). The same operator on the same values gets the same. */
static inline oc_expr oc_fresh(oc_op *op, oc_expr lower, oc_expr upper)
{
    return op->api->fresh(op, lower, upper);
}
/* Before a search of so many steps: false when all operators of the model
 * together would take too many, and a cheaper rule must do. */
static inline bool oc_op_effort(oc_op *op, size_t steps)
{
    return op->api->effort(op, steps);
}

/*
 * ---- costs ----
 *
 * Of one execution: the engine multiplies by trip counts. By default every
 * distinct operand is read once and every named output written once; an
 * operand that is shape-like or has one element is never traffic. Of several
 * calls for the same operand the last counts.
 */

/* Adds a labelled term. OC_UNKNOWN makes the metric unknown. OC_READ_BYTES
 * and OC_WRITE_BYTES add to what the operands give. `label` is not copied: a
 * string literal. */
static inline void oc_cost_add(oc_cost *sum, oc_metric metric,
                               const char *label, oc_expr amount)
{
    sum->api->cost_add(sum, metric, label, amount);
}
/* Element types (oc_elem_type) of the two factors of all MACs of the node; by
 * default those of inputs 0 and 1. */
static inline void oc_cost_types(oc_cost *sum, int left, int right)
{
    sum->api->cost_types(sum, left, right);
}
/* How well the metric is known; it only gets worse. OC_EXACT by default. */
static inline void oc_cost_is(oc_cost *sum, oc_metric metric,
                              oc_certainty certainty)
{
    sum->api->cost_certainty(sum, metric, certainty);
}
/* Elements that are read of input i, all by default; of a sequence, elements
 * of its tensors. */
static inline void oc_cost_read(oc_cost *sum, size_t i, oc_expr elements)
{
    sum->api->cost_read(sum, i, elements);
}
/* Elements that are written of output i, likewise. */
static inline void oc_cost_write(oc_cost *sum, size_t i, oc_expr elements)
{
    sum->api->cost_write(sum, i, elements);
}
/* Output 0 is input 0 seen differently: no byte moves but what oc_cost_read()
 * and oc_cost_write() say. */
static inline void oc_cost_view(oc_cost *sum)
{
    sum->api->cost_view(sum);
}
/* A known upper bound of a metric that is not exact. */
static inline void oc_cost_upper(oc_cost *sum, oc_metric metric, oc_expr amount)
{
    sum->api->cost_upper(sum, metric, amount);
}

/* Logical elements of the packed weight in input i (default: its dims). */
static inline void oc_cost_weight(oc_cost *sum, size_t i, oc_expr elements)
{
    sum->api->cost_weight(sum, i, elements);
}

/* Parameters that the node holds in attributes: trees, support vectors. */
static inline void oc_cost_parameters(oc_cost *sum, int64_t elements)
{
    sum->api->cost_parameters(sum, elements);
}

/* ---- small helpers on shapes ---- */

/* Dims to be filled in; all OC_UNKNOWN. */
static inline oc_shape oc_shape_new(oc_op *op, size_t rank)
{
    const oc_shape shape = {rank, OC_OP_NEW(op, oc_expr, rank)};
    return shape;
}
/* Product of dims [first, last), those beyond the rank left out. */
static inline oc_expr oc_shape_product(oc_op *op, oc_shape shape, size_t first,
                                       size_t last)
{
    oc_expr product = oc_expr_of(1);
    for (size_t axis = first; axis < last && axis < shape.rank; axis++)
        product = oc_mul(op, product, shape.dim[axis]);
    return product;
}
/* How many elements; 1 for rank 0. */
static inline oc_expr oc_shape_numel(oc_op *op, oc_shape shape)
{
    return oc_shape_product(op, shape, 0, shape.rank);
}
/* The same of input i; sticky unknown when its rank is not known. */
static inline oc_expr oc_op_input_numel(oc_op *op, size_t i)
{
    return oc_shape_numel(op, oc_op_input(op, i));
}
/* The same of output i, for cost functions. */
static inline oc_expr oc_op_output_numel(oc_op *op, size_t i)
{
    return oc_shape_numel(op, oc_op_output(op, i));
}
/* axis in [0, rank), negative ones counted from the end; sticky failure and
 * 0 when out of range. */
static inline size_t oc_op_axis(oc_op *op, int64_t axis, size_t rank)
{
    if (axis < 0 && axis >= -(int64_t)rank)
        axis += (int64_t)rank;
    if (axis >= 0 && axis < (int64_t)rank)
        return (size_t)axis;
    oc_op_fail(op, "axis is out of range");
    return 0;
}
/* The output is like input i, values excluded. */
static inline void oc_op_copy_type(oc_op *op, size_t output, size_t input)
{
    oc_op_set_type(op, output, oc_op_type(op, input));
}

/* ---- the descriptor ---- */

#define OC_IN(i) (UINT32_C(1) << (i)) /* bit of an input; 31: it and after */

/* Bits of oc_op_descriptor.traits. */
typedef enum oc_trait {
    OC_TRAIT_MOVES = 1,     /* moves bytes, computes nothing: role `data` */
    OC_TRAIT_VIEW = 2,      /* output 0 is always a view of input 0 */
    OC_TRAIT_FOLLOWS = 4,   /* a weight in input 0 is still one in output 0 */
    OC_TRAIT_SHAPE = 8,     /* starts the shape subgraph: Shape, Size */
    OC_TRAIT_RANDOM = 16,   /* never folded, whatever its inputs */
    OC_TRAIT_UNCOUNTED = 32 /* nothing but bytes can be known: `rule` says
                               why, `cost` is not called */
} oc_trait;

/*
 * One operator from one opset on; of several with the same name the newest
 * that is not above the model's opset is used. All of it is static data.
 */
typedef struct oc_op_descriptor {
    const char *domain; /* "" for ai.onnx */
    const char *op_type;
    int since_version;  /* first opset of its domain this rule holds for */
    const char *rule;   /* of the cost, in words */
    const char *source; /* "ONNX operators, Conv-11" */
    void (*infer)(oc_op *op); /* sets types of outputs; never NULL */
    void (*cost)(oc_op *op, oc_cost *sum); /* NULL: bytes only */
    /* Roles of inputs, as masks of OC_IN(i): */
    uint32_t shape_inputs;  /* shape-like: never traffic, never parameters */
    uint32_t weight_inputs; /* parameters of any element type */
    uint32_t buffer_inputs; /* stored, but not learned: running mean */
    uint32_t scale_inputs;  /* quantisation: scales, zero points */
    uint32_t traits;        /* OC_TRAIT_... */
    const void *data;       /* for the rows of a table: oc_op_data() */
} oc_op_descriptor;

/*
 * Floating-point constants that no mask names are parameters when they have
 * more than one element, bools are buffers, other integers are not counted.
 */

/* Built-in operators: one line OC_OP(name) in analyzers/ops.def. */
#define OC_OP_DEFINE(name)                                                     \
    extern const oc_op_descriptor oc_op_##name[];                              \
    const oc_op_descriptor oc_op_##name[]

/* What a shared object adds: static data, valid as long as it is loaded. */
typedef struct oc_plugin {
    size_t struct_size; /* sizeof(oc_plugin) */
    int abi;            /* OC_PLUGIN_ABI */
    const char *name, *version;
    const oc_op_descriptor *ops;
    size_t op_size; /* sizeof(ops[0]) */
    size_t op_count;
} oc_plugin;

/* What a plugin exports: a shared object that links nothing of onnxcost. It is
 * called once, and returns static data. */
const oc_plugin *oc_plugin_entry(void);

OC_END_API

#endif
