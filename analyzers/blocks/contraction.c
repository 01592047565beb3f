/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/contraction.c - matrix products of any spelling: which
 * axes of the operands meet in the output, and which are summed.
 */
#include "analyzers/blocks/net.h"

#include <string.h>

static uint32_t bit(int axis)
{
    return UINT32_C(1) << axis;
}

bool oc_is_contraction(oc_part part)
{
    return part == OC_PART_MATMUL || part == OC_PART_GEMM ||
           part == OC_PART_EINSUM || part == OC_PART_CONV;
}

/* ---- MatMul and its kin ---- */

/* The second operand is not a matrix but blocks of bits. */
static bool is_packed(const oc_row *row)
{
    static const char *const op_types[] = {"MatMulNBits", "MatMulBnb4",
                                           "MatMulFpQ4"};
    for (size_t i = 0; i < sizeof(op_types) / sizeof(op_types[0]); i++)
        if (strcmp(row->node->op_type, op_types[i]) == 0)
            return true;
    return false;
}

/* Where the second matrix stands: quantised operators have scales between. */
static size_t right_input(const oc_row *row)
{
    return strcmp(row->node->op_type, "QLinearMatMul") == 0 ||
                   strcmp(row->node->op_type, "QGemm") == 0
               ? 3
               : 1;
}

static void fill_packed(oc_contraction *c, int left)
{
    for (int axis = 0; axis < c->rank; axis++)
        c->left_axis[axis] = (int8_t)(axis < c->rank - 1 ? axis : -1);
    c->right_axis[c->rank - 1] = 0;
    c->left_summed = bit(left - 1);
    c->packed = true;
}

/* Leading axes are aligned from the right; those of 1 do not count. */
static void fill_batch(oc_contraction *c, const oc_type *left,
                       const oc_type *right, int batch)
{
    for (int axis = 0; axis < batch; axis++) {
        const int l = axis - (batch - (left->rank - 2));
        const int r = axis - (batch - (right->rank - 2));
        const bool has_left = l >= 0 && left->rank > 1;
        const bool has_right = r >= 0 && right->rank > 1;
        const bool left_is_1 = has_left && oc_expr_is(left->dim[l], 1);
        const bool right_is_1 = has_right && oc_expr_is(right->dim[r], 1);
        if (has_left && !(left_is_1 && has_right && !right_is_1))
            c->left_axis[axis] = (int8_t)l;
        if (has_right && !(right_is_1 && has_left))
            c->right_axis[axis] = (int8_t)r;
    }
}

static bool fill_matmul(oc_contraction *c, const oc_row *row,
                        const oc_type *left, const oc_type *right)
{
    const bool turn_left = oc_row_int(row, "transA", 0) != 0;
    const bool turn_right = oc_row_int(row, "transB", 0) != 0;
    if (left->rank < 1 || right->rank < 1 ||
        oc_row_int(row, "transBatchA", 0) || oc_row_int(row, "transBatchB", 0))
        return false;
    const int rows = left->rank > 1, columns = right->rank > 1;
    const int batch = c->rank - rows - columns;
    if (batch < 0)
        return false;
    fill_batch(c, left, right, batch);
    if (rows)
        c->left_axis[batch] = (int8_t)(left->rank - (turn_left ? 1 : 2));
    if (columns)
        c->right_axis[batch + rows] =
            (int8_t)(right->rank - (turn_right ? 2 : 1));
    c->left_summed = bit(left->rank - (turn_left && rows ? 2 : 1));
    c->right_summed = bit(right->rank - (columns ? (turn_right ? 1 : 2) : 1));
    return true;
}

/* ---- Einsum ---- */

/* Letters of one term; false for what is not followed. */
static bool read_term(const char **text, char *letter, int rank)
{
    int count = 0;
    for (; **text && **text != ',' && **text != '-'; ++*text) {
        if (**text == ' ')
            continue;
        if (**text == '.' || count == OC_MOST_AXES)
            return false;
        letter[count++] = **text;
    }
    return count == rank;
}

static int find_letter(const char *letters, int rank, char letter)
{
    for (int axis = 0; axis < rank; axis++)
        if (letters[axis] == letter)
            return axis;
    return -1;
}

static uint32_t summed_letters(const char *letters, int rank, const char *out,
                               int out_rank)
{
    uint32_t summed = 0;
    for (int axis = 0; axis < rank; axis++)
        if (find_letter(out, out_rank, letters[axis]) < 0)
            summed |= bit(axis);
    return summed;
}

static bool fill_einsum(oc_contraction *c, const oc_row *row,
                        const oc_type *left, const oc_type *right)
{
    const oc_attribute *found =
        oc_node_attribute(row->frame, row->node, "equation");
    char l[OC_MOST_AXES], r[OC_MOST_AXES], o[OC_MOST_AXES];
    if (!found || found->type != OC_ATTR_STRING || row->input_count != 2)
        return false;
    const char *at = found->s.data;
    if (!read_term(&at, l, left->rank) || *at++ != ',' ||
        !read_term(&at, r, right->rank) || *at++ != '-' || *at++ != '>' ||
        !read_term(&at, o, c->rank))
        return false;
    for (int axis = 0; axis < c->rank; axis++) {
        c->left_axis[axis] = (int8_t)find_letter(l, left->rank, o[axis]);
        c->right_axis[axis] = (int8_t)find_letter(r, right->rank, o[axis]);
    }
    c->left_summed = summed_letters(l, left->rank, o, c->rank);
    c->right_summed = summed_letters(r, right->rank, o, c->rank);
    return true;
}

/* ---- Conv ---- */

/* Channels are summed and made, all else is kept: a projection when the
 * kernel has one element, and near enough to one when it has more. */
static bool fill_conv(oc_contraction *c, const oc_row *row, const oc_type *left)
{
    if (c->rank < 3 || left->rank != c->rank ||
        oc_row_int(row, "group", 1) != 1)
        return false;
    for (int axis = 0; axis < c->rank; axis++)
        c->left_axis[axis] = (int8_t)(axis == 1 ? -1 : axis);
    c->right_axis[1] = 0;
    c->left_summed = bit(1);
    c->packed = true;
    return true;
}

/* ---- all ---- */

bool oc_contraction_of(oc_net *net, const oc_row *row, oc_contraction *out)
{
    const oc_part part = oc_net_part(net, row);
    if (!row || !oc_is_contraction(part) || row->node->output_count == 0)
        return false;
    *out = (oc_contraction){.row = row, .right = right_input(row)};
    memset(out->left_axis, -1, sizeof(out->left_axis));
    memset(out->right_axis, -1, sizeof(out->right_axis));
    const oc_type *left = oc_net_type(net, oc_net_input(net, row, 0));
    const oc_type *right = oc_net_type(net, oc_net_input(net, row, out->right));
    out->rank = oc_net_rank(net, oc_net_output(net, row, 0));
    if (!left || !right || out->rank < 0)
        return false;
    if (part == OC_PART_CONV) {
        out->right = strcmp(row->node->op_type, "QLinearConv") ? 1 : 3;
        return fill_conv(out, row, left);
    }
    if (part == OC_PART_EINSUM)
        return fill_einsum(out, row, left, right);
    if (is_packed(row)) {
        if (out->rank < 1 || left->rank != out->rank)
            return false;
        fill_packed(out, left->rank);
        return true;
    }
    return fill_matmul(out, row, left, right);
}

/* A weight looked up by data is one where it is used as a matrix. */
static bool is_chosen_weight(const oc_net *net, uint32_t wire)
{
    const oc_row *row = oc_net_maker(net, wire);
    while (row && oc_part_moves(oc_net_part(net, row)))
        row = oc_net_maker(net, oc_net_input(net, row, 0));
    const oc_part part = oc_net_part(net, row);
    return row && (part == OC_PART_GATHER || part == OC_PART_GATHER_ND) &&
           oc_net_is_weight(net, oc_net_input(net, row, 0));
}

bool oc_parametric(oc_net *net, const oc_row *row, oc_contraction *out,
                   size_t *activation)
{
    if (!oc_contraction_of(net, row, out))
        return false;
    const uint32_t l = oc_net_input(net, row, out->left);
    const uint32_t r = oc_net_input(net, row, out->right);
    bool left = oc_net_is_weight(net, l), right = oc_net_is_weight(net, r);
    if (!left && !right) {
        left = is_chosen_weight(net, l);
        right = is_chosen_weight(net, r);
    }
    *activation = left ? out->right : out->left;
    return left != right;
}

uint32_t oc_feature_axes(const oc_contraction *c, size_t activation)
{
    const bool weight_right = activation == c->left;
    const int8_t *weight = weight_right ? c->right_axis : c->left_axis;
    const int8_t *other = weight_right ? c->left_axis : c->right_axis;
    uint32_t axes = 0;
    for (int axis = 0; axis < c->rank; axis++)
        if (weight[axis] >= 0 && other[axis] < 0)
            axes |= bit(axis);
    return axes;
}

oc_expr oc_axes_extent(oc_net *net, uint32_t wire, uint32_t axes)
{
    const oc_type *type = oc_net_type(net, wire);
    oc_expr extent = oc_expr_of(1);
    if (!type)
        return OC_UNKNOWN;
    for (int axis = 0; axis < type->rank; axis++)
        if (axes & bit(axis))
            extent = oc_expr_mul(net->a->space, extent, type->dim[axis]);
    return extent;
}
