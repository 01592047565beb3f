/* SPDX-License-Identifier: Apache-2.0 */
/* tests/support/run_op.c - one operator run from three lines of text. */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnxcost/analyze.h"

#include "support/writer.h"

#define MOST_INPUTS 24

static const struct {
    const char *name;
    int elem_type;
} types[] = {{"f32", 1},  {"u8", 2},   {"i8", 3},   {"u16", 4},  {"i16", 5},
             {"i32", 6},  {"i64", 7},  {"str", 8},  {"b", 9},    {"f16", 10},
             {"f64", 11}, {"u32", 12}, {"u64", 13}, {"c64", 14}, {"bf16", 16},
             {"u4", 21},  {"i4", 22}};
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

static const char *const report_names[] = {
    "float",  "uint8",     "int8",     "uint16",  "int16",  "int32",
    "int64",  "string",    "bool",     "float16", "double", "uint32",
    "uint64", "complex64", "bfloat16", "uint4",   "int4"};

static const char *short_name(const char *elem_type)
{
    for (size_t i = 0; elem_type && i < TYPE_COUNT; i++)
        if (strcmp(report_names[i], elem_type) == 0)
            return types[i].name;
    return elem_type ? elem_type : "?";
}

/* ---- the model ---- */

/* One input: "c:f32[64]=1,2" */
typedef struct operand {
    bool omitted, constant;
    int elem_type;
    char dims[128];
    char values[512];
} operand;

static operand read_operand(const char *text)
{
    operand o = {.omitted = strcmp(text, "_") == 0};
    char type[8] = "";
    if (o.omitted)
        return o;
    if (strncmp(text, "c:", 2) == 0) {
        o.constant = true;
        text += 2;
    }
    sscanf(text, "%7[a-z0-9]", type);
    for (size_t i = 0; i < TYPE_COUNT; i++)
        if (strcmp(types[i].name, type) == 0)
            o.elem_type = types[i].elem_type;
    assert_int_not_equal(o.elem_type, 0);
    const char *dims = strchr(text, '['), *values = strchr(text, '=');
    if (dims && dims[1] != ']')
        sscanf(dims, "[%127[^]]", o.dims);
    if (values)
        snprintf(o.values, sizeof(o.values), "%s", values + 1);
    return o;
}

static bool is_number(const char *text)
{
    return (*text >= '0' && *text <= '9') || *text == '-';
}

/* The TypeProto of a graph input. */
static void write_type(writer *w, const operand *o)
{
    char dims[sizeof(o->dims)], *rest = dims;
    memcpy(dims, o->dims, sizeof(dims));
    write_begin(w, 2);
    write_begin(w, 1);
    write_number(w, 1, (uint64_t)o->elem_type);
    write_begin(w, 2);
    for (char *dim; (dim = strtok_r(rest, ",", &rest));) {
        write_begin(w, 1);
        if (is_number(dim))
            write_number(w, 1, (uint64_t)strtoll(dim, NULL, 10));
        else
            write_text(w, 2, dim);
        write_end(w);
    }
    write_end(w);
    write_end(w);
    write_end(w);
}

/* Little-endian bytes of one element. */
static void write_element(writer *w, const operand *o, const char *text)
{
    const float single = strtof(text, NULL);
    const double wide = strtod(text, NULL);
    const int64_t integer = strtoll(text, NULL, 10);
    switch (o->elem_type) {
    case 1:
        write_raw(w, &single, sizeof(single));
        break;
    case 11:
        write_raw(w, &wide, sizeof(wide));
        break;
    case 6:
        write_raw(w, &integer, 4);
        break;
    case 7:
        write_raw(w, &integer, 8);
        break;
    default:
        write_raw(w, &integer, 1);
        break;
    }
}

/* An initializer: its values, or a reference to a file that is not there. */
static void write_initializer(writer *w, const operand *o, const char *name)
{
    char text[sizeof(o->values)], *rest = text;
    snprintf(text, sizeof(text), "%s", o->dims);
    write_begin(w, 5);
    for (char *dim; (dim = strtok_r(rest, ",", &rest));)
        write_number(w, 1, (uint64_t)strtoll(dim, NULL, 10));
    write_number(w, 2, (uint64_t)o->elem_type);
    write_text(w, 8, name);
    if (*o->values) {
        writer raw = {0};
        memcpy(text, o->values, sizeof(text));
        rest = text;
        for (char *value; (value = strtok_r(rest, ",", &rest));)
            write_element(&raw, o, value);
        write_block(w, 9, raw.data, raw.bytes);
        writer_free(&raw);
    } else {
        write_begin(w, 13);
        write_text(w, 1, "location");
        write_text(w, 2, name); /* one file each: two are never one */
        write_end(w);
        write_number(w, 14, 1); /* EXTERNAL */
    }
    write_end(w);
}

/* "strides=2,2": a list holds a comma, a float a point. */
static void write_attribute(writer *w, char *text)
{
    enum { FLOAT = 1, INT, STRING, FLOATS = 6, INTS };
    char *value = strchr(text, '=');
    assert_non_null(value);
    *value++ = '\0';
    const bool list = strchr(value, ',') != NULL;
    const bool real = is_number(value) && strpbrk(value, ".");
    write_begin(w, 5);
    write_text(w, 1, text);
    if (!is_number(value)) {
        write_text(w, 4, value);
        write_number(w, 20, STRING);
    } else if (list) {
        for (char *item; (item = strtok_r(value, ",", &value));)
            if (real)
                write_float(w, 7, strtof(item, NULL));
            else
                write_number(w, 8, (uint64_t)strtoll(item, NULL, 10));
        write_number(w, 20, real ? FLOATS : INTS);
    } else if (real) {
        write_float(w, 2, strtof(value, NULL));
        write_number(w, 20, FLOAT);
    } else {
        write_number(w, 3, (uint64_t)strtoll(value, NULL, 10));
        write_number(w, 20, INT);
    }
    write_end(w);
}

static void write_opset(writer *w, const char *domain, uint64_t version)
{
    write_begin(w, 8);
    if (*domain)
        write_text(w, 1, domain);
    write_number(w, 2, version);
    write_end(w);
}

static void write_node_of(writer *w, const char *domain, const char *op_type,
                          const char *attributes, const operand *operands,
                          size_t count, int outputs)
{
    char text[512], *rest = text, name[32];
    write_begin(w, 1);
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "x%zu", i);
        write_text(w, 1, operands[i].omitted ? "" : name);
    }
    for (int i = 0; i < outputs; i++) {
        snprintf(name, sizeof(name), "y%d", i);
        write_text(w, 2, name);
    }
    write_text(w, 4, op_type);
    snprintf(text, sizeof(text), "%s", attributes);
    for (char *one; (one = strtok_r(rest, " ", &rest));)
        write_attribute(w, one);
    if (*domain)
        write_text(w, 7, domain);
    write_end(w);
}

static void write_graph(writer *w, const operand *operands, size_t count,
                        int outputs)
{
    char name[32];
    for (size_t i = 0; i < count; i++) {
        const operand *o = &operands[i];
        snprintf(name, sizeof(name), "x%zu", i);
        if (o->omitted)
            continue;
        if (o->constant || *o->values) {
            write_initializer(w, o, name);
            continue;
        }
        write_begin(w, 11);
        write_text(w, 1, name);
        write_type(w, o);
        write_end(w);
    }
    for (int i = 0; i < outputs; i++) {
        snprintf(name, sizeof(name), "y%d", i);
        write_value(w, 12, name);
    }
}

/* ---- the result ---- */

static void append(char *out, size_t room, const char *text)
{
    const size_t used = strlen(out);
    snprintf(out + used, room - used, "%s", text);
}

static void print_tensor(char *out, size_t room, const oc_report_tensor *tensor)
{
    char number[32];
    append(out, room, *out ? " " : "");
    append(out, room, short_name(tensor->elem_type));
    append(out, room, tensor->has_shape ? "[" : "");
    for (size_t i = 0; i < tensor->rank; i++) {
        const oc_figure dim = tensor->dims[i];
        snprintf(number, sizeof(number), "%lld", (long long)dim.value);
        append(out, room, i ? "," : "");
        append(out, room,
               !oc_figure_is_known(dim)   ? "?"
               : oc_figure_is_static(dim) ? number
                                          : dim.formula);
    }
    append(out, room, tensor->has_shape ? "]" : "");
}

static int64_t figure(oc_figure f)
{
    if (!oc_figure_is_known(f))
        return FIGURE_UNKNOWN;
    return oc_figure_is_static(f) ? f.value : FIGURE_SYMBOLIC;
}

static void print_assumptions(const oc_report *report, result *r)
{
    static const char *const words[] = {"==", "<=", "divides", "!= 0"};
    for (size_t i = 0; i < report->assumption_count; i++) {
        const oc_report_assumption *a = &report->assumptions[i];
        append(r->assumptions, sizeof(r->assumptions), i ? "; " : "");
        append(r->assumptions, sizeof(r->assumptions), a->left);
        append(r->assumptions, sizeof(r->assumptions), " ");
        append(r->assumptions, sizeof(r->assumptions), words[a->kind]);
        append(r->assumptions, sizeof(r->assumptions), a->right ? " " : "");
        append(r->assumptions, sizeof(r->assumptions),
               a->right ? a->right : "");
    }
}

static result result_of(const oc_report *report)
{
    static const char *const statuses[] = {"unknown", "lower-bound",
                                           "upper-bound", "estimate", "exact"};
    static const char *const roles[] = {"compute", "view", "shape",
                                        "folded",  "mask", "data"};
    result r = {0};
    assert_int_equal(report->node_count, 1);
    const oc_report_node *node = &report->nodes[0];
    for (size_t i = 0; i < node->output_count; i++)
        print_tensor(r.outputs, sizeof(r.outputs), node->outputs[i]);
    r.macs = figure(node->macs);
    r.flops = figure(node->flops);
    r.transcendentals = figure(node->transcendentals);
    r.params = report->totals[OC_TOTAL_PARAMS].value;
    r.buffers = report->totals[OC_TOTAL_BUFFERS].value;
    r.read_bytes = figure(node->read_bytes);
    r.write_bytes = figure(node->write_bytes);
    snprintf(r.macs_formula, sizeof(r.macs_formula), "%s",
             node->macs.formula ? node->macs.formula : "");
    snprintf(r.flops_formula, sizeof(r.flops_formula), "%s",
             node->flops.formula ? node->flops.formula : "");
    snprintf(r.status, sizeof(r.status), "%s", statuses[node->status]);
    snprintf(r.role, sizeof(r.role), "%s", roles[node->role]);
    if (report->diagnostic_count)
        snprintf(r.diagnostic, sizeof(r.diagnostic), "%s",
                 report->diagnostics[0].message);
    print_assumptions(report, &r);
    return r;
}

static result analyze(const writer *w)
{
    oc_model *model = NULL;
    oc_report *report = NULL;
    oc_error err = {.offset = OC_NO_OFFSET};
    if (oc_model_load_memory(&model, "test.onnx", w->data, w->bytes, NULL,
                             &err) != OC_OK ||
        oc_analyze(&report, model, NULL, &err) != OC_OK)
        fail_msg("%s: %s", err.id, err.message);
    const result r = result_of(report);
    oc_report_free(report);
    oc_model_free(model);
    return r;
}

result run_op_outputs(const char *op_type, const char *attributes,
                      const char *inputs, int outputs)
{
    char name[128], text[1024], *rest = text, *colons;
    operand operands[MOST_INPUTS];
    size_t count = 0;
    uint64_t opset = 21;
    snprintf(name, sizeof(name), "%s", op_type);
    char *at = strchr(name, '@');
    if (at) {
        opset = strtoull(at + 1, NULL, 10);
        *at = '\0';
    }
    colons = strstr(name, "::");
    const char *domain = colons ? name : "";
    if (colons)
        *colons = '\0';
    snprintf(text, sizeof(text), "%s", inputs);
    for (char *one; (one = strtok_r(rest, " ", &rest)); count++) {
        assert_true(count < MOST_INPUTS);
        operands[count] = read_operand(one);
    }
    writer w = {0};
    write_number(&w, 1, 10);
    write_opset(&w, "", colons ? 21 : opset);
    if (colons)
        write_opset(&w, domain, at ? opset : 1);
    write_begin(&w, 7);
    write_text(&w, 2, "g");
    write_node_of(&w, domain, colons ? colons + 2 : name, attributes, operands,
                  count, outputs);
    write_graph(&w, operands, count, outputs);
    write_end(&w);
    const result r = analyze(&w);
    writer_free(&w);
    return r;
}

result run_op(const char *op_type, const char *attributes, const char *inputs)
{
    return run_op_outputs(op_type, attributes, inputs, 1);
}

static int count_of(const char *outputs)
{
    int count = 0;
    for (const char *at = outputs; *at; at++)
        count += *at == ']';
    return count ? count : 1;
}

static void assert_figure(const char *file, int line, int64_t got, int64_t want)
{
    _assert_int_equal((LargestIntegralType)got, (LargestIntegralType)want, file,
                      line);
}

void assert_op_at(const char *file, int line, const char *op_type,
                  const char *attributes, const char *inputs,
                  const char *outputs, int64_t macs, int64_t flops,
                  int64_t transcendentals)
{
    const result r =
        run_op_outputs(op_type, attributes, inputs, count_of(outputs));
    if (r.diagnostic[0])
        print_message("%s: %s\n", op_type, r.diagnostic);
    _assert_string_equal(r.outputs, outputs, file, line);
    assert_figure(file, line, r.macs, macs);
    assert_figure(file, line, r.flops, flops < 0 ? flops : 2 * macs + flops);
    assert_figure(file, line, r.transcendentals, transcendentals);
}
