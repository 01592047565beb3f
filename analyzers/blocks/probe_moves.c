/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/probe_moves.c - operators that move elements: which one of
 * an operand an element is.
 */
#include "analyzers/blocks/probe_rules.h"

#include <string.h>

#define MOST_OWNERS 65536 /* of one ScatterND */
#define MOST_OF_ALL ((size_t)1 << 18)

double oc_probe_reshape(oc_probe *probe, const oc_asked *at)
{
    return oc_probe_at(probe, oc_asked_wire(probe, at, 0),
                       oc_index_linear(at->dims, at->rank, at->index));
}

double oc_probe_transpose(oc_probe *probe, const oc_asked *at)
{
    int64_t perm[OC_MOST_AXES], index[OC_MOST_AXES] = {0};
    const size_t count =
        oc_row_ints(probe->net, at->row, "perm", SIZE_MAX, perm, OC_MOST_AXES);
    for (int axis = 0; axis < at->rank; axis++) {
        const int64_t from =
            count == (size_t)at->rank ? perm[axis] : at->rank - 1 - axis;
        if (from < 0 || from >= at->rank)
            return oc_probe_give_up(probe, OC_PROBE_STUCK);
        index[from] = at->index[axis];
    }
    return oc_probe_element(probe, oc_asked_wire(probe, at, 0), index);
}

double oc_probe_tile(oc_probe *probe, const oc_asked *at)
{
    int rank;
    int64_t index[OC_MOST_AXES] = {0};
    const int64_t *dims =
        oc_probe_dims(probe, oc_asked_wire(probe, at, 0), &rank);
    if (!dims || rank != at->rank)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    for (int axis = 0; axis < rank; axis++)
        index[axis] = dims[axis] ? at->index[axis] % dims[axis] : 0;
    return oc_probe_element(probe, oc_asked_wire(probe, at, 0), index);
}

double oc_probe_concat(oc_probe *probe, const oc_asked *at)
{
    int64_t index[OC_MOST_AXES], axis = oc_row_int(at->row, "axis", 0);
    axis = axis < 0 ? axis + at->rank : axis;
    if (axis < 0 || axis >= at->rank)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    memcpy(index, at->index, (size_t)at->rank * sizeof(*index));
    for (size_t i = 0; i < at->row->input_count; i++) {
        int rank;
        const int64_t *dims =
            oc_probe_dims(probe, oc_asked_wire(probe, at, i), &rank);
        if (!dims || rank != at->rank)
            return oc_probe_give_up(probe, OC_PROBE_STUCK);
        if (index[axis] < dims[axis])
            return oc_probe_element(probe, oc_asked_wire(probe, at, i), index);
        index[axis] -= dims[axis];
    }
    return oc_probe_give_up(probe, OC_PROBE_STUCK);
}

/* The k-th element of a shape-like operand or, in old opsets, attribute. */
static int64_t setting(oc_probe *probe, const oc_asked *at, const char *name,
                       size_t input, int64_t k, int64_t otherwise)
{
    const oc_attribute *found =
        oc_node_attribute(at->row->frame, at->row->node, name);
    if (found && found->type == OC_ATTR_INTS)
        return (size_t)k < found->count ? found->ints[k] : otherwise;
    if (oc_asked_wire(probe, at, input) == OC_NO_WIRE)
        return otherwise;
    const double value = oc_probe_at(probe, oc_asked_wire(probe, at, input), k);
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
               : oc_probe_count(probe, oc_asked_wire(probe, at, input));
}

double oc_probe_slice(oc_probe *probe, const oc_asked *at)
{
    int rank;
    int64_t index[OC_MOST_AXES];
    const int64_t *dims =
        oc_probe_dims(probe, oc_asked_wire(probe, at, 0), &rank);
    const int64_t count = setting_count(probe, at, "starts", 1);
    if (!dims || rank != at->rank || count > rank)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    memcpy(index, at->index, (size_t)rank * sizeof(*index));
    for (int64_t k = 0; k < count; k++) {
        int64_t axis = setting(probe, at, "axes", 3, k, k);
        int64_t start = setting(probe, at, "starts", 1, k, 0);
        const int64_t step = setting(probe, at, "steps", 4, k, 1);
        axis = axis < 0 ? axis + rank : axis;
        if (axis < 0 || axis >= rank)
            return oc_probe_give_up(probe, OC_PROBE_STUCK);
        const int64_t dim = dims[axis], last = step < 0 ? dim - 1 : dim;
        start = start < 0 ? start + dim : start;
        start = start < 0 ? 0 : start > last ? last : start;
        index[axis] = start + step * index[axis];
    }
    return oc_probe_element(probe, oc_asked_wire(probe, at, 0), index);
}

double oc_probe_gather(oc_probe *probe, const oc_asked *at)
{
    int rank, points;
    int64_t index[OC_MOST_AXES] = {0};
    const int64_t *dims =
        oc_probe_dims(probe, oc_asked_wire(probe, at, 0), &rank);
    int64_t axis = oc_row_int(at->row, "axis", 0);
    if (!dims || !oc_probe_dims(probe, oc_asked_wire(probe, at, 1), &points))
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis >= rank || rank + points - 1 > OC_MOST_AXES)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    int64_t to = (int64_t)oc_probe_element(probe, oc_asked_wire(probe, at, 1),
                                           at->index + axis);
    to = to < 0 ? to + dims[axis] : to;
    for (int64_t i = 0; i < rank; i++)
        index[i] = i < axis    ? at->index[i]
                   : i == axis ? to
                               : at->index[i + points - 1];
    return oc_probe_element(probe, oc_asked_wire(probe, at, 0), index);
}

double oc_probe_gather_nd(oc_probe *probe, const oc_asked *at)
{
    int rank, points;
    int64_t index[OC_MOST_AXES] = {0}, pick[OC_MOST_AXES] = {0};
    const int64_t *dims =
        oc_probe_dims(probe, oc_asked_wire(probe, at, 0), &rank);
    const int64_t *of =
        oc_probe_dims(probe, oc_asked_wire(probe, at, 1), &points);
    const int batch = (int)oc_row_int(at->row, "batch_dims", 0);
    if (!dims || !of || points < 1 || batch < 0 || batch >= points ||
        batch + of[points - 1] > rank || points - 1 > at->rank)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    memcpy(pick, at->index, (size_t)(points - 1) * sizeof(*pick));
    memcpy(index, at->index, (size_t)batch * sizeof(*index));
    int axis = batch;
    for (int64_t k = 0; k < of[points - 1]; k++, axis++) {
        pick[points - 1] = k;
        const int64_t to =
            (int64_t)oc_probe_element(probe, oc_asked_wire(probe, at, 1), pick);
        index[axis] = to < 0 ? to + dims[axis] : to;
    }
    for (int from = points - 1; axis < rank && from < at->rank; from++)
        index[axis++] = at->index[from];
    return oc_probe_element(probe, oc_asked_wire(probe, at, 0), index);
}

/* The update that each index gets, plus 1; 0: none. False: too many, or an
 * index that is not known. */
static bool fill_owners(oc_probe *probe, const oc_asked *at, int reach,
                        uint32_t *owner)
{
    const uint32_t points = oc_asked_wire(probe, at, 1);
    const int64_t updates =
        oc_probe_count(probe, points) / (reach > 0 ? reach : 1);
    for (int64_t u = 0; updates <= MOST_OWNERS && u < updates; u++) {
        int64_t target = 0;
        for (int k = 0; k < reach; k++) {
            int64_t to = (int64_t)oc_probe_at(probe, points, u * reach + k);
            to = to < 0 ? to + at->dims[k] : to;
            if (to < 0 || to >= at->dims[k])
                return false;
            target = target * at->dims[k] + to;
        }
        owner[target] = (uint32_t)u + 1;
    }
    return updates <= MOST_OWNERS && probe->state == OC_PROBE_FINE;
}

/* Made once; NULL where it cannot be. */
static const uint32_t *owners_of(oc_probe *probe, const oc_asked *at, int reach)
{
    oc_probed *known =
        oc_probed_of(probe, oc_net_output(probe->net, at->row, 0));
    int64_t size = 1;
    if (known->owner)
        return known->owner;
    for (int k = 0; k < reach; k++) {
        size *= at->dims[k] < MOST_OWNERS ? at->dims[k] : MOST_OWNERS + 1;
        if (size > MOST_OWNERS)
            return NULL;
    }
    probe->owners += (size_t)size;
    if (probe->owners > MOST_OF_ALL)
        return NULL;
    uint32_t *owner = OC_NEW(probe->net->a->scratch, uint32_t, (size_t)size);
    if (fill_owners(probe, at, reach, owner))
        known->owner = owner;
    return known->owner;
}

/* The last update that covers the element, else what was there. */
static double scattered_element(oc_probe *probe, const oc_asked *at,
                                uint32_t update)
{
    int points, rank;
    int64_t index[OC_MOST_AXES] = {0};
    const int64_t *of =
        oc_probe_dims(probe, oc_asked_wire(probe, at, 1), &points);
    const int64_t *given =
        oc_probe_dims(probe, oc_asked_wire(probe, at, 2), &rank);
    if (!of || !given)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    if (update == 0)
        return oc_asked_operand(probe, at, 0);
    const int reach = (int)of[points - 1];
    oc_index_unravel(update - 1, of, points - 1, index);
    for (int k = reach; k < at->rank && points - 1 + k - reach < rank; k++)
        index[points - 1 + k - reach] = at->index[k];
    return oc_probe_element(probe, oc_asked_wire(probe, at, 2), index);
}

double oc_probe_scatter_nd(oc_probe *probe, const oc_asked *at)
{
    int points;
    const int64_t *of =
        oc_probe_dims(probe, oc_asked_wire(probe, at, 1), &points);
    if (!of || points < 1 || of[points - 1] > at->rank)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    const int reach = (int)of[points - 1];
    const uint32_t *owner = owners_of(probe, at, reach);
    if (!owner)
        return oc_probe_give_up(probe, OC_PROBE_STUCK);
    return scattered_element(
        probe, at, owner[oc_index_linear(at->dims, reach, at->index)]);
}
