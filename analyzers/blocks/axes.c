/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/axes.c - where the axes of a value come from: through
 * Transpose by its permutation, elementwise counted from the right, through
 * Reshape by the products of dims before and after.
 *
 * Not in here: contractions (contraction.c).
 */
#include "analyzers/blocks/net.h"

static const uint32_t all_axes = (UINT32_C(1) << OC_MOST_AXES) - 1;

static uint32_t bit(int axis)
{
    return axis >= 0 && axis < OC_MOST_AXES ? UINT32_C(1) << axis : 0;
}

/* ---- Reshape ---- */

/* before[k] is the product of the first k dims, after[k] that of the rest. */
typedef struct oc_products {
    int rank;
    oc_expr before[OC_MOST_AXES + 1], after[OC_MOST_AXES + 1];
} oc_products;

static oc_products products_of(oc_net *net, const oc_type *type)
{
    oc_space *space = net->a->space;
    oc_products p = {.rank = type->rank};
    p.before[0] = oc_expr_of(1);
    for (int k = 0; k < p.rank; k++)
        p.before[k + 1] = oc_expr_mul(space, p.before[k], type->dim[k]);
    p.after[p.rank] = oc_expr_of(1);
    for (int k = p.rank; k-- > 0;)
        p.after[k] = oc_expr_mul(space, p.after[k + 1], type->dim[k]);
    return p;
}

static bool same(oc_expr a, oc_expr b)
{
    return a == b && oc_expr_is_known(a);
}

/* Both shapes can be cut here: in front of axis i of one, k of the other. */
static bool is_cut(const oc_products *in, int i, const oc_products *out, int k)
{
    return same(in->before[i], out->before[k]) ||
           same(in->after[i], out->after[k]);
}

/* The next cut after (*i, *k), at the end if there is no other. */
static void next_cut(const oc_products *in, int *i, const oc_products *out,
                     int *k)
{
    for (int to = *k + 1; to <= out->rank; to++)
        for (int from = *i + 1; from <= in->rank; from++)
            if (is_cut(in, from, out, to)) {
                *i = from;
                *k = to;
                return;
            }
    *i = in->rank;
    *k = out->rank;
}

static uint32_t range(int from, int to)
{
    return (bit(to) ? bit(to) - 1 : all_axes) & ~(bit(from) - 1);
}

static uint32_t reshape_back(oc_net *net, const oc_type *in, const oc_type *out,
                             uint32_t axes)
{
    const oc_products from = products_of(net, in), to = products_of(net, out);
    uint32_t found = 0;
    int i = 0, k = 0;
    while (k < to.rank) {
        const int first_i = i, first_k = k;
        next_cut(&from, &i, &to, &k);
        if (axes & range(first_k, k))
            found |= range(first_i, i);
        if (i == from.rank && k < to.rank && i == first_i)
            break;
    }
    return found;
}

static int reshape_axis_back(oc_net *net, const oc_type *in, const oc_type *out,
                             int axis)
{
    const oc_products from = products_of(net, in), to = products_of(net, out);
    for (int i = 0; i < in->rank; i++)
        if (same(in->dim[i], out->dim[axis]) && is_cut(&from, i, &to, axis) &&
            is_cut(&from, i + 1, &to, axis + 1))
            return i;
    return -1;
}

/* ---- the other operators ---- */

static uint32_t transpose_back(oc_net *net, const oc_row *row, int rank,
                               uint32_t axes)
{
    int64_t perm[OC_MOST_AXES];
    const size_t count =
        oc_row_ints(net, row, "perm", SIZE_MAX, perm, OC_MOST_AXES);
    uint32_t found = 0;
    for (int axis = 0; axis < rank; axis++)
        if (axes & bit(axis))
            found |=
                bit(count == (size_t)rank ? (int)perm[axis] : rank - 1 - axis);
    return found;
}

/* Broadcast axes come from nowhere. */
static uint32_t aligned_back(const oc_type *in, const oc_type *out,
                             uint32_t axes)
{
    uint32_t found = 0;
    for (int axis = 0; axis < out->rank; axis++) {
        const int from = axis - (out->rank - in->rank);
        if ((axes & bit(axis)) && from >= 0 &&
            !(oc_expr_is(in->dim[from], 1) && !oc_expr_is(out->dim[axis], 1)))
            found |= bit(from);
    }
    return found;
}

static uint32_t gather_back(oc_net *net, const oc_row *row, const oc_type *in,
                            const oc_type *out, uint32_t axes)
{
    const int rank = oc_net_rank(net, oc_net_input(net, row, 1));
    int at = (int)oc_row_int(row, "axis", 0);
    at = at < 0 ? at + in->rank : at;
    uint32_t found = 0;
    for (int axis = 0; rank >= 0 && axis < out->rank; axis++) {
        if (!(axes & bit(axis)))
            continue;
        found |= bit(axis < at          ? axis
                     : axis < at + rank ? at
                                        : axis - rank + 1);
    }
    return found;
}

/* Axes that the index does not reach stay; the others become the index's. */
static uint32_t gather_nd_back(oc_net *net, const oc_row *row,
                               const oc_type *in, const oc_type *out,
                               uint32_t axes)
{
    const oc_type *index = oc_net_type(net, oc_net_input(net, row, 1));
    int64_t reach;
    if (!index || index->rank < 1 ||
        !oc_expr_to_i64(net->a->space, index->dim[index->rank - 1], &reach))
        return 0;
    const int batch = (int)oc_row_int(row, "batch_dims", 0);
    const int kept = in->rank - batch - (int)reach;
    uint32_t found = 0;
    for (int axis = 0; axis < out->rank; axis++) {
        if (!(axes & bit(axis)))
            continue;
        if (axis < batch)
            found |= bit(axis);
        else if (axis >= out->rank - kept)
            found |= bit(axis - out->rank + in->rank);
        else
            found |= range(batch, in->rank - kept);
    }
    return found;
}

static uint32_t reduce_back(oc_net *net, const oc_row *row, const oc_type *in,
                            const oc_type *out, uint32_t axes)
{
    int64_t reduced[OC_MOST_AXES];
    if (in->rank == out->rank)
        return aligned_back(in, out, axes);
    const size_t count =
        oc_row_ints(net, row, "axes", 1, reduced, OC_MOST_AXES);
    uint32_t gone = 0, found = 0;
    for (size_t i = 0; i < count; i++)
        gone |= bit((int)(reduced[i] < 0 ? reduced[i] + in->rank : reduced[i]));
    for (int from = 0, axis = 0; from < in->rank; from++)
        if (!(gone & bit(from)) && (axes & bit(axis++)))
            found |= bit(from);
    return found;
}

uint32_t oc_axes_back(oc_net *net, const oc_row *row, size_t output,
                      size_t input, uint32_t axes)
{
    const oc_type *in = oc_net_type(net, oc_net_input(net, row, input));
    const oc_type *out = oc_net_type(net, oc_net_output(net, row, output));
    if (!in || !out)
        return 0;
    switch (oc_net_part(net, row)) {
    case OC_PART_TRANSPOSE:
        return transpose_back(net, row, out->rank, axes);
    case OC_PART_RESHAPE:
        return reshape_back(net, in, out, axes);
    case OC_PART_GATHER:
        return gather_back(net, row, in, out, axes);
    case OC_PART_GATHER_ND:
        return gather_nd_back(net, row, in, out, axes);
    case OC_PART_REDUCE:
        return reduce_back(net, row, in, out, axes);
    default:
        return aligned_back(in, out, axes);
    }
}

/* ---- one whole axis ---- */

int oc_axis_back(oc_net *net, const oc_row *row, size_t output, size_t input,
                 int axis)
{
    const oc_type *in = oc_net_type(net, oc_net_input(net, row, input));
    const oc_type *out = oc_net_type(net, oc_net_output(net, row, output));
    if (!in || !out || axis < 0 || axis >= out->rank)
        return -1;
    if (oc_net_part(net, row) == OC_PART_RESHAPE)
        return reshape_axis_back(net, in, out, axis);
    const uint32_t found = oc_axes_back(net, row, output, input, bit(axis));
    for (int from = 0; from < in->rank; from++)
        if (found == bit(from))
            return same(in->dim[from], out->dim[axis]) ? from : -1;
    return -1;
}

int oc_axis_forward(oc_net *net, const oc_row *row, size_t input, size_t output,
                    int axis)
{
    const int rank = oc_net_rank(net, oc_net_output(net, row, output));
    for (int to = rank; to-- > 0;)
        if (oc_axis_back(net, row, output, input, to) == axis)
            return to;
    return -1;
}
