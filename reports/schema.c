/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/schema.c - which key of the JSON is which member of an oc_report.
 *
 * The order of the lines is the order of the keys.
 */
#include "reports/schema.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MEMBER(type, member) ((type *)0)->member

#define CONSTANT(key_, json)                                                   \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_CONSTANT,                                \
        .names = (const char *const[]){json}, .name_count = 1                  \
    }
#define POSITION(key_)                                                         \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_POSITION                                 \
    }
#define SIMPLE(kind_, key_, type, member)                                      \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_##kind_, .at = offsetof(type, member)    \
    }
#define MAYBE(kind_, key_, type, member, has)                                  \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_##kind_, .at = offsetof(type, member),   \
        .optional = true, .has_at = offsetof(type, has)                        \
    }
#define ROW(key_, type, member, none_)                                         \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_ROW, .at = offsetof(type, member),       \
        .none = none_                                                          \
    }
#define ENUM(key_, type, member, names_)                                       \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_ENUM, .at = offsetof(type, member),      \
        .size = sizeof(MEMBER(type, member)), .names = names_,                 \
        .name_count = COUNT_OF(names_)                                         \
    }
#define OBJECT(key_, fields_)                                                  \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_OBJECT, .fields = fields_                \
    }
#define MAYBE_OBJECT(key_, type, has, fields_)                                 \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_OBJECT, .fields = fields_,               \
        .optional = true, .has_at = offsetof(type, has)                        \
    }
#define POINTED(key_, type, member, fields_)                                   \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_POINTED, .at = offsetof(type, member),   \
        .size = sizeof(*MEMBER(type, member)), .fields = fields_               \
    }
/* An array of things that `element_` describes. */
#define ARRAY(key_, type, member, count, element_)                             \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_ARRAY, .at = offsetof(type, member),     \
        .size = sizeof(*MEMBER(type, member)),                                 \
        .count_at = offsetof(type, count),                                     \
        .count_bytes = sizeof(MEMBER(type, count)), .element = element_        \
    }
/* An array of structs with these fields. */
#define ROWS(key_, type, member, count, fields_)                               \
    ARRAY(key_, type, member, count,                                           \
          (&(const oc_field){.kind = OC_FIELD_OBJECT, .fields = fields_}))
#define END                                                                    \
    {                                                                          \
        .key = NULL                                                            \
    }

/* ---- names ---- */

const char *const oc_schema_status_names[OC_SCHEMA_STATUSES] = {
    "unknown", "lower-bound", "upper-bound", "estimate", "exact"};
const char *const oc_schema_tensor_names[OC_SCHEMA_TENSOR_KINDS] = {
    NULL, "sparse", "sequence", "optional", "map"};
static const char *const symbol_kinds[] = {"input", "declared",
                                           "data-dependent", "trip-count"};
static const char *const relations[] = {"equal", "at-most", "divides",
                                        "nonzero"};
static const char *const roles[] = {"compute", "view", "shape",
                                    "folded",  "mask", "data"};
static const char *const attention_kinds[] = {"mha",    "gqa",          "mqa",
                                              "mla",    "mla-absorbed", "cross",
                                              "linear", "unresolved"};
static const char *const bounds[] = {NULL, "compute", "memory"};
static const char *const severities[] = {"info", "warning", "error"};
static const char *const verdicts[] = {"passed", "failed", "warned",
                                       "unanswerable"};
static const char *const forms[] = {"spelt-out", "fused"};
static const char *const parts[] = {"attention-core", "attention-projections",
                                    "feed-forward",   "mixture-of-experts",
                                    "product",        "rest"};

const char *oc_schema_attention_name(oc_report_attention_kind kind)
{
    return attention_kinds[kind];
}

/* ---- elements of arrays ---- */

static const oc_field text = {.kind = OC_FIELD_TEXT};
static const oc_field figure = {.kind = OC_FIELD_FIGURE};
static const oc_field row = {.kind = OC_FIELD_ROW, .none = OC_NO_NODE};
static const oc_field tensor = {.kind = OC_FIELD_TENSOR};
static const oc_field tensor_at = {.kind = OC_FIELD_TENSOR_AT};

/* ---- tensors ---- */

#define TENSOR oc_report_tensor
#define SHAPE                                                                  \
    {                                                                          \
        .key = "shape", .kind = OC_FIELD_ARRAY, .at = offsetof(TENSOR, dims),  \
        .size = sizeof(oc_figure), .count_at = offsetof(TENSOR, rank),         \
        .count_bytes = sizeof(size_t), .element = &figure, .optional = true,   \
        .has_at = offsetof(TENSOR, has_shape)                                  \
    }
#define TYPE(name) CONSTANT("type", "\"" name "\"")

static const oc_field plain_tensor[] = {
    SIMPLE(TEXT, "name", TENSOR, name),
    SIMPLE(NAME, "elem_type", TENSOR, elem_type),
    SHAPE,
    END,
};
static const oc_field sparse_tensor[] = {
    SIMPLE(TEXT, "name", TENSOR, name),
    TYPE("sparse"),
    SIMPLE(NAME, "elem_type", TENSOR, elem_type),
    SHAPE,
    END,
};
static const oc_field sequence[] = {
    SIMPLE(TEXT, "name", TENSOR, name),
    TYPE("sequence"),
    SIMPLE(FIGURE, "length", TENSOR, length),
    SIMPLE(TENSOR_AT, "element", TENSOR, element),
    END,
};
static const oc_field optional[] = {
    SIMPLE(TEXT, "name", TENSOR, name),
    TYPE("optional"),
    SIMPLE(TENSOR_AT, "element", TENSOR, element),
    END,
};
static const oc_field map[] = {
    SIMPLE(TEXT, "name", TENSOR, name),
    TYPE("map"),
    SIMPLE(NAME, "key_type", TENSOR, elem_type),
    SIMPLE(TENSOR_AT, "value", TENSOR, element),
    END,
};
const oc_field *const oc_schema_tensor[OC_SCHEMA_TENSOR_KINDS] = {
    plain_tensor, sparse_tensor, sequence, optional, map};

/* ---- about the run and the model ---- */

#define REPORT oc_report
static const oc_field tool[] = {
    SIMPLE(TEXT, "name", REPORT, tool_name),
    SIMPLE(TEXT, "version", REPORT, tool_version),
    END,
};
static const oc_field conventions[] = {
    CONSTANT("flops_per_mac", "2"),
    CONSTANT("transcendentals", "\"separate\""),
    CONSTANT("padding", "\"counted\""),
    CONSTANT("masked_scores", "\"counted\""),
    ARRAY("options", REPORT, options, option_count, &text),
    END,
};
static const oc_field opset[] = {
    SIMPLE(TEXT, "domain", oc_report_opset, domain),
    SIMPLE(INT, "version", oc_report_opset, version),
    END,
};
static const oc_field external_file[] = {
    SIMPLE(TEXT, "file", oc_report_file, file),
    SIMPLE(INT, "bytes", oc_report_file, bytes),
    END,
};
static const oc_field model[] = {
    SIMPLE(TEXT, "file", REPORT, model.file),
    SIMPLE(INT, "bytes", REPORT, model.bytes),
    SIMPLE(TEXT, "fingerprint", REPORT, model.fingerprint),
    SIMPLE(INT, "ir_version", REPORT, model.ir_version),
    ROWS("opsets", REPORT, model.opsets, model.opset_count, opset),
    SIMPLE(TEXT, "producer", REPORT, model.producer),
    SIMPLE(TEXT, "producer_version", REPORT, model.producer_version),
    SIMPLE(TEXT, "graph", REPORT, model.graph),
    SIMPLE(INT, "nodes", REPORT, model.nodes),
    SIMPLE(INT, "functions", REPORT, model.functions),
    ROWS("external_data", REPORT, model.external, model.external_count,
         external_file),
    END,
};

/* ---- symbols ---- */

#define SYMBOL oc_report_symbol
static const oc_field symbol[] = {
    SIMPLE(TEXT, "name", SYMBOL, name),
    SIMPLE(TEXT, "original", SYMBOL, original),
    ENUM("kind", SYMBOL, kind, symbol_kinds),
    ROW("node", SYMBOL, node, OC_NO_NODE),
    MAYBE(INT, "lower", SYMBOL, lower, has_lower),
    MAYBE(INT, "upper", SYMBOL, upper, has_upper),
    MAYBE(INT, "value", SYMBOL, value, has_value),
    END,
};
static const oc_field definition[] = {
    SIMPLE(TEXT, "name", oc_report_definition, name),
    SIMPLE(TEXT, "formula", oc_report_definition, formula),
    END,
};
static const oc_field assumption[] = {
    ENUM("kind", oc_report_assumption, kind, relations),
    SIMPLE(TEXT, "left", oc_report_assumption, left),
    SIMPLE(NAME, "right", oc_report_assumption, right),
    ROW("node", oc_report_assumption, node, OC_NO_NODE),
    END,
};

/* ---- totals and groups ---- */

#define TOTAL(key_, id)                                                        \
    {                                                                          \
        .key = key_, .kind = OC_FIELD_QUANTITY,                                \
        .at = offsetof(REPORT, totals) +                                       \
              sizeof(oc_quantity) * (size_t)OC_TOTAL_##id                      \
    }
static const oc_field totals[] = {
    TOTAL("macs", MACS),
    TOTAL("flops", FLOPS),
    TOTAL("transcendentals", TRANSCENDENTALS),
    TOTAL("params", PARAMS),
    TOTAL("buffers", BUFFERS),
    TOTAL("quantization_elements", QUANTIZATION_ELEMENTS),
    TOTAL("weight_bytes", WEIGHT_BYTES),
    TOTAL("read_bytes", READ_BYTES),
    TOTAL("write_bytes", WRITE_BYTES),
    TOTAL("traffic_bytes", TRAFFIC_BYTES),
    TOTAL("sum_activation_bytes", SUM_ACTIVATION_BYTES),
    TOTAL("peak_activation_bytes", PEAK_ACTIVATION_BYTES),
    TOTAL("arena_bytes", ARENA_BYTES),
    TOTAL("kv_cache_bytes_per_token", KV_CACHE_BYTES_PER_TOKEN),
    TOTAL("kv_cache_bytes", KV_CACHE_BYTES),
    END,
};

const char *oc_total_name(oc_total total)
{
    return totals[total].key;
}

static const oc_field macs_by_type[] = {
    SIMPLE(NAME, "left", oc_report_macs, left),
    SIMPLE(NAME, "right", oc_report_macs, right),
    SIMPLE(FIGURE, "macs", oc_report_macs, macs),
    END,
};
static const oc_field op[] = {
    SIMPLE(TEXT, "op", oc_report_op, op_type),
    SIMPLE(TEXT, "domain", oc_report_op, domain),
    SIMPLE(INT, "nodes", oc_report_op, nodes),
    END,
};
static const oc_field coverage[] = {
    SIMPLE(INT, "nodes", REPORT, coverage.nodes),
    SIMPLE(INT, "costed", REPORT, coverage.costed),
    ROWS("unknown", REPORT, coverage.unknown, coverage.unknown_count, op),
    ROWS("estimated", REPORT, coverage.estimated, coverage.estimated_count, op),
    END,
};

#define GROUP oc_report_group
/* `in` is what stands before the members of the oc_report_group. */
#define GROUP_FIGURES(type, in)                                                \
    SIMPLE(INT, "nodes", type, in nodes),                                      \
        SIMPLE(FIGURE, "macs", type, in macs),                                 \
        SIMPLE(FIGURE, "flops", type, in flops),                               \
        SIMPLE(FIGURE, "transcendentals", type, in transcendentals),           \
        SIMPLE(FIGURE, "params", type, in params),                             \
        SIMPLE(FIGURE, "traffic_bytes", type, in traffic_bytes),               \
        ENUM("status", type, in status, oc_schema_status_names)
static const oc_field by_op[] = {
    SIMPLE(TEXT, "op_type", GROUP, op_type),
    SIMPLE(TEXT, "domain", GROUP, domain),
    GROUP_FIGURES(GROUP, ),
    END,
};
static const oc_field by_scope[] = {
    SIMPLE(TEXT, "scope", GROUP, scope),
    SIMPLE(INT, "depth", GROUP, depth),
    GROUP_FIGURES(GROUP, ),
    END,
};

/* ---- nodes ---- */

#define NODE oc_report_node
static const oc_field node[] = {
    POSITION("index"),
    SIMPLE(TEXT, "name", NODE, name),
    SIMPLE(TEXT, "op_type", NODE, op_type),
    SIMPLE(TEXT, "domain", NODE, domain),
    ROW("since_version", NODE, since_version, 0),
    SIMPLE(TEXT, "scope", NODE, scope),
    SIMPLE(NAME, "subgraph", NODE, subgraph),
    SIMPLE(FIGURE, "executions", NODE, executions),
    ENUM("status", NODE, status, oc_schema_status_names),
    SIMPLE(FIGURE, "macs", NODE, macs),
    SIMPLE(FIGURE, "flops", NODE, flops),
    SIMPLE(FIGURE, "transcendentals", NODE, transcendentals),
    SIMPLE(FIGURE, "params", NODE, params),
    SIMPLE(FIGURE, "weight_bytes", NODE, weight_bytes),
    SIMPLE(FIGURE, "read_bytes", NODE, read_bytes),
    SIMPLE(FIGURE, "write_bytes", NODE, write_bytes),
    SIMPLE(FIGURE, "traffic_bytes", NODE, traffic_bytes),
    SIMPLE(FIGURE, "live_bytes", NODE, live_bytes),
    ENUM("role", NODE, role, roles),
    ROW("attention", NODE, attention, OC_NO_BLOCK),
    ARRAY("inputs", NODE, inputs, input_count, &tensor_at),
    ARRAY("outputs", NODE, outputs, output_count, &tensor_at),
    SIMPLE(BOOL, "counted", NODE, counted),
    SIMPLE(NAME, "note", NODE, note),
    END,
};

/* ---- blocks ---- */

#define ATTENTION oc_report_attention
static const oc_field attention_dims[] = {
    SIMPLE(FIGURE, "batch", ATTENTION, batch),
    SIMPLE(FIGURE, "heads", ATTENTION, heads),
    SIMPLE(FIGURE, "kv_heads", ATTENTION, kv_heads),
    SIMPLE(FIGURE, "query_length", ATTENTION, query_length),
    SIMPLE(FIGURE, "key_length", ATTENTION, key_length),
    SIMPLE(FIGURE, "past_length", ATTENTION, past_length),
    SIMPLE(FIGURE, "qk_dim", ATTENTION, qk_dim),
    SIMPLE(FIGURE, "v_dim", ATTENTION, v_dim),
    SIMPLE(FIGURE, "model_dim", ATTENTION, model_dim),
    SIMPLE(FIGURE, "latent_dim", ATTENTION, latent_dim),
    SIMPLE(FIGURE, "rope_dim", ATTENTION, rope_dim),
    END,
};
static const oc_field projections[] = {
    SIMPLE(FIGURE, "macs", ATTENTION, projection_macs),
    SIMPLE(FIGURE, "params", ATTENTION, projection_params),
    END,
};
static const oc_field core[] = {
    SIMPLE(FIGURE, "macs", ATTENTION, macs),
    SIMPLE(FIGURE, "flops", ATTENTION, flops),
    SIMPLE(FIGURE, "transcendentals", ATTENTION, transcendentals),
    SIMPLE(FIGURE, "macs_causal", ATTENTION, macs_causal),
    END,
};
#define TRAFFIC oc_report_traffic
static const oc_field traffic[] = {
    SIMPLE(FIGURE, "standard_bytes", TRAFFIC, standard_bytes),
    SIMPLE(FIGURE, "flash_bytes", TRAFFIC, flash_bytes),
    SIMPLE(FIGURE, "minimal_bytes", TRAFFIC, minimal_bytes),
    SIMPLE(FIGURE, "backward_standard_bytes", TRAFFIC, backward_standard_bytes),
    SIMPLE(FIGURE, "backward_flash_bytes", TRAFFIC, backward_flash_bytes),
    SIMPLE(FIGURE, "sram_bytes", TRAFFIC, sram_bytes),
    SIMPLE(NAME, "flash_version", TRAFFIC, flash_version),
    END,
};
static const oc_field attention[] = {
    POSITION("index"),
    ENUM("kind", ATTENTION, kind, attention_kinds),
    SIMPLE(TEXT, "scope", ATTENTION, scope),
    ROW("anchor", ATTENTION, anchor, OC_NO_NODE),
    OBJECT("dims", attention_dims),
    SIMPLE(TRI, "causal", ATTENTION, causal),
    SIMPLE(FIGURE, "window", ATTENTION, window),
    SIMPLE(NAME, "mask", ATTENTION, mask),
    SIMPLE(NAME, "cache", ATTENTION, cache),
    ENUM("form", ATTENTION, fused, forms),
    ARRAY("nodes", ATTENTION, nodes, node_count, &row),
    OBJECT("projections", projections),
    OBJECT("core", core),
    SIMPLE(FIGURE, "kv_cache_bytes_per_token", ATTENTION,
           kv_cache_bytes_per_token),
    POINTED("traffic", ATTENTION, traffic, traffic),
    END,
};
#define PART oc_report_part
static const oc_field part[] = {
    ENUM("part", PART, kind, parts),
    SIMPLE(TEXT, "op_type", PART, sum.op_type),
    SIMPLE(TEXT, "domain", PART, sum.domain),
    SIMPLE(TEXT, "scope", PART, sum.scope),
    SIMPLE(INT, "blocks", PART, blocks),
    ROW("attention", PART, attention, OC_NO_BLOCK),
    GROUP_FIGURES(PART, sum.),
    END,
};
static const oc_field share[] = {
    SIMPLE(INT, "length", oc_report_share, length),
    SIMPLE(FIGURE, "macs", oc_report_share, macs),
    SIMPLE(FIGURE, "core_macs", oc_report_share, core_macs),
    SIMPLE(REAL, "share", oc_report_share, share),
    END,
};
#define GROWTH oc_report_growth
static const oc_field growth[] = {
    SIMPLE(TEXT, "symbol", GROWTH, symbol),
    SIMPLE(INT, "degree", GROWTH, degree),
    SIMPLE(BOOL, "sequence", GROWTH, sequence),
    SIMPLE(FIGURE, "crossover", GROWTH, crossover),
    SIMPLE(BOOL, "reached", GROWTH, reached),
    ROWS("core_share", GROWTH, shares, share_count, share),
    END,
};
#define BLOCK oc_report_block
static const oc_field block[] = {
    SIMPLE(TEXT, "kind", BLOCK, kind),
    SIMPLE(TEXT, "scope", BLOCK, scope),
    ARRAY("nodes", BLOCK, nodes, node_count, &row),
    SIMPLE(FIGURE, "macs", BLOCK, macs),
    SIMPLE(FIGURE, "flops", BLOCK, flops),
    SIMPLE(FIGURE, "transcendentals", BLOCK, transcendentals),
    SIMPLE(FIGURE, "params", BLOCK, params),
    SIMPLE(FIGURE, "experts", BLOCK, experts),
    SIMPLE(FIGURE, "chosen", BLOCK, chosen),
    SIMPLE(FIGURE, "active_params", BLOCK, active_params),
    SIMPLE(FIGURE, "active_macs", BLOCK, active_macs),
    END,
};

/* ---- memory ---- */

#define MEMORY oc_report_memory
static const oc_field live[] = {
    SIMPLE(TEXT, "name", oc_report_buffer, name),
    SIMPLE(FIGURE, "bytes", oc_report_buffer, bytes),
    END,
};
static const oc_field slot[] = {
    SIMPLE(TEXT, "name", oc_report_slot, name),
    SIMPLE(INT, "offset", oc_report_slot, offset),
    SIMPLE(INT, "bytes", oc_report_slot, bytes),
    ROW("first", oc_report_slot, first, OC_NO_NODE),
    ROW("last", oc_report_slot, last, OC_NO_NODE),
    END,
};
static const oc_field other[] = {
    ROW("node", oc_report_peak, node, OC_NO_NODE),
    SIMPLE(FIGURE, "bytes", oc_report_peak, bytes),
    ROWS("live", oc_report_peak, live, live_count, live),
    END,
};
static const oc_field peak[] = {
    ROW("node", MEMORY, peak_node, OC_NO_NODE),
    ROWS("live", MEMORY, live, live_count, live),
    SIMPLE(FIGURE, "bytes", MEMORY, peak_bytes),
    ROWS("others", MEMORY, others, other_count, other),
    END,
};
static const oc_field tried[] = {
    SIMPLE(TEXT, "order", oc_report_tried, order),
    SIMPLE(INT, "bytes", oc_report_tried, bytes),
    END,
};
static const oc_field arena[] = {
    SIMPLE(INT, "bytes", MEMORY, arena_bytes),
    SIMPLE(INT, "lower_bound", MEMORY, arena_lower_bound),
    SIMPLE(TEXT, "order", MEMORY, arena_order),
    ROWS("offsets", MEMORY, slots, slot_count, slot),
    ROWS("tried", MEMORY, tried, tried_count, tried),
    END,
};
static const oc_field memory[] = {
    SIMPLE(TEXT, "order", MEMORY, order),
    SIMPLE(INT, "alignment", MEMORY, alignment),
    SIMPLE(BOOL, "in_place", MEMORY, in_place),
    SIMPLE(BOOL, "inputs_counted", MEMORY, inputs_counted),
    OBJECT("peak", peak),
    ARRAY("steps", MEMORY, steps, step_count, &figure),
    MAYBE_OBJECT("arena", MEMORY, has_arena, arena),
    {.key = "peak_without_reuse",
     .kind = OC_FIELD_QUANTITY,
     .at = offsetof(MEMORY, peak_without_reuse)},
    ARRAY("schedule", MEMORY, schedule, schedule_count, &row),
    ARRAY("unknown", MEMORY, unknown, unknown_count, &text),
    SIMPLE(TRI, "order_optimal", MEMORY, order_optimal),
    END,
};

/* ---- machine ---- */

static const oc_field intensity[] = {
    MAYBE(REAL, "intensity", oc_report_intensity, intensity, has_intensity),
    ENUM("bound", oc_report_intensity, bound, bounds),
    SIMPLE(NAME, "elem_type", oc_report_intensity, elem_type),
    END,
};
static const oc_field machine[] = {
    MAYBE(INT, "peak_flops", oc_report_machine, peak_flops, has_peak_flops),
    SIMPLE(INT, "bandwidth_bytes", oc_report_machine, bandwidth_bytes),
    SIMPLE(INT, "sram_bytes", oc_report_machine, sram_bytes),
    ROWS("nodes", oc_report_machine, nodes, node_count, intensity),
    SIMPLE(REAL, "least_seconds_unfused", oc_report_machine, seconds),
    SIMPLE(BOOL, "whole", oc_report_machine, whole),
    SIMPLE(INT, "compute_bound", oc_report_machine, compute_bound),
    SIMPLE(INT, "memory_bound", oc_report_machine, memory_bound),
    {.key = "peak_flops_by_type",
     .kind = OC_FIELD_BINDINGS,
     .at = offsetof(oc_report_machine, peak_flops_by_type),
     .count_at = offsetof(oc_report_machine, type_count)},
    SIMPLE(INT, "without_peak", oc_report_machine, without_peak),
    END,
};

/* ---- findings ---- */

static const oc_field finding[] = {
    ENUM("level", oc_report_finding, level, severities),
    SIMPLE(TEXT, "id", oc_report_finding, id),
    SIMPLE(NAME, "op", oc_report_finding, op),
    SIMPLE(NAME, "domain", oc_report_finding, domain),
    ARRAY("nodes", oc_report_finding, nodes, node_count, &row),
    SIMPLE(INT, "count", oc_report_finding, count),
    SIMPLE(TEXT, "effect", oc_report_finding, effect),
    END,
};
static const oc_field diagnostic[] = {
    ENUM("severity", oc_report_diagnostic, severity, severities),
    SIMPLE(TEXT, "id", oc_report_diagnostic, id),
    SIMPLE(TEXT, "message", oc_report_diagnostic, message),
    ROW("node", oc_report_diagnostic, node, OC_NO_NODE),
    SIMPLE(OFFSET, "offset", oc_report_diagnostic, offset),
    END,
};
#define CHECK oc_report_check
static const oc_field check_source[] = {
    SIMPLE(TEXT, "file", CHECK, file),
    SIMPLE(INT, "line", CHECK, line),
    END,
};
static const oc_field check[] = {
    SIMPLE(TEXT, "rule", CHECK, rule),
    SIMPLE(TEXT, "metric", CHECK, metric),
    SIMPLE(FIGURE, "limit", CHECK, limit),
    SIMPLE(FIGURE, "value", CHECK, value),
    SIMPLE(FIGURE, "margin", CHECK, margin),
    ENUM("status", CHECK, status, verdicts),
    MAYBE_OBJECT("source", CHECK, has_source, check_source),
    SIMPLE(NAME, "note", CHECK, note),
    END,
};

/* ---- the report ---- */

const oc_field oc_schema_report[] = {
    CONSTANT("schema", "\"" OC_REPORT_SCHEMA "\""),
    CONSTANT("schema_version", "\"" OC_REPORT_VERSION "\""),
    OBJECT("tool", tool),
    OBJECT("conventions", conventions),
    OBJECT("model", model),
    ARRAY("inputs", REPORT, inputs, input_count, &tensor),
    ARRAY("outputs", REPORT, outputs, output_count, &tensor),
    ROWS("symbols", REPORT, symbols, symbol_count, symbol),
    ROWS("definitions", REPORT, definitions, definition_count, definition),
    {.key = "bindings",
     .kind = OC_FIELD_BINDINGS,
     .at = offsetof(REPORT, bindings),
     .count_at = offsetof(REPORT, binding_count)},
    ROWS("assumptions", REPORT, assumptions, assumption_count, assumption),
    OBJECT("totals", totals),
    ROWS("macs_by_type", REPORT, macs_by_type, macs_by_type_count,
         macs_by_type),
    OBJECT("coverage", coverage),
    ROWS("by_op", REPORT, by_op, by_op_count, by_op),
    ROWS("by_scope", REPORT, by_scope, by_scope_count, by_scope),
    ROWS("nodes", REPORT, nodes, node_count, node),
    ROWS("attention", REPORT, attention, attention_count, attention),
    ROWS("blocks", REPORT, blocks, block_count, block),
    ROWS("parts", REPORT, parts, part_count, part),
    ROWS("growth", REPORT, growth, growth_count, growth),
    POINTED("memory", REPORT, memory, memory),
    POINTED("machine", REPORT, machine, machine),
    ROWS("audit", REPORT, audit, audit_count, finding),
    ROWS("diagnostics", REPORT, diagnostics, diagnostic_count, diagnostic),
    ROWS("checks", REPORT, checks, check_count, check),
    END,
};
