/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/probe.c - the elements of masks: an operator is asked for
 * one element and asks its operands for those that it needs.
 */
#include "analyzers/blocks/probe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_STEPS ((size_t)1 << 17)
#define MOST_OWNERS 65536
#define MOST_DEPTH 600 /* operators in a row */

/* ---- sizes ---- */

oc_probe *oc_probe_new(oc_net *net)
{
    oc_space *space = net->a->space;
    oc_probe *probe = OC_NEW(net->a->scratch, oc_probe, 1);
    probe->net = net;
    probe->symbol_count = oc_symbol_count(space);
    probe->value = OC_NEW(net->a->scratch, oc_i128, probe->symbol_count);
    probe->bound = OC_NEW(net->a->scratch, bool, probe->symbol_count);
    probe->number = ++net->probe_count;
    probe->scattered = oc_map_new(net->a->scratch);
    for (size_t i = 0; i < probe->symbol_count; i++) {
        const oc_interval bounds = oc_symbol_at(space, i)->bounds;
        probe->value[i] = bounds.lower > 1 ? bounds.lower : 1;
        probe->bound[i] = true;
    }
    return probe;
}

void oc_probe_set(oc_probe *probe, oc_expr symbol, int64_t value)
{
    for (size_t i = 0; i < probe->symbol_count; i++)
        if (oc_symbol_expr(probe->net->a->space, i) == symbol)
            probe->value[i] = value;
}

static bool evaluate(oc_probe *probe, oc_expr e, double *value)
{
    oc_i128 numerator;
    int64_t denominator;
    oc_error err = {0};
    if (!oc_expr_is_known(e) ||
        oc_expr_evaluate(probe->net->a->space, e, probe->value, probe->bound,
                         &numerator, &denominator, &err) != OC_OK)
        return false;
    *value = (double)numerator / (double)denominator;
    return true;
}

bool oc_probe_size(oc_probe *probe, oc_expr e, int64_t *value)
{
    double size;
    if (!evaluate(probe, e, &size) || size < 0 || size > 1e15)
        return false;
    *value = (int64_t)size;
    return (double)*value == size;
}

static const int64_t *find_dims(oc_probe *probe, const oc_type *type)
{
    int64_t *dims = OC_NEW(probe->net->a->scratch, int64_t, OC_MOST_AXES);
    for (int axis = 0; axis < type->rank; axis++)
        if (!oc_probe_size(probe, type->dim[axis], &dims[axis]))
            return NULL;
    return dims;
}

const int64_t *oc_probe_dims(oc_probe *probe, uint32_t wire, int *rank)
{
    const oc_type *type = oc_net_type(probe->net, wire);
    if (!type)
        return NULL;
    *rank = type->rank;
    oc_wire *what = &probe->net->wire[wire];
    if (what->probe != probe->number) {
        what->probe = probe->number;
        what->dims = find_dims(probe, type);
    }
    return what->dims;
}

/* ---- indices ---- */

static double give_up(oc_probe *probe, oc_probe_state why)
{
    if (probe->state == OC_PROBE_FINE)
        probe->state = why;
    return 0;
}

static int64_t linear(const int64_t *dims, int rank, const int64_t *index)
{
    int64_t at = 0;
    for (int axis = 0; axis < rank; axis++)
        at = at * dims[axis] + index[axis];
    return at;
}

static void unravel(int64_t at, const int64_t *dims, int rank, int64_t *index)
{
    for (int axis = rank; axis-- > 0;) {
        const int64_t dim = dims[axis] > 0 ? dims[axis] : 1;
        index[axis] = at % dim;
        at /= dim;
    }
}

double oc_probe_broadcast(oc_probe *probe, uint32_t wire, int rank,
                          const int64_t *index)
{
    int own;
    int64_t at[OC_MOST_AXES] = {0};
    const int64_t *dims = oc_probe_dims(probe, wire, &own);
    if (!dims || own > rank)
        return give_up(probe, OC_PROBE_STUCK);
    for (int axis = 0; axis < own; axis++)
        at[axis] = dims[axis] == 1 ? 0 : index[axis + rank - own];
    return oc_probe_element(probe, wire, at);
}

/* Element k of a vector, or a scalar. */
static double element_at(oc_probe *probe, uint32_t wire, int64_t k)
{
    int64_t index[OC_MOST_AXES] = {0};
    int rank;
    const int64_t *dims = oc_probe_dims(probe, wire, &rank);
    if (!dims)
        return give_up(probe, OC_PROBE_STUCK);
    unravel(k, dims, rank, index);
    return oc_probe_element(probe, wire, index);
}

static int64_t count_of(oc_probe *probe, uint32_t wire)
{
    int rank;
    int64_t count = 1;
    const int64_t *dims = oc_probe_dims(probe, wire, &rank);
    for (int axis = 0; dims && axis < rank; axis++)
        count *= dims[axis];
    return dims ? count : 0;
}

/* ---- what the file holds ---- */

static double of_half(uint16_t bits)
{
    const int exponent = (bits >> 10) & 31;
    const double fraction = (double)(bits & 1023);
    const double sign = bits >> 15 ? -1 : 1;
    if (exponent == 31)
        return bits & 1023 ? NAN : sign * INFINITY;
    return exponent == 0 ? sign * ldexp(fraction, -24)
                         : sign * ldexp(fraction + 1024, exponent - 25);
}

static double read_tensor(oc_probe *probe, const oc_tensor *tensor, size_t at)
{
    const unsigned bytes = oc_elem_bits(tensor->elem_type) / 8;
    const unsigned char *data = tensor->data;
    float single;
    double wide;
    uint16_t half;
    int64_t integer;
    int32_t narrow;
    if (!data || bytes == 0 || (at + 1) * bytes > tensor->data_bytes) {
        probe->saw_missing = true;
        return probe->lenient ? 0 : give_up(probe, OC_PROBE_NO_DATA);
    }
    data += at * bytes;
    switch (tensor->elem_type) {
    case OC_ELEM_FLOAT:
        memcpy(&single, data, sizeof(single));
        return (double)single;
    case OC_ELEM_DOUBLE:
        memcpy(&wide, data, sizeof(wide));
        return wide;
    case OC_ELEM_FLOAT16:
        memcpy(&half, data, sizeof(half));
        return of_half(half);
    case OC_ELEM_INT64:
        memcpy(&integer, data, sizeof(integer));
        return (double)integer;
    case OC_ELEM_INT32:
        memcpy(&narrow, data, sizeof(narrow));
        return (double)narrow;
    case OC_ELEM_BOOL:
    case OC_ELEM_UINT8:
        return (double)*data;
    default:
        return give_up(probe, OC_PROBE_STUCK);
    }
}

/* Elements that inference kept, else those of the one initializer. */
static bool read_known(oc_probe *probe, uint32_t wire, const int64_t *dims,
                       int rank, const int64_t *index, double *value)
{
    const oc_fact *fact = probe->net->wire[wire].fact;
    const int64_t at = linear(dims, rank, index);
    if (fact->block && at >= 0 && (size_t)at < fact->block->count &&
        evaluate(probe, fact->block->element[at], value))
        return true;
    if (probe->net->wire[wire].row && fact->origins &&
        strcmp(probe->net->wire[wire].row->node->op_type, "Constant") != 0)
        return false;
    if (!fact->constant || !fact->origins || fact->origins->count != 1)
        return false;
    *value = read_tensor(probe, fact->origins->tensor[0], (size_t)at);
    return true;
}

/* Masks that users feed: all ones, or the first key left out. */
static double read_input(oc_probe *probe, const int64_t *dims, int rank,
                         const int64_t *index)
{
    probe->saw_input = true;
    probe->saw_matrix |= rank >= 3 && dims[rank - 1] > 1 && dims[rank - 2] > 1;
    if (rank > 0 && probe->zero_column && index[rank - 1] == 0)
        return 0;
    return 1;
}

/* ---- operators ---- */

/* An operator that is asked for one element of output 0. */
typedef struct oc_asked {
    const oc_row *row;
    int rank;
    const int64_t *dims, *index;
} oc_asked;

typedef double oc_element_rule(oc_probe *probe, const oc_asked *at);

static uint32_t in(const oc_probe *probe, const oc_asked *at, size_t i)
{
    return oc_net_input(probe->net, at->row, i);
}

static double operand(oc_probe *probe, const oc_asked *at, size_t i)
{
    return oc_probe_broadcast(probe, in(probe, at, i), at->rank, at->index);
}

static double same(oc_probe *probe, const oc_asked *at)
{
    return operand(probe, at, 0);
}

static double cast(oc_probe *probe, const oc_asked *at)
{
    const double x = operand(probe, at, 0);
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
    return operand(probe, at, 0) + operand(probe, at, 1);
}
static double sub(oc_probe *probe, const oc_asked *at)
{
    return operand(probe, at, 0) - operand(probe, at, 1);
}
/* 0 * -inf is what a mask means by it: nothing. */
static double mul(oc_probe *probe, const oc_asked *at)
{
    const double x = operand(probe, at, 0), y = operand(probe, at, 1);
    return x == 0 || y == 0 ? 0 : x * y;
}
static double divide(oc_probe *probe, const oc_asked *at)
{
    const double x = operand(probe, at, 0), y = operand(probe, at, 1);
    const oc_fact *fact = at->row->output[0];
    const bool whole = fact && (fact->type.elem_type == OC_ELEM_INT64 ||
                                fact->type.elem_type == OC_ELEM_INT32);
    if (y == 0)
        return whole ? give_up(probe, OC_PROBE_STUCK) : x / y;
    return whole ? trunc(x / y) : x / y;
}
static double modulo(oc_probe *probe, const oc_asked *at)
{
    const double x = operand(probe, at, 0), y = operand(probe, at, 1);
    return y == 0 ? give_up(probe, OC_PROBE_STUCK) : x - y * floor(x / y);
}
static double minimum(oc_probe *probe, const oc_asked *at)
{
    double least = operand(probe, at, 0);
    for (size_t i = 1; i < at->row->input_count; i++)
        least = fmin(least, operand(probe, at, i));
    return least;
}
static double maximum(oc_probe *probe, const oc_asked *at)
{
    double most = operand(probe, at, 0);
    for (size_t i = 1; i < at->row->input_count; i++)
        most = fmax(most, operand(probe, at, i));
    return most;
}
static double negate(oc_probe *probe, const oc_asked *at)
{
    return -operand(probe, at, 0);
}
static double absolute(oc_probe *probe, const oc_asked *at)
{
    return fabs(operand(probe, at, 0));
}
static double logarithm(oc_probe *probe, const oc_asked *at)
{
    return log(operand(probe, at, 0));
}
static double root(oc_probe *probe, const oc_asked *at)
{
    return sqrt(operand(probe, at, 0));
}
static double power(oc_probe *probe, const oc_asked *at)
{
    return pow(operand(probe, at, 0), operand(probe, at, 1));
}
static double not(oc_probe * probe, const oc_asked *at)
{
    return operand(probe, at, 0) == 0;
}
static double and (oc_probe * probe, const oc_asked *at)
{
    return operand(probe, at, 0) != 0 && operand(probe, at, 1) != 0;
}
static double or (oc_probe * probe, const oc_asked *at)
{
    return operand(probe, at, 0) != 0 || operand(probe, at, 1) != 0;
}
static double equal(oc_probe *probe, const oc_asked *at)
{
    return operand(probe, at, 0) == operand(probe, at, 1);
}
static double less(oc_probe *probe, const oc_asked *at)
{
    return operand(probe, at, 0) < operand(probe, at, 1);
}
static double less_or_equal(oc_probe *probe, const oc_asked *at)
{
    return operand(probe, at, 0) <= operand(probe, at, 1);
}
static double greater(oc_probe *probe, const oc_asked *at)
{
    return operand(probe, at, 0) > operand(probe, at, 1);
}
static double greater_or_equal(oc_probe *probe, const oc_asked *at)
{
    return operand(probe, at, 0) >= operand(probe, at, 1);
}
static double where(oc_probe *probe, const oc_asked *at)
{
    return operand(probe, at, operand(probe, at, 0) != 0 ? 1 : 2);
}

static double reshape(oc_probe *probe, const oc_asked *at)
{
    return element_at(probe, in(probe, at, 0),
                      linear(at->dims, at->rank, at->index));
}

static double transpose(oc_probe *probe, const oc_asked *at)
{
    int64_t perm[OC_MOST_AXES], index[OC_MOST_AXES] = {0};
    const size_t count =
        oc_row_ints(probe->net, at->row, "perm", SIZE_MAX, perm, OC_MOST_AXES);
    for (int axis = 0; axis < at->rank; axis++) {
        const int64_t from =
            count == (size_t)at->rank ? perm[axis] : at->rank - 1 - axis;
        if (from < 0 || from >= at->rank)
            return give_up(probe, OC_PROBE_STUCK);
        index[from] = at->index[axis];
    }
    return oc_probe_element(probe, in(probe, at, 0), index);
}

static double tile(oc_probe *probe, const oc_asked *at)
{
    int rank;
    int64_t index[OC_MOST_AXES] = {0};
    const int64_t *dims = oc_probe_dims(probe, in(probe, at, 0), &rank);
    if (!dims || rank != at->rank)
        return give_up(probe, OC_PROBE_STUCK);
    for (int axis = 0; axis < rank; axis++)
        index[axis] = dims[axis] ? at->index[axis] % dims[axis] : 0;
    return oc_probe_element(probe, in(probe, at, 0), index);
}

static double concat(oc_probe *probe, const oc_asked *at)
{
    int64_t index[OC_MOST_AXES], axis = oc_row_int(at->row, "axis", 0);
    axis = axis < 0 ? axis + at->rank : axis;
    if (axis < 0 || axis >= at->rank)
        return give_up(probe, OC_PROBE_STUCK);
    memcpy(index, at->index, (size_t)at->rank * sizeof(*index));
    for (size_t i = 0; i < at->row->input_count; i++) {
        int rank;
        const int64_t *dims = oc_probe_dims(probe, in(probe, at, i), &rank);
        if (!dims || rank != at->rank)
            return give_up(probe, OC_PROBE_STUCK);
        if (index[axis] < dims[axis])
            return oc_probe_element(probe, in(probe, at, i), index);
        index[axis] -= dims[axis];
    }
    return give_up(probe, OC_PROBE_STUCK);
}

/* The k-th element of a shape-like operand or, in old opsets, attribute. */
static int64_t setting(oc_probe *probe, const oc_asked *at, const char *name,
                       size_t input, int64_t k, int64_t otherwise)
{
    const oc_attribute *found =
        oc_node_attribute(at->row->frame, at->row->node, name);
    if (found && found->type == OC_ATTR_INTS)
        return (size_t)k < found->count ? found->ints[k] : otherwise;
    if (in(probe, at, input) == OC_NO_WIRE)
        return otherwise;
    const double value = element_at(probe, in(probe, at, input), k);
    return value > 9e18    ? INT64_MAX
           : value < -9e18 ? INT64_MIN
                           : (int64_t)value;
}

static int64_t setting_count(oc_probe *probe, const oc_asked *at,
                             const char *name, size_t input)
{
    const oc_attribute *found =
        oc_node_attribute(at->row->frame, at->row->node, name);
    return found && found->type == OC_ATTR_INTS
               ? (int64_t)found->count
               : count_of(probe, in(probe, at, input));
}

static double slice(oc_probe *probe, const oc_asked *at)
{
    int rank;
    int64_t index[OC_MOST_AXES];
    const int64_t *dims = oc_probe_dims(probe, in(probe, at, 0), &rank);
    const int64_t count = setting_count(probe, at, "starts", 1);
    if (!dims || rank != at->rank || count > rank)
        return give_up(probe, OC_PROBE_STUCK);
    memcpy(index, at->index, (size_t)rank * sizeof(*index));
    for (int64_t k = 0; k < count; k++) {
        int64_t axis = setting(probe, at, "axes", 3, k, k);
        int64_t start = setting(probe, at, "starts", 1, k, 0);
        const int64_t step = setting(probe, at, "steps", 4, k, 1);
        axis = axis < 0 ? axis + rank : axis;
        if (axis < 0 || axis >= rank)
            return give_up(probe, OC_PROBE_STUCK);
        const int64_t dim = dims[axis], last = step < 0 ? dim - 1 : dim;
        start = start < 0 ? start + dim : start;
        start = start < 0 ? 0 : start > last ? last : start;
        index[axis] = start + step * index[axis];
    }
    return oc_probe_element(probe, in(probe, at, 0), index);
}

static double gather(oc_probe *probe, const oc_asked *at)
{
    int rank, points;
    int64_t index[OC_MOST_AXES] = {0};
    const int64_t *dims = oc_probe_dims(probe, in(probe, at, 0), &rank);
    int64_t axis = oc_row_int(at->row, "axis", 0);
    if (!dims || !oc_probe_dims(probe, in(probe, at, 1), &points))
        return give_up(probe, OC_PROBE_STUCK);
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis >= rank || rank + points - 1 > OC_MOST_AXES)
        return give_up(probe, OC_PROBE_STUCK);
    int64_t to =
        (int64_t)oc_probe_element(probe, in(probe, at, 1), at->index + axis);
    to = to < 0 ? to + dims[axis] : to;
    for (int64_t i = 0; i < rank; i++)
        index[i] = i < axis    ? at->index[i]
                   : i == axis ? to
                               : at->index[i + points - 1];
    return oc_probe_element(probe, in(probe, at, 0), index);
}

static double gather_nd(oc_probe *probe, const oc_asked *at)
{
    int rank, points;
    int64_t index[OC_MOST_AXES] = {0}, pick[OC_MOST_AXES] = {0};
    const int64_t *dims = oc_probe_dims(probe, in(probe, at, 0), &rank);
    const int64_t *of = oc_probe_dims(probe, in(probe, at, 1), &points);
    const int batch = (int)oc_row_int(at->row, "batch_dims", 0);
    if (!dims || !of || points < 1 || batch < 0 || batch >= points ||
        batch + of[points - 1] > rank || points - 1 > at->rank)
        return give_up(probe, OC_PROBE_STUCK);
    memcpy(pick, at->index, (size_t)(points - 1) * sizeof(*pick));
    memcpy(index, at->index, (size_t)batch * sizeof(*index));
    int axis = batch;
    for (int64_t k = 0; k < of[points - 1]; k++, axis++) {
        pick[points - 1] = k;
        const int64_t to =
            (int64_t)oc_probe_element(probe, in(probe, at, 1), pick);
        index[axis] = to < 0 ? to + dims[axis] : to;
    }
    for (int from = points - 1; axis < rank && from < at->rank; from++)
        index[axis++] = at->index[from];
    return oc_probe_element(probe, in(probe, at, 0), index);
}

/* What a ScatterND puts where, made once for each. */
typedef struct oc_scattered {
    uint32_t *owner; /* the update that an index gets, plus 1; 0: none */
    uint8_t *known;  /* one an element: not yet, known, missing */
    double *value;   /* the known elements */
} oc_scattered;

enum { NOT_YET, KNOWN, MISSING };

/* False: too many, or an index that is not known. */
static bool find_owners(oc_probe *probe, const oc_asked *at, int reach,
                        uint32_t *owner)
{
    const uint32_t points = in(probe, at, 1);
    const int64_t updates = count_of(probe, points) / (reach > 0 ? reach : 1);
    for (int64_t u = 0; updates <= MOST_OWNERS && u < updates; u++) {
        int64_t target = 0;
        for (int k = 0; k < reach; k++) {
            int64_t to = (int64_t)element_at(probe, points, u * reach + k);
            to = to < 0 ? to + at->dims[k] : to;
            if (to < 0 || to >= at->dims[k])
                return false;
            target = target * at->dims[k] + to;
        }
        owner[target] = (uint32_t)u + 1;
    }
    return updates <= MOST_OWNERS && probe->state == OC_PROBE_FINE;
}

/* NULL: too many. */
static oc_scattered *make_scattered(oc_probe *probe, const oc_asked *at,
                                    int reach)
{
    oc_arena *arena = probe->net->a->scratch;
    int64_t size = 1;
    for (int k = 0; k < at->rank; k++) {
        size *= at->dims[k] < MOST_OWNERS ? at->dims[k] : MOST_OWNERS + 1;
        if (size > MOST_OWNERS)
            return NULL;
    }
    oc_scattered *made = OC_NEW(arena, oc_scattered, 1);
    made->owner = OC_NEW(arena, uint32_t, (size_t)size);
    made->known = OC_NEW(arena, uint8_t, (size_t)size);
    made->value = OC_NEW(arena, double, (size_t)size);
    return find_owners(probe, at, reach, made->owner) ? made : NULL;
}

static oc_scattered *scattered_of(oc_probe *probe, const oc_asked *at,
                                  int reach)
{
    const size_t *key = &at->row->index;
    uint64_t address;
    if (oc_map_get(probe->scattered, (const char *)key, sizeof(*key), &address))
        return (oc_scattered *)(uintptr_t)address;
    oc_scattered *made = make_scattered(probe, at, reach);
    oc_map_put(probe->scattered, (const char *)key, sizeof(*key),
               (uintptr_t)made);
    return made;
}

/* The last update that covers the element, else what was there. */
static double scattered_element(oc_probe *probe, const oc_asked *at,
                                uint32_t update)
{
    int points, rank;
    int64_t index[OC_MOST_AXES] = {0};
    const int64_t *of = oc_probe_dims(probe, in(probe, at, 1), &points);
    const int64_t *given = oc_probe_dims(probe, in(probe, at, 2), &rank);
    if (!of || !given)
        return give_up(probe, OC_PROBE_STUCK);
    if (update == 0)
        return operand(probe, at, 0);
    const int reach = (int)of[points - 1];
    unravel(update - 1, of, points - 1, index);
    for (int k = reach; k < at->rank && points - 1 + k - reach < rank; k++)
        index[points - 1 + k - reach] = at->index[k];
    return oc_probe_element(probe, in(probe, at, 2), index);
}

static double scatter_nd(oc_probe *probe, const oc_asked *at)
{
    int points;
    const int64_t *of = oc_probe_dims(probe, in(probe, at, 1), &points);
    if (!of || points < 1 || of[points - 1] > at->rank)
        return give_up(probe, OC_PROBE_STUCK);
    const int reach = (int)of[points - 1];
    oc_scattered *made = scattered_of(probe, at, reach);
    if (!made)
        return give_up(probe, OC_PROBE_STUCK);
    const uint32_t update = made->owner[linear(at->dims, reach, at->index)];
    const int64_t position = linear(at->dims, at->rank, at->index);
    if (probe->lenient)
        return scattered_element(probe, at, update);
    if (made->known[position] == MISSING)
        return give_up(probe, OC_PROBE_NO_DATA);
    if (made->known[position] == NOT_YET) {
        made->value[position] = scattered_element(probe, at, update);
        made->known[position] = probe->state == OC_PROBE_FINE      ? KNOWN
                                : probe->state == OC_PROBE_NO_DATA ? MISSING
                                                                   : NOT_YET;
    }
    return made->value[position];
}

static double range(oc_probe *probe, const oc_asked *at)
{
    return element_at(probe, in(probe, at, 0), 0) +
           (double)at->index[0] * element_at(probe, in(probe, at, 2), 0);
}

static double constant_of_shape(oc_probe *probe, const oc_asked *at)
{
    const oc_attribute *found =
        oc_node_attribute(at->row->frame, at->row->node, "value");
    if (!found || found->type != OC_ATTR_TENSOR)
        return 0;
    return read_tensor(probe, found->tensors, 0);
}

static double shape(oc_probe *probe, const oc_asked *at)
{
    int rank;
    const int64_t *dims = oc_probe_dims(probe, in(probe, at, 0), &rank);
    int64_t start = oc_row_int(at->row, "start", 0);
    start = start < 0 && dims ? start + rank : start;
    const int64_t axis = start + (at->rank ? at->index[0] : 0);
    if (!dims || axis < 0 || axis >= rank)
        return give_up(probe, OC_PROBE_STUCK);
    return (double)dims[axis];
}

static double size(oc_probe *probe, const oc_asked *at)
{
    return (double)count_of(probe, in(probe, at, 0));
}

static double cumulative_sum(oc_probe *probe, const oc_asked *at)
{
    int64_t index[OC_MOST_AXES];
    int64_t axis = (int64_t)element_at(probe, in(probe, at, 1), 0);
    axis = axis < 0 ? axis + at->rank : axis;
    if (axis < 0 || axis >= at->rank || oc_row_int(at->row, "reverse", 0))
        return give_up(probe, OC_PROBE_STUCK);
    memcpy(index, at->index, (size_t)at->rank * sizeof(*index));
    const int64_t last =
        index[axis] - (oc_row_int(at->row, "exclusive", 0) != 0);
    double sum = 0;
    for (index[axis] = 0; index[axis] <= last; index[axis]++)
        sum += oc_probe_element(probe, in(probe, at, 0), index);
    return sum;
}

static double trilu(oc_probe *probe, const oc_asked *at)
{
    const int64_t k = in(probe, at, 1) == OC_NO_WIRE
                          ? 0
                          : (int64_t)element_at(probe, in(probe, at, 1), 0);
    const int64_t off = at->index[at->rank - 1] - at->index[at->rank - 2];
    const bool upper = oc_row_int(at->row, "upper", 1) != 0;
    return (upper ? off >= k : off <= k) ? operand(probe, at, 0) : 0;
}

static const struct {
    const char *op_type; /* sorted */
    oc_element_rule *rule;
} rules[] = {
    {"Abs", absolute},
    {"Add", add},
    {"And", and},
    {"Cast", cast},
    {"CastLike", same},
    {"Concat", concat},
    {"ConstantOfShape", constant_of_shape},
    {"CumSum", cumulative_sum},
    {"Div", divide},
    {"Equal", equal},
    {"Expand", same},
    {"Flatten", reshape},
    {"Gather", gather},
    {"GatherND", gather_nd},
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
    {"Reshape", reshape},
    {"ScatterND", scatter_nd},
    {"Shape", shape},
    {"Size", size},
    {"Slice", slice},
    {"Sqrt", root},
    {"Squeeze", reshape},
    {"Sub", sub},
    {"Tile", tile},
    {"Transpose", transpose},
    {"Trilu", trilu},
    {"Unsqueeze", reshape},
    {"Where", where},
};

static oc_element_rule *rule_of(const oc_row *row)
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

/* What cannot be evaluated: a product of activations or something else. */
static double refuse(oc_probe *probe, const oc_row *row)
{
    oc_contraction product;
    size_t activation;
    const bool content =
        oc_parametric(probe->net, row, &product, &activation) ||
        oc_contraction_of(probe->net, row, &product);
    return give_up(probe, content ? OC_PROBE_CONTENT : OC_PROBE_STUCK);
}

double oc_probe_element(oc_probe *probe, uint32_t wire, const int64_t *index)
{
    oc_asked at = {.index = index};
    double value;
    if (probe->state != OC_PROBE_FINE || wire == OC_NO_WIRE ||
        ++probe->steps > MOST_STEPS || probe->depth == MOST_DEPTH)
        return give_up(probe, OC_PROBE_STUCK);
    const oc_wire *what = &probe->net->wire[wire];
    at.row = what->row;
    at.dims = oc_probe_dims(probe, wire, &at.rank);
    if (!at.dims)
        return give_up(probe, OC_PROBE_STUCK);
    for (int axis = 0; axis < at.rank; axis++)
        if (index[axis] < 0 || index[axis] >= at.dims[axis])
            return give_up(probe, OC_PROBE_STUCK);
    if (read_known(probe, wire, at.dims, at.rank, index, &value))
        return value;
    if (!at.row)
        return what->input ? read_input(probe, at.dims, at.rank, index)
                           : give_up(probe, OC_PROBE_NO_DATA);
    oc_element_rule *rule = rule_of(at.row);
    probe->depth++;
    value = rule ? rule(probe, &at) : refuse(probe, at.row);
    probe->depth--;
    return value;
}
