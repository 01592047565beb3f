/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/ops/ml/encode.c - look-ups and rearrangements of ai.onnx.ml:
 * bytes move, nothing is computed.
 */
#include <string.h>

#include "analyzers/ops/descriptor.h"
#include "analyzers/ops/ml/ml.h"

/* Strings become integers and integers strings. */
static int other_type(int elem_type)
{
    if (elem_type == OC_ELEM_STRING)
        return OC_ELEM_INT64;
    return elem_type == OC_ELEM_INT64 ? OC_ELEM_STRING : OC_ELEM_UNKNOWN;
}

static void infer_category(oc_op *op)
{
    oc_op_set_output(op, 0, other_type(oc_op_dtype(op, 0)), oc_op_input(op, 0));
}

/* The type of the values that keys are mapped to. */
static int label_type(oc_op *op)
{
    static const struct {
        const char *attribute;
        int elem_type;
    } values[] = {{"values_strings", OC_ELEM_STRING},
                  {"values_int64s", OC_ELEM_INT64},
                  {"values_floats", OC_ELEM_FLOAT}};
    oc_type type;
    const oc_block *block;
    if (oc_op_version(op) < 2)
        return other_type(oc_op_dtype(op, 0));
    if (oc_op_attr_tensor(op, "values_tensor", &type, &block))
        return type.elem_type;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (oc_op_has_attr(op, values[i].attribute))
            return values[i].elem_type;
    oc_op_fail(op, "no values are given");
    return OC_ELEM_UNKNOWN;
}

static void infer_label(oc_op *op)
{
    oc_op_set_output(op, 0, label_type(op), oc_op_input(op, 0));
}

/* One more axis, as long as there are categories. */
static void infer_one_hot(oc_op *op)
{
    const int64_t *ints;
    const char *const *strings;
    const oc_shape x = oc_op_input(op, 0);
    oc_shape y = oc_shape_new(op, x.rank + 1);
    size_t categories = oc_op_attr_ints(op, "cats_int64s", &ints);
    if (categories == 0)
        categories = oc_op_attr_strings(op, "cats_strings", &strings);
    if (categories == 0)
        oc_op_fail(op, "no categories are given");
    for (size_t axis = 0; axis < x.rank; axis++)
        y.dim[axis] = x.dim[axis];
    y.dim[x.rank] = oc_int(op, (int64_t)categories);
    oc_op_set_output(op, 0, OC_ELEM_FLOAT, y);
}

/* The last axis of X at the positions Y; [C] counts as [1, C]. */
static void infer_extractor(oc_op *op)
{
    const oc_shape x = oc_op_input(op, 0);
    if (x.rank == 0)
        oc_op_fail(op, "X must not be a scalar");
    oc_shape z = oc_shape_new(op, x.rank > 2 ? x.rank : 2);
    z.dim[0] = oc_expr_of(1);
    for (size_t axis = 0; axis + 1 < x.rank; axis++)
        z.dim[axis] = x.dim[axis];
    z.dim[z.rank - 1] =
        oc_op_has_rank(op, 1) ? oc_op_input_numel(op, 1) : OC_UNKNOWN;
    oc_op_set_output(op, 0, oc_op_dtype(op, 0), z);
}

/* Of X only the elements that are taken are read. */
static void cost_extractor(oc_op *op, oc_cost *sum)
{
    oc_cost_read(sum, 0, oc_op_output_numel(op, 0));
}

/* Side by side; an attribute can cut or widen the inputs. */
static void infer_features(oc_op *op)
{
    const int64_t *widths;
    const size_t count = oc_op_attr_ints(op, "inputdimensions", &widths);
    oc_expr rows = OC_UNKNOWN, columns = oc_expr_of(0);
    for (size_t i = 0; i < oc_op_input_count(op); i++) {
        const oc_ml_matrix x = oc_ml_input(op, i);
        rows = i == 0 ? x.rows : oc_unify(op, rows, x.rows);
        if (i < count && widths[i] < 0)
            oc_op_fail(op, "inputdimensions has a negative width");
        columns =
            oc_add(op, columns, i < count ? oc_int(op, widths[i]) : x.columns);
    }
    oc_ml_set_matrix(op, 0, OC_ELEM_FLOAT, rows, columns);
}

/* How the tensor made from a map is laid out is the runtime's choice. */
static void infer_cast_map(oc_op *op)
{
    const char *to = oc_op_attr_string(op, "cast_to", "TO_FLOAT");
    if (strcmp(to, "TO_STRING") == 0)
        oc_op_set_dtype(op, 0, OC_ELEM_STRING);
    else if (strcmp(to, "TO_INT64") == 0)
        oc_op_set_dtype(op, 0, OC_ELEM_INT64);
    else
        oc_op_set_dtype(op, 0, OC_ELEM_FLOAT);
}

/* A row with a column for each word there may be. */
static void infer_dictionary(oc_op *op)
{
    const oc_type *map = oc_op_type(op, 0);
    const bool known = map->kind == OC_KIND_MAP && map->element;
    const char *const *word;
    const int64_t *number;
    const size_t words = oc_op_attr_strings(op, "string_vocabulary", &word) +
                         oc_op_attr_ints(op, "int64_vocabulary", &number);
    oc_ml_set_matrix(op, 0, known ? map->element->elem_type : OC_ELEM_UNKNOWN,
                     oc_expr_of(1), oc_expr_of((int64_t)words));
}

/* A map from labels to scores for each row. */
static void infer_zip_map(oc_op *op)
{
    static const oc_type score = {.kind = OC_KIND_TENSOR,
                                  .elem_type = OC_ELEM_FLOAT};
    const oc_ml_labels labels = oc_ml_get_labels(op, "classlabels_int64s");
    const oc_type map = {.kind = OC_KIND_MAP,
                         .elem_type = labels.elem_type,
                         .rank = OC_RANK_UNKNOWN,
                         .element = &score};
    oc_type maps = {
        .kind = OC_KIND_SEQUENCE, .rank = OC_RANK_UNKNOWN, .element = &map};
    if (oc_op_has_rank(op, 0))
        maps.length = oc_ml_input(op, 0).rows;
    oc_op_set_type(op, 0, &maps);
}

#define MOVES(name, version, infer_function, cost_function)                    \
    OC_ONNX_ML(name, 1, "moves its operands", name "-" version,                \
               infer_function, cost_function, .traits = OC_TRAIT_MOVES)

OC_OP_DEFINE(ml_encode) = {
    MOVES("CategoryMapper", "1", infer_category, NULL),
    MOVES("LabelEncoder", "4", infer_label, NULL),
    MOVES("OneHotEncoder", "1", infer_one_hot, NULL),
    MOVES("ArrayFeatureExtractor", "1", infer_extractor, cost_extractor),
    MOVES("FeatureVectorizer", "1", infer_features, NULL),
    MOVES("CastMap", "1", infer_cast_map, NULL),
    MOVES("DictVectorizer", "1", infer_dictionary, NULL),
    MOVES("ZipMap", "1", infer_zip_map, NULL),
    {0},
};
