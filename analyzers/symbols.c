/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/symbols.c - names: dim_params, bindings, the graph's inputs,
 * data-dependent sizes.
 *
 * A dim_param that is an identifier names a symbol; one that is an expression
 * over names that graph inputs declare is that expression; anything else gets
 * an alias d_<n>. A bound name is its value from the start.
 */
#include "analyzers/analysis.h"

#include <string.h>

#include "base/error.h"

#define UNSIGNED_INTERVAL ((oc_interval){0, OC_UNBOUNDED_ABOVE})

/* ---- names ---- */

static const char *const reserved[] = {
    "False",  "None",   "True",    "and",      "as",     "assert", "async",
    "await",  "break",  "class",   "continue", "def",    "del",    "elif",
    "else",   "except", "finally", "for",      "from",   "global", "if",
    "import", "in",     "is",      "lambda",   "max",    "min",    "nonlocal",
    "not",    "or",     "pass",    "raise",    "return", "try",    "while",
    "with",   "yield"};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* A longer one would make formulas unreadable, and reports as large as their
 * limit: it gets an alias. */
static bool is_short(const char *name)
{
    const size_t most_letters = 255;
    return strnlen(name, most_letters + 1) <= most_letters;
}

static bool is_identifier(const char *name)
{
    if (!is_letter(name[0]) || !is_short(name))
        return false;
    for (const char *c = name; *c; c++)
        if (!is_letter(*c) && !(*c >= '0' && *c <= '9'))
            return false;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
        if (strcmp(reserved[i], name) == 0)
            return false;
    return true;
}

/* What the user bound a name to. */
static bool find_binding(oc_analysis *a, const char *name, const char *original,
                         int64_t *value)
{
    bool found = false;
    for (size_t i = 0; name && i < a->options->dim_count; i++) {
        const char *given = a->options->dims[i].name;
        if (strcmp(given, name) != 0 &&
            (!original || strcmp(given, original) != 0))
            continue;
        a->binding_used[i] = true;
        *value = a->options->dims[i].value;
        found = true;
    }
    return found && a->bound;
}

static bool lookup(const oc_analysis *a, const char *name, oc_expr *e)
{
    uint64_t handle;
    if (!oc_map_get(a->symbols, name, strlen(name), &handle))
        return false;
    *e = handle;
    return true;
}

static void enter(oc_analysis *a, const char *name, oc_expr e)
{
    oc_map_put(a->symbols, name, strlen(name), e);
}

static oc_expr bound_to(oc_analysis *a, const char *name, int64_t value,
                        oc_interval bounds)
{
    if (value < bounds.lower)
        oc_analysis_stop(a, OC_ERR_USAGE, "usage.out-of-range",
                         "%s cannot be %lld: it is at least %lld", name,
                         (long long)value, (long long)bounds.lower);
    if (value > bounds.upper)
        oc_analysis_stop(a, OC_ERR_USAGE, "usage.out-of-range",
                         "%s cannot be %lld: it is at most %lld", name,
                         (long long)value, (long long)bounds.upper);
    return oc_expr_int(a->space, value);
}

oc_expr oc_analysis_symbol(oc_analysis *a, const char *name,
                           const char *original, oc_symbol_kind kind,
                           oc_interval bounds)
{
    const oc_symbol symbol = {.name = name,
                              .original = original,
                              .kind = kind,
                              .bounds = bounds,
                              .node =
                                  a->row_count - 1}; /* no row yet: OC_NO_ROW */
    oc_expr e = oc_symbol_new(a->space, &symbol);
    int64_t value;
    if (kind != OC_SYMBOL_ITERATION && find_binding(a, name, original, &value))
        e = bound_to(a, name, value, bounds);
    enter(a, oc_arena_text(a->arena, name, strlen(name)), e);
    if (original)
        enter(a, oc_arena_text(a->arena, original, strlen(original)), e);
    return e;
}

/* "<prefix>_<k>" with the next k that is free. */
static const char *next_name(oc_analysis *a, const char *prefix)
{
    for (;;) {
        uint64_t k = 0;
        oc_map_get(a->fresh_counts, prefix, strlen(prefix), &k);
        oc_map_put(a->fresh_counts,
                   oc_arena_text(a->arena, prefix, strlen(prefix)),
                   strlen(prefix), k + 1);
        const char *name =
            oc_arena_printf(a->arena, "%s_%llu", prefix, (unsigned long long)k);
        oc_expr taken;
        if (!lookup(a, name, &taken))
            return name;
    }
}

oc_expr oc_analysis_fresh(oc_analysis *a, const char *prefix,
                          oc_symbol_kind kind, oc_expr lower, oc_expr upper)
{
    oc_interval bounds = UNSIGNED_INTERVAL;
    if (oc_expr_is_known(lower))
        bounds.lower = oc_expr_interval(a->space, lower).lower;
    if (bounds.lower < 0)
        bounds.lower = 0;
    if (oc_expr_is_known(upper))
        bounds.upper = oc_expr_interval(a->space, upper).upper;
    const char *name = next_name(a, prefix);
    int64_t value;
    if (bounds.lower == bounds.upper) {
        if (find_binding(a, name, NULL, &value))
            bound_to(a, name, value, bounds);
        return oc_expr_int(a->space, bounds.lower);
    }
    const oc_expr e = oc_analysis_symbol(a, name, NULL, kind, bounds);
    if (oc_expr_is_known(lower) && !oc_expr_is_constant(a->space, lower))
        oc_fact_at_most(a->space, lower, e);
    if (oc_expr_is_known(upper) && !oc_expr_is_constant(a->space, upper))
        oc_fact_at_most(a->space, e, upper);
    return e;
}

/* ---- dims as declared ---- */

static oc_expr find_declared(void *context, const char *name, size_t bytes)
{
    oc_analysis *a = context;
    uint64_t handle;
    return oc_map_get(a->symbols, name, bytes, &handle) ? handle : OC_UNKNOWN;
}

/* True for a decimal integer. */
static bool is_integer(const char *text, int64_t *value)
{
    const size_t bytes = strlen(text);
    oc_i128 wide;
    if (!oc_i128_parse(&wide, text, bytes) || wide > INT64_MAX ||
        wide < INT64_MIN)
        return false;
    *value = (int64_t)wide;
    return true;
}

/* What a writer puts where it knows no name. */
static bool says_nothing(const char *param)
{
    int64_t value;
    return !*param || strcmp(param, "?") == 0 || strcmp(param, "None") == 0 ||
           (is_integer(param, &value) && value <= 0);
}

static oc_expr alias(oc_analysis *a, const char *original, oc_symbol_kind kind)
{
    return oc_analysis_symbol(a, next_name(a, "d"), original, kind,
                              UNSIGNED_INTERVAL);
}

static oc_expr dim_of_param(oc_analysis *a, const char *param,
                            oc_symbol_kind kind)
{
    oc_expr e;
    int64_t value;
    if (is_integer(param, &value))
        return oc_expr_int(a->space, value);
    if (lookup(a, param, &e))
        return e;
    if (is_identifier(param))
        return oc_analysis_symbol(a, param, NULL, kind, UNSIGNED_INTERVAL);
    e = oc_expr_parse(a->space, param, strlen(param), find_declared, a);
    return oc_expr_is_known(e) ? e : alias(a, param, kind);
}

static oc_expr dim_of_input(oc_analysis *a, const oc_declared_dim *dim)
{
    if (dim->has_value && dim->value >= 0)
        return oc_expr_int(a->space, dim->value);
    if (dim->has_value)
        oc_analysis_note(a, OC_WARNING, "model.negative-dim", OC_NO_ROW,
                         "a graph input declares a negative dim; it is "
                         "taken as a symbol");
    if (!dim->param || says_nothing(dim->param))
        return alias(a, NULL, OC_SYMBOL_INPUT);
    return dim_of_param(a, dim->param, OC_SYMBOL_INPUT);
}

/* Away from the inputs only names that say something are taken. */
static oc_expr dim_of_other(oc_analysis *a, const oc_declared_dim *dim)
{
    if (dim->has_value)
        return dim->value >= 0 ? oc_expr_int(a->space, dim->value) : OC_UNKNOWN;
    if (!dim->param || says_nothing(dim->param))
        return OC_UNKNOWN;
    return dim_of_param(a, dim->param, OC_SYMBOL_DECLARED);
}

typedef oc_expr dim_rule(oc_analysis *a, const oc_declared_dim *dim);

static oc_type declared_type(oc_analysis *a, const oc_declared_type *from,
                             dim_rule *rule)
{
    static const oc_kind kinds[] = {[OC_TYPE_NONE] = OC_KIND_UNKNOWN,
                                    [OC_TYPE_TENSOR] = OC_KIND_TENSOR,
                                    [OC_TYPE_SPARSE_TENSOR] =
                                        OC_KIND_SPARSE_TENSOR,
                                    [OC_TYPE_SEQUENCE] = OC_KIND_SEQUENCE,
                                    [OC_TYPE_OPTIONAL] = OC_KIND_OPTIONAL,
                                    [OC_TYPE_MAP] = OC_KIND_MAP,
                                    [OC_TYPE_OPAQUE] = OC_KIND_UNKNOWN};
    oc_type type = {.kind = kinds[from->kind],
                    .elem_type = from->elem_type,
                    .rank = OC_RANK_UNKNOWN};
    if (from->has_shape) {
        type.rank = (int)from->rank;
        type.dim = OC_NEW(a->arena, oc_expr, from->rank);
        for (size_t axis = 0; axis < from->rank; axis++)
            type.dim[axis] = rule(a, &from->dim[axis]);
    }
    if (from->element) {
        oc_type *element = OC_NEW(a->arena, oc_type, 1);
        *element = declared_type(a, from->element, rule);
        type.element = element;
    }
    return type;
}

oc_type oc_analysis_declared(oc_analysis *a, const oc_declared_type *type)
{
    return declared_type(a, type, dim_of_other);
}

/* ---- shapes given by the user ---- */

/* "[batch,3,?]", as the file declares it. */
static const char *declared_dims(const oc_analysis *a,
                                 const oc_declared_type *type)
{
    oc_text text = {.arena = a->arena};
    oc_text_puts(&text, "[");
    for (size_t axis = 0; axis < type->rank; axis++) {
        const oc_declared_dim *dim = &type->dim[axis];
        oc_text_puts(&text, axis ? "," : "");
        if (dim->has_value)
            oc_text_printf(&text, "%lld", (long long)dim->value);
        else
            oc_text_puts(&text, dim->param ? dim->param : "?");
    }
    oc_text_puts(&text, "]");
    return text.data;
}

/* "ids [batch,seq], mask [batch,seq], ...": as many as an error has room
 * for. */
static const char *input_names(const oc_analysis *a)
{
    const size_t most_inputs = 8;
    const oc_graph *graph = a->graph;
    oc_text text = {.arena = a->arena};
    for (size_t i = 0; i < graph->input_count && i < most_inputs; i++) {
        const oc_value *input = &graph->scope->value[graph->input[i]];
        oc_text_printf(&text, "%s%.100s %s", i ? ", " : "", input->name,
                       input->declared.has_shape
                           ? declared_dims(a, &input->declared)
                           : "");
    }
    if (graph->input_count > most_inputs)
        oc_text_printf(&text, ", and %zu more",
                       graph->input_count - most_inputs);
    return text.data ? text.data : "none";
}

/* The shape as it was given, with what the file fixes, cut or filled up with
 * its last dim: a guess at what was meant. */
static const char *mended_dims(const oc_analysis *a,
                               const oc_declared_type *type,
                               const oc_input_shape *given)
{
    oc_text text = {.arena = a->arena};
    for (size_t axis = 0; axis < type->rank; axis++) {
        const oc_declared_dim *dim = &type->dim[axis];
        oc_text_puts(&text, axis ? "," : "");
        if (dim->has_value && dim->value > 0)
            oc_text_printf(&text, "%lld", (long long)dim->value);
        else if (given->rank)
            oc_text_puts(
                &text,
                given->dims[axis < given->rank ? axis : given->rank - 1]);
        else
            oc_text_puts(&text, "1");
    }
    return text.data ? text.data : "";
}

static oc_status wrong_rank(const oc_analysis *a, const oc_value *input,
                            const oc_input_shape *given, oc_error *err)
{
    oc_text dims = {.arena = a->arena};
    char word[OC_SHELL_ROOM];
    for (size_t axis = 0; axis < given->rank; axis++)
        oc_text_printf(&dims, "%s%s", axis ? "," : "", given->dims[axis]);
    oc_fail(err, OC_ERR_USAGE, "usage.shape-mismatch",
            "--input-shape %.60s:%.80s has %zu dims, input \"%.60s\" has %zu: "
            "%s",
            input->name, dims.data ? dims.data : "", given->rank, input->name,
            input->declared.rank, declared_dims(a, &input->declared));
    oc_error_hint(
        err, "--input-shape %s",
        oc_shell_word(word, sizeof(word),
                      oc_arena_printf(a->arena, "%s:%s", input->name,
                                      mended_dims(a, &input->declared, given)),
                      "NAME:DIMS"));
    return OC_ERR_USAGE;
}

static oc_status no_such_input(const oc_analysis *a, const char *name,
                               oc_error *err)
{
    const oc_graph *graph = a->graph;
    if (!name) {
        oc_fail(err, OC_ERR_USAGE, "usage.input-name",
                "the model has %zu inputs: say which one, NAME:DIMS",
                graph->input_count);
        oc_error_hint(err, "its inputs are: %s", input_names(a));
        return OC_ERR_USAGE;
    }
    oc_fail(err, OC_ERR_USAGE, "usage.unknown-input",
            "the model has no input \"%s\"", name);
    oc_error_hint(err, "its inputs are: %s", input_names(a));
    return OC_ERR_USAGE;
}

static const oc_value *shaped_input(const oc_analysis *a, const char *name)
{
    const oc_graph *graph = a->graph;
    if (!name)
        return graph->input_count == 1 ? &graph->scope->value[graph->input[0]]
                                       : NULL;
    for (size_t i = 0; i < graph->input_count; i++) {
        const oc_value *value = &graph->scope->value[graph->input[i]];
        if (strcmp(value->name, name) == 0)
            return value;
    }
    return NULL;
}

static oc_status check_shape(const oc_analysis *a, const oc_input_shape *shape,
                             oc_error *err)
{
    const oc_value *input = shaped_input(a, shape->name);
    if (!input)
        return no_such_input(a, shape->name, err);
    if (!input->declared.has_shape || input->declared.rank == shape->rank)
        return OC_OK;
    return wrong_rank(a, input, shape, err);
}

static const oc_input_shape *shape_given(const oc_analysis *a,
                                         const oc_value *input)
{
    for (size_t i = 0; i < a->options->shape_count; i++)
        if (shaped_input(a, a->options->shapes[i].name) == input)
            return &a->options->shapes[i];
    return NULL;
}

/* A dim_param of an input that the given shape puts a number on. */
static oc_status bind_dim(oc_analysis *a, const oc_value *input, size_t axis,
                          const char *param, int64_t value, oc_error *err)
{
    oc_expr e;
    int64_t bound;
    const oc_expr given = oc_expr_int(a->space, value);
    if (find_binding(a, param, NULL, &bound) && bound != value)
        return oc_fail(err, OC_ERR_USAGE, "usage.shape-mismatch",
                       "dim %zu of \"%s\" is \"%s\", which --dim says is %lld",
                       axis, input->name, param, (long long)bound);
    if (lookup(a, param, &e) && oc_expr_is_constant(a->space, e)) {
        if (e == given)
            return OC_OK;
        return oc_fail(err, OC_ERR_USAGE, "usage.shape-mismatch",
                       "dim %zu of \"%s\" is \"%s\", which has another value "
                       "than %lld already",
                       axis, input->name, param, (long long)value);
    }
    const oc_symbol symbol = {.name = is_identifier(param) ? param
                                                           : next_name(a, "d"),
                              .original = is_identifier(param) ? NULL : param,
                              .kind = OC_SYMBOL_INPUT,
                              .bounds = UNSIGNED_INTERVAL,
                              .node = SIZE_MAX};
    oc_symbol_new(a->space, &symbol);
    enter(a, param, given);
    if (symbol.original)
        enter(a, symbol.name, given);
    return OC_OK;
}

/* The names of inputs' dims, before expressions over them are read. */
static oc_status declare_input(oc_analysis *a, const oc_value *input,
                               bool expressions, oc_error *err)
{
    const oc_input_shape *given = a->bound ? shape_given(a, input) : NULL;
    for (size_t axis = 0; axis < input->declared.rank; axis++) {
        const char *param = input->declared.dim[axis].param;
        int64_t value;
        oc_expr e;
        if (!param || input->declared.dim[axis].has_value ||
            says_nothing(param) || is_integer(param, &value) ||
            is_identifier(param) == expressions)
            continue;
        if (expressions && !lookup(a, param, &e) &&
            oc_expr_is_known(oc_expr_parse(a->space, param, strlen(param),
                                           find_declared, a)))
            continue;
        oc_status status = OC_OK;
        if (given && is_integer(given->dims[axis], &value))
            status = bind_dim(a, input, axis, param, value, err);
        else
            dim_of_param(a, param, OC_SYMBOL_INPUT);
        if (status != OC_OK)
            return status;
    }
    return OC_OK;
}

static oc_status given_dim(oc_analysis *a, const oc_value *input, size_t axis,
                           const char *text, oc_expr *dim, oc_error *err)
{
    int64_t value;
    const oc_expr declared = *dim;
    if (is_integer(text, &value)) {
        if (value < 0)
            return oc_fail(err, OC_ERR_USAGE, "usage.negative-dim",
                           "dim %zu of \"%s\" is given as %lld", axis,
                           input->name, (long long)value);
        *dim = oc_expr_int(a->space, value);
    } else {
        *dim = dim_of_param(a, text, OC_SYMBOL_INPUT);
    }
    if (!oc_expr_is_known(declared) ||
        (oc_expr_is_constant(a->space, declared) &&
         input->declared.dim[axis].has_value))
        return OC_OK; /* a number in the file gives way */
    if (oc_assume(a->space, OC_EQUAL, declared, *dim, OC_NO_ROW) != OC_NO)
        return OC_OK;
    return oc_fail(err, OC_ERR_USAGE, "usage.shape-mismatch",
                   "dim %zu of \"%s\" is \"%s\", which cannot be %s here", axis,
                   input->name, input->declared.dim[axis].param, text);
}

static oc_status give_shape(oc_analysis *a, const oc_value *input,
                            const oc_input_shape *given, oc_type *type,
                            oc_error *err)
{
    if (type->rank < 0) {
        type->kind = OC_KIND_TENSOR;
        type->rank = (int)given->rank;
        type->dim = OC_NEW(a->arena, oc_expr, given->rank);
    }
    oc_status status = OC_OK;
    for (size_t axis = 0; axis < given->rank && status == OC_OK; axis++)
        status =
            given_dim(a, input, axis, given->dims[axis], &type->dim[axis], err);
    return status;
}

/* ---- integer inputs that steer shapes ---- */

static bool small_and_integer(const oc_type *type, size_t *count)
{
    int64_t product = 1;
    if (type->kind != OC_KIND_TENSOR || type->rank < 0 ||
        (type->elem_type != OC_ELEM_INT64 && type->elem_type != OC_ELEM_INT32))
        return false;
    for (int axis = 0; axis < type->rank; axis++)
        if (!oc_expr_is_immediate(type->dim[axis]) ||
            OC_MUL_OVERFLOWS(product, oc_expr_immediate(type->dim[axis]),
                             &product))
            return false;
    *count = (size_t)product;
    return product >= 0 && product <= 64;
}

static void elements_as_symbols(oc_analysis *a, const char *input,
                                oc_fact *fact, size_t count)
{
    oc_expr *element = OC_NEW(a->scratch, oc_expr, count);
    const oc_interval any = {OC_UNBOUNDED_BELOW, OC_UNBOUNDED_ABOVE};
    for (size_t i = 0; i < count; i++) {
        oc_expr taken;
        const char *original =
            fact->type.rank == 0
                ? input
                : oc_arena_printf(a->arena, "%s_%zu", input, i);
        const bool plain =
            is_identifier(original) && !lookup(a, original, &taken);
        element[i] =
            oc_analysis_symbol(a, plain ? original : next_name(a, "d"),
                               plain ? NULL : original, OC_SYMBOL_INPUT, any);
    }
    fact->block = oc_block_new(a, &fact->type, element);
}

static void give_elements(oc_analysis *a, oc_fact *const *fact)
{
    const bool *steers = NULL;
    size_t count;
    for (size_t i = 0; i < a->graph->input_count; i++) {
        if (!small_and_integer(&fact[i]->type, &count))
            continue;
        if (!steers)
            steers = oc_analysis_steering(a);
        const oc_value_id id = a->graph->input[i];
        if (steers[id])
            elements_as_symbols(a, a->graph->scope->value[id].name, fact[i],
                                count);
    }
}

/* ---- the graph's inputs ---- */

static oc_status input_fact(oc_analysis *a, const oc_value *input,
                            oc_fact **out, oc_error *err)
{
    oc_fact *fact = oc_fact_new(a, NULL);
    fact->type = declared_type(a, &input->declared, dim_of_input);
    const oc_input_shape *given = a->bound ? shape_given(a, input) : NULL;
    *out = fact;
    return given ? give_shape(a, input, given, &fact->type, err) : OC_OK;
}

oc_status oc_analysis_inputs(oc_analysis *a, oc_error *err)
{
    const oc_graph *graph = a->graph;
    const oc_value *values = graph->scope->value;
    oc_status status = OC_OK;
    for (size_t i = 0; i < a->options->shape_count && status == OC_OK; i++)
        status = check_shape(a, &a->options->shapes[i], err);
    for (int expressions = 0; expressions < 2; expressions++)
        for (size_t i = 0; i < graph->input_count && status == OC_OK; i++)
            status = declare_input(a, &values[graph->input[i]],
                                   expressions != 0, err);
    oc_fact **fact = OC_NEW(a->arena, oc_fact *, graph->input_count);
    for (size_t i = 0; i < graph->input_count && status == OC_OK; i++)
        status = input_fact(a, &values[graph->input[i]], &fact[i], err);
    if (status != OC_OK)
        return status;
    give_elements(a, fact);
    for (size_t i = 0; i < graph->input_count; i++)
        oc_frame_set(a, a->main, graph->input[i], fact[i]);
    return OC_OK;
}

oc_status oc_analysis_bindings_used(oc_analysis *a, oc_error *err)
{
    for (size_t i = 0; i < a->options->dim_count; i++) {
        if (a->binding_used[i])
            continue;
        oc_fail(err, OC_ERR_USAGE, "usage.unknown-symbol",
                "the model has no symbol \"%s\"", a->options->dims[i].name);
        oc_text known = {.arena = a->arena};
        for (size_t k = 0; k < oc_symbol_count(a->space); k++)
            if (oc_symbol_at(a->space, k)->kind != OC_SYMBOL_ITERATION)
                oc_text_printf(&known, "%s%s", known.data ? ", " : "",
                               oc_symbol_at(a->space, k)->name);
        oc_error_hint(err, known.data ? "its symbols are: %s" : "it has none%s",
                      known.data ? known.data : "");
        return OC_ERR_USAGE;
    }
    return OC_OK;
}
