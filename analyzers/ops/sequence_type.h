/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/sequence_type.h - types of sequences: what all elements have
 * in common, and each of a few.
 */
#ifndef OC_OPS_SEQUENCE_TYPE_H
#define OC_OPS_SEQUENCE_TYPE_H

#include <onnxcost/plugin.h>

/* Types of a few elements; `element` is NULL where they are not known. */
typedef struct oc_elements {
    size_t count;
    const oc_type **element;
} oc_elements;

/* Room for `count` of them; none where there are too many. */
oc_elements oc_elements_new(oc_op *op, size_t count);
/* Of the sequence in input 0. */
oc_elements oc_elements_of(oc_op *op);
/* The position among `count` that an operand says, from the end where it is
 * negative; without the operand `last`, which is the most there may be. False
 * when it is not known. */
bool oc_elements_at(oc_op *op, size_t operand, size_t count, size_t last,
                    size_t *index);

const oc_type *oc_tensor_type(oc_op *op, int elem_type, int rank, oc_expr *dim);
const oc_type *oc_tensor_type_with(oc_op *op, const oc_type *like, size_t axis,
                                   oc_expr dim);
/* What elements of either type have in common. */
const oc_type *oc_type_join(oc_op *op, const oc_type *a, const oc_type *b);

/* Output 0. */
void oc_set_sequence(oc_op *op, const oc_type *element, oc_expr length);
void oc_set_elements(oc_op *op, oc_elements elements);

#endif
