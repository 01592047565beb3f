/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/builder.c - figures, formulas, strings and tensors of a report.
 */
#include "analyzers/builder.h"

#include <string.h>

#include "base/text.h"

/* ---- formulas ---- */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c >= '0' && c <= '9');
}

static void mark_symbol(oc_builder *b, const char *name, size_t bytes)
{
    uint64_t index;
    if (oc_map_get(b->symbols, name, bytes, &index))
        b->symbol_used[index] = true;
    else if (oc_map_get(b->definitions, name, bytes, &index))
        b->definition_used[index] = true;
}

/* The symbols that a formula names are those that the report lists. */
static void mark_symbols(oc_builder *b, const char *formula)
{
    oc_builder_index_definitions(b);
    while (*formula) {
        size_t bytes = 0;
        while (is_name_char(formula[bytes]))
            bytes++;
        if (bytes)
            mark_symbol(b, formula, bytes);
        formula += bytes ? bytes : 1;
    }
}

const char *oc_builder_formula(oc_builder *b, oc_expr e)
{
    uint64_t text;
    if (!oc_expr_is_known(e))
        return NULL;
    if (oc_map_get(b->texts, (const char *)&e, sizeof(e), &text))
        return (const char *)(uintptr_t)text;
    const char *formula = oc_expr_text(b->a->space, b->arena, e);
    mark_symbols(b, formula);
    const oc_expr *key = oc_arena_copy(b->a->arena, &e, sizeof(e));
    oc_map_put(b->texts, (const char *)key, sizeof(e),
               (uint64_t)(uintptr_t)formula);
    return formula;
}

oc_figure oc_builder_figure(oc_builder *b, oc_expr e)
{
    int64_t value;
    if (oc_expr_is_immediate(e))
        return oc_figure_of(oc_expr_immediate(e));
    if (oc_expr_to_i64(b->a->space, e, &value))
        return oc_figure_of(value);
    const oc_figure figure = {.formula = oc_builder_formula(b, e)};
    return figure;
}

oc_figure_status oc_builder_status(oc_certainty certainty)
{
    static const oc_figure_status statuses[] = {
        [OC_EXACT] = OC_FIGURE_EXACT,
        [OC_ESTIMATE] = OC_FIGURE_ESTIMATE,
        [OC_UPPER_BOUND] = OC_FIGURE_UPPER_BOUND,
        [OC_LOWER_BOUND] = OC_FIGURE_LOWER_BOUND,
        [OC_NOT_KNOWN] = OC_FIGURE_UNKNOWN};
    return statuses[certainty];
}

oc_quantity oc_builder_quantity(oc_builder *b, oc_expr e,
                                oc_certainty certainty)
{
    oc_quantity quantity = {0};
    if (!oc_expr_is_known(e))
        return quantity;
    quantity.status = oc_builder_status(certainty);
    quantity.has_value = oc_expr_to_i64(b->a->space, e, &quantity.value);
    if (!quantity.has_value)
        quantity.formula = oc_builder_formula(b, e);
    return quantity;
}

/* ---- strings ---- */

const char *oc_builder_string(oc_builder *b, const char *text)
{
    if (!text || !*text)
        return "";
    size_t left = strlen(text), valid = oc_utf8_prefix(text, left);
    if (valid == left)
        return oc_arena_text(b->arena, text, left);
    oc_text out = {.arena = b->arena};
    while (valid < left) {
        oc_text_put(&out, text, valid);
        oc_text_puts(&out, "\xEF\xBF\xBD");
        text += valid + 1;
        left -= valid + 1;
        valid = oc_utf8_prefix(text, left);
    }
    oc_text_put(&out, text, valid);
    return out.data;
}

/* ---- tensors ---- */

static void fill_tensor(oc_builder *b, oc_report_tensor *tensor,
                        const oc_type *type)
{
    static const oc_report_tensor_kind kinds[] = {
        [OC_KIND_UNKNOWN] = OC_REPORT_TENSOR,
        [OC_KIND_TENSOR] = OC_REPORT_TENSOR,
        [OC_KIND_SPARSE_TENSOR] = OC_REPORT_SPARSE,
        [OC_KIND_SEQUENCE] = OC_REPORT_SEQUENCE,
        [OC_KIND_OPTIONAL] = OC_REPORT_OPTIONAL,
        [OC_KIND_MAP] = OC_REPORT_MAP};
    tensor->kind = kinds[type->kind];
    tensor->elem_type = oc_elem_name(type->elem_type);
    if (type->rank >= 0) {
        oc_figure *dims = OC_NEW(b->arena, oc_figure, (size_t)type->rank);
        for (int axis = 0; axis < type->rank; axis++)
            dims[axis] = oc_builder_figure(b, type->dim[axis]);
        tensor->has_shape = true;
        tensor->rank = (size_t)type->rank;
        tensor->dims = dims;
    }
    tensor->length = oc_builder_figure(b, type->length);
    if (type->element) {
        oc_report_tensor *element = OC_NEW(b->arena, oc_report_tensor, 1);
        element->name = "";
        fill_tensor(b, element, type->element);
        tensor->element = element;
    }
}

static const oc_report_tensor *omitted(oc_builder *b)
{
    oc_report_tensor *tensor = OC_NEW(b->arena, oc_report_tensor, 1);
    tensor->name = "";
    return tensor;
}

const oc_report_tensor *oc_builder_tensor(oc_builder *b, const char *name,
                                          const oc_fact *fact)
{
    uint64_t made;
    if (!fact)
        return omitted(b);
    const uintptr_t address[2] = {(uintptr_t)fact, (uintptr_t)name};
    if (oc_map_get(b->tensors, (const char *)address, sizeof(address), &made))
        return (const oc_report_tensor *)(uintptr_t)made;
    oc_report_tensor *tensor = OC_NEW(b->arena, oc_report_tensor, 1);
    tensor->name = oc_builder_string(b, name);
    fill_tensor(b, tensor, &fact->type);
    oc_map_put(b->tensors, oc_arena_copy(b->a->arena, address, sizeof(address)),
               sizeof(address), (uint64_t)(uintptr_t)tensor);
    return tensor;
}
