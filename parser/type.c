/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/type.c - declared types.
 *
 * A type inside a type is a segment of its own, so that nesting is a loop.
 */
#include "parser/load.h"

static void load_shape(oc_loader *loader, oc_declared_type *out,
                       const Onnx__TypeProto__Tensor *tensor)
{
    out->elem_type = tensor->elem_type;
    out->has_shape = tensor->shape != NULL;
    if (!tensor->shape)
        return;
    size_t rank = tensor->shape->n_dim;
    oc_declared_dim *dims = OC_NEW(loader->arena, oc_declared_dim, rank);
    for (size_t i = 0; i < rank; i++) {
        const Onnx__TensorShapeProto__Dimension *dim = tensor->shape->dim[i];
        switch (dim->value_case) {
        case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE:
            dims[i] = (oc_declared_dim){true, dim->dim_value, NULL};
            break;
        case ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM:
            dims[i].param = oc_load_shared_text(loader, dim->dim_param);
            break;
        default:
            break;
        }
    }
    out->rank = rank;
    out->dim = dims;
}

/* The segment of the element's type in *segment, when there is one. */
static bool load_outermost(oc_loader *loader, oc_declared_type *out,
                           const Onnx__TypeProto *message, uint32_t *segment)
{
    switch (message->value_case) {
    case ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE:
        out->kind = OC_TYPE_TENSOR;
        load_shape(loader, out, message->tensor_type);
        return false;
    case ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE:
        out->kind = OC_TYPE_SPARSE_TENSOR;
        load_shape(loader, out, message->sparse_tensor_type);
        return false;
    case ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE:
        out->kind = OC_TYPE_SEQUENCE;
        *segment = message->sequence_type->elem_type;
        return message->sequence_type->has_elem_type;
    case ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE:
        out->kind = OC_TYPE_OPTIONAL;
        *segment = message->optional_type->elem_type;
        return message->optional_type->has_elem_type;
    case ONNX__TYPE_PROTO__VALUE_MAP_TYPE:
        out->kind = OC_TYPE_MAP;
        out->elem_type = message->map_type->key_type;
        *segment = message->map_type->value_type;
        return message->map_type->has_value_type;
    case ONNX__TYPE_PROTO__VALUE_OPAQUE_TYPE:
        out->kind = OC_TYPE_OPAQUE;
        return false;
    default:
        return false;
    }
}

bool oc_load_type(oc_loader *loader, oc_declared_type *out,
                  const Onnx__TypeProto *message)
{
    uint32_t segment;
    *out = (oc_declared_type){0};
    while (message && load_outermost(loader, out, message, &segment)) {
        Onnx__TypeProto *inner;
        if (!oc_load_unpack(loader, &inner, segment,
                            &onnx__type_proto__descriptor))
            return false;
        oc_declared_type *element = OC_NEW(loader->arena, oc_declared_type, 1);
        out->element = element;
        out = element;
        message = inner;
    }
    return true;
}
