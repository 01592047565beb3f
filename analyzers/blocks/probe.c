/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/probe.c - the elements of masks: an operator is asked for
 * one element and asks its operands for those that it needs. In here: sizes,
 * indices, what the file holds. Not in here: the operators (probe_rules.c,
 * probe_moves.c).
 */
#include "analyzers/blocks/probe.h"

#include <math.h>
#include <string.h>

#include "analyzers/blocks/probe_rules.h"

#define MOST_STEPS ((size_t)1 << 17)
#define MOST_OF_MODEL ((size_t)1 << 25) /* steps, and symbols of each probe */
#define MOST_DEPTH 600                  /* operators in a row */

/* ---- sizes ---- */

oc_probe *oc_probe_new(oc_net *net)
{
    oc_space *space = net->a->space;
    oc_probe *probe = OC_NEW(net->a->scratch, oc_probe, 1);
    probe->net = net;
    probe->symbol_count = oc_symbol_count(space);
    net->probe_steps += probe->symbol_count;
    if (net->probe_steps > MOST_OF_MODEL) {
        probe->symbol_count = 0;
        probe->state = OC_PROBE_STUCK;
    }
    probe->value = OC_NEW(net->a->scratch, oc_i128, probe->symbol_count);
    probe->bound = OC_NEW(net->a->scratch, bool, probe->symbol_count);
    probe->number = ++net->probe_count;
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
    if (!oc_expr_is_known(e) || probe->state == OC_PROBE_STUCK ||
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

static int64_t count_elements(const int64_t *dims, int rank)
{
    int64_t count = 1;
    for (int axis = 0; dims && axis < rank; axis++)
        if (OC_MUL_OVERFLOWS(count, dims[axis], &count))
            return INT64_MAX;
    return dims ? count : 0;
}

oc_probed *oc_probed_of(oc_probe *probe, uint32_t wire)
{
    const oc_type *type = oc_net_type(probe->net, wire);
    if (!type)
        return NULL;
    oc_wire *what = &probe->net->wire[wire];
    if (what->probe != probe->number) {
        oc_probed *known = OC_NEW(probe->net->a->scratch, oc_probed, 1);
        known->rank = type->rank;
        known->dims = find_dims(probe, type);
        known->count = count_elements(known->dims, known->rank);
        known->rule = what->row ? oc_element_rule_of(what->row) : NULL;
        what->probe = probe->number;
        what->probed = known;
    }
    return what->probed;
}

const int64_t *oc_probe_dims(oc_probe *probe, uint32_t wire, int *rank)
{
    const oc_probed *known = oc_probed_of(probe, wire);
    *rank = known ? known->rank : 0;
    return known ? known->dims : NULL;
}

/* ---- indices ---- */

double oc_probe_give_up(oc_probe *probe, oc_probe_state why)
{
    if (probe->state == OC_PROBE_FINE)
        probe->state = why;
    return 0;
}

int64_t oc_index_linear(const int64_t *dims, int rank, const int64_t *index)
{
    int64_t at = 0;
    for (int axis = 0; axis < rank; axis++)
        at = at * dims[axis] + index[axis];
    return at;
}

void oc_index_unravel(int64_t at, const int64_t *dims, int rank, int64_t *index)
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
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    for (int axis = 0; axis < own; axis++)
        at[axis] = dims[axis] == 1 ? 0 : index[axis + rank - own];
    return oc_probe_element(probe, wire, at);
}

/* Element k of a vector, or a scalar. */
double oc_probe_at(oc_probe *probe, uint32_t wire, int64_t k)
{
    int64_t index[OC_MOST_AXES] = {0};
    int rank;
    const int64_t *dims = oc_probe_dims(probe, wire, &rank);
    if (!dims)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    oc_index_unravel(k, dims, rank, index);
    return oc_probe_element(probe, wire, index);
}

int64_t oc_probe_count(oc_probe *probe, uint32_t wire)
{
    const oc_probed *known = oc_probed_of(probe, wire);
    return known ? known->count : 0;
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

double oc_probe_constant(oc_probe *probe, const oc_tensor *tensor, size_t at)
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
        return probe->lenient ? 0 : oc_probe_give_up(probe, OC_PROBE_NO_DATA);
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
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    }
}

/* Elements that inference kept, else those of the one initializer. */
static bool read_known(oc_probe *probe, uint32_t wire, int64_t at,
                       double *value)
{
    const oc_fact *fact = probe->net->wire[wire].fact;
    if (fact->block && at >= 0 && (size_t)at < fact->block->count &&
        evaluate(probe, fact->block->element[at], value))
        return true;
    if (probe->net->wire[wire].row && fact->origins &&
        strcmp(probe->net->wire[wire].row->node->op_type, "Constant") != 0)
        return false;
    if (!fact->constant || !fact->origins || fact->origins->count != 1)
        return false;
    *value = oc_probe_constant(probe, fact->origins->tensor[0], (size_t)at);
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

/* ---- one element ---- */

/* An element; a guess where data is missing, or not even that. */
typedef enum oc_found_state { NOT_YET, FOUND, GUESSED, MISSING } oc_found_state;

typedef struct oc_found {
    int64_t at;
    double value;
    uint32_t wire;
    uint32_t state;
} oc_found;

/* Where an element is, or would be. */
static oc_found *slot_of(const oc_probe *probe, uint32_t wire, int64_t at)
{
    uint64_t hash =
        ((uint64_t)at ^ (uint64_t)wire << 40) * UINT64_C(0x9e3779b97f4a7c15);
    const size_t mask = probe->found_room - 1;
    for (size_t i = (size_t)(hash >> 32) & mask;; i = (i + 1) & mask) {
        oc_found *slot = &probe->found[i];
        if (slot->state == NOT_YET || (slot->wire == wire && slot->at == at))
            return slot;
    }
}

/* Half of the table stays free. */
static void make_room(oc_probe *probe)
{
    const oc_found *old = probe->found;
    const size_t room = probe->found_room;
    if (2 * probe->found_count < room)
        return;
    probe->found_room = room ? 2 * room : 256;
    probe->found = OC_NEW(probe->net->a->scratch, oc_found, probe->found_room);
    for (size_t i = 0; i < room; i++)
        if (old[i].state != NOT_YET)
            *slot_of(probe, old[i].wire, old[i].at) = old[i];
}

static bool recall(oc_probe *probe, uint32_t wire, int64_t at, double *value)
{
    if (probe->found_count == 0)
        return false;
    const oc_found *slot = slot_of(probe, wire, at);
    if (slot->state == NOT_YET || (slot->state == MISSING && probe->lenient))
        return false;
    *value = slot->value;
    if (slot->state == FOUND)
        return true;
    probe->saw_missing = true;
    if (!probe->lenient)
        *value = oc_probe_give_up(probe, OC_PROBE_NO_DATA);
    return true;
}

static void keep(oc_probe *probe, uint32_t wire, int64_t at, double value)
{
    if (probe->state != OC_PROBE_FINE && probe->state != OC_PROBE_NO_DATA)
        return;
    make_room(probe);
    oc_found *slot = slot_of(probe, wire, at);
    probe->found_count += slot->state == NOT_YET;
    *slot = (oc_found){at, value, wire,
                       probe->state == OC_PROBE_NO_DATA ? MISSING
                       : probe->saw_missing             ? GUESSED
                                                        : FOUND};
}

/* What cannot be evaluated: a product of activations or something else. */
static double refuse(oc_probe *probe, const oc_row *row)
{
    oc_contraction product;
    size_t activation;
    const bool content =
        oc_parametric(probe->net, row, &product, &activation) ||
        oc_contraction_of(probe->net, row, &product);
    return oc_probe_give_up(probe, content ? OC_PROBE_CONTENT : OC_PROBE_STUCK);
}

static double find_element(oc_probe *probe, uint32_t wire,
                           const oc_probed *known, const int64_t *index,
                           int64_t place)
{
    const oc_wire *what = &probe->net->wire[wire];
    const oc_asked at = {what->row, known->rank, known->dims, index};
    double value;
    if (read_known(probe, wire, place, &value))
        return value;
    if (!what->row)
        return what->input ? read_input(probe, known->dims, known->rank, index)
                           : oc_probe_give_up(probe, OC_PROBE_NO_DATA);
    probe->depth++;
    value = known->rule ? known->rule(probe, &at) : refuse(probe, what->row);
    probe->depth--;
    return value;
}

double oc_probe_element(oc_probe *probe, uint32_t wire, const int64_t *index)
{
    const oc_probed *known = oc_probed_of(probe, wire);
    double value;
    if (probe->state != OC_PROBE_FINE || !known || !known->dims ||
        ++probe->steps > MOST_STEPS || probe->depth == MOST_DEPTH ||
        ++probe->net->probe_steps > MOST_OF_MODEL)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    for (int axis = 0; axis < known->rank; axis++)
        if (index[axis] < 0 || index[axis] >= known->dims[axis])
            return oc_probe_give_up(probe, OC_PROBE_STUCK);
    const int64_t at = oc_index_linear(known->dims, known->rank, index);
    if (recall(probe, wire, at, &value))
        return value;
    const bool missed = probe->saw_missing;
    probe->saw_missing = false;
    value = find_element(probe, wire, known, index, at);
    keep(probe, wire, at, value);
    probe->saw_missing |= missed;
    return value;
}
