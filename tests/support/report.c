/* SPDX-License-Identifier: Apache-2.0 */
/*
 * support/report.c - reports made by hand.
 */
#include "support/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define INT(n)                                                                 \
    {                                                                          \
        OC_STATIC, n                                                           \
    }
#define FORMULA(text)                                                          \
    {                                                                          \
        text, 0                                                                \
    }
#define EXACT(n)                                                               \
    {                                                                          \
        .has_value = true, .value = n, .status = OC_FIGURE_EXACT               \
    }

/* ---- Conv, Relu ---- */

static const oc_figure image[] = {INT(1), INT(3), INT(8), INT(8)};
static const oc_figure kernel[] = {INT(4), INT(3), INT(3), INT(3)};
static const oc_figure planes[] = {INT(1), INT(4), INT(8), INT(8)};
#define PLAIN(name_, dims_)                                                    \
    {                                                                          \
        .name = name_, .has_shape = true, .elem_type = "float",                \
        .rank = COUNT_OF(dims_), .dims = dims_                                 \
    }
static const oc_report_tensor x = PLAIN("x", image);
static const oc_report_tensor w = PLAIN("w", kernel);
static const oc_report_tensor c = PLAIN("c", planes);
static const oc_report_tensor y = PLAIN("y", planes);
static const oc_report_tensor *const conv_in[] = {&x, &w};
static const oc_report_tensor *const conv_out[] = {&c};
static const oc_report_tensor *const relu_out[] = {&y};
static const oc_report_opset opset_17[] = {{"", 17}};

static const oc_report_node static_nodes[] = {
    {.name = "/body/conv/Conv",
     .op_type = "Conv",
     .domain = "",
     .scope = "/body/conv",
     .executions = INT(1),
     .macs = INT(256 * 27), /* outputs x 3 channels x 3 x 3 */
     .flops = INT(2 * 256 * 27),
     .transcendentals = INT(0),
     .params = INT(108),
     .weight_bytes = INT(432),
     .read_bytes = INT(192 * 4 + 432),
     .write_bytes = INT(256 * 4),
     .traffic_bytes = INT(192 * 4 + 432 + 256 * 4),
     .live_bytes = INT(192 * 4 + 256 * 4),
     .inputs = conv_in,
     .outputs = conv_out,
     .input_count = 2,
     .output_count = 1,
     .since_version = 11,
     .attention = OC_NO_BLOCK,
     .status = OC_FIGURE_EXACT,
     .role = OC_ROLE_COMPUTE,
     .counted = true},
    {.name = "/body/act/Relu",
     .op_type = "Relu",
     .domain = "",
     .scope = "/body/act",
     .executions = INT(1),
     .macs = INT(0),
     .flops = INT(256),
     .transcendentals = INT(0),
     .params = INT(0),
     .weight_bytes = INT(0),
     .read_bytes = INT(1024),
     .write_bytes = INT(1024),
     .traffic_bytes = INT(2048),
     .live_bytes = INT(2048),
     .inputs = conv_out,
     .outputs = relu_out,
     .input_count = 1,
     .output_count = 1,
     .since_version = 14,
     .attention = OC_NO_BLOCK,
     .status = OC_FIGURE_EXACT,
     .role = OC_ROLE_COMPUTE,
     .counted = true},
};

#define CONV_GROUP                                                             \
    .nodes = 1, .status = OC_FIGURE_EXACT, .macs = INT(6912),                  \
    .flops = INT(13824), .transcendentals = INT(0), .params = INT(108),        \
    .traffic_bytes = INT(2224)
#define RELU_GROUP                                                             \
    .nodes = 1, .status = OC_FIGURE_EXACT, .macs = INT(0), .flops = INT(256),  \
    .transcendentals = INT(0), .params = INT(0), .traffic_bytes = INT(2048)
#define ALL_GROUP                                                              \
    .nodes = 2, .status = OC_FIGURE_EXACT, .macs = INT(6912),                  \
    .flops = INT(14080), .transcendentals = INT(0), .params = INT(108),        \
    .traffic_bytes = INT(4272)
static const oc_report_group static_by_op[] = {
    {.op_type = "Conv", .domain = "", .scope = "", CONV_GROUP},
    {.op_type = "Relu", .domain = "", .scope = "", RELU_GROUP},
};
static const oc_report_group static_by_scope[] = {
    {.op_type = "", .domain = "", .scope = "", .depth = 0, ALL_GROUP},
    {.op_type = "", .domain = "", .scope = "/body", .depth = 1, ALL_GROUP},
    {.op_type = "",
     .domain = "",
     .scope = "/body/conv",
     .depth = 2,
     CONV_GROUP},
    {.op_type = "", .domain = "", .scope = "/body/act", .depth = 2, RELU_GROUP},
};
static const oc_report_macs static_macs[] = {{"float", "float", INT(6912)}};
static const oc_figure static_steps[] = {INT(1792), INT(2048)};
static const oc_report_buffer static_live[] = {{"c", INT(1024)},
                                               {"y", INT(1024)}};
static const oc_report_slot static_slots[] = {
    {"x", 0, 768, 0, 0}, {"c", 1024, 1024, 0, 1}, {"y", 0, 1024, 1, 1}};
static const oc_report_memory static_memory = {
    .order = "file",
    .alignment = 64,
    .inputs_counted = true,
    .peak_node = 1,
    .live_count = 2,
    .live = static_live,
    .peak_bytes = {OC_STATIC, 2048},
    .peak_without_reuse = {.has_value = true,
                           .value = 2048,
                           .status = OC_FIGURE_EXACT},
    .step_count = 2,
    .steps = static_steps,
    .has_arena = true,
    .arena_bytes = 2048,
    .arena_lower_bound = 2048,
    .arena_order = "size",
    .slot_count = 3,
    .slots = static_slots,
    .unknown_count = 1,
    .unknown = (const char *const[]){"u"},
    .order_optimal = OC_MAYBE,
    .tried_count = 1,
    .tried = &(const oc_report_tried){"size", 2048}};
static const oc_report_intensity intensities[] = {
    {true, 13824.0 / 2224, OC_BOUND_COMPUTE, "float"},
    {true, 0.125, OC_BOUND_MEMORY, "float"}};
static const oc_binding peaks[] = {{"float16", 4000000}};
static const oc_report_machine machine = {.has_peak_flops = true,
                                          .peak_flops = 1000000,
                                          .bandwidth_bytes = 500000,
                                          .seconds = 0.0185,
                                          .whole = true,
                                          .compute_bound = 1,
                                          .memory_bound = 1,
                                          .node_count = 2,
                                          .nodes = intensities,
                                          .type_count = 1,
                                          .peak_flops_by_type = peaks};

const oc_report *static_report(void)
{
    static const oc_report report = {
        .tool_name = "onnxcost",
        .tool_version = "0",
        .model = {.file = "small.onnx",
                  .bytes = 612,
                  .fingerprint = "xxh3-128:00000000000000000000000000000001",
                  .ir_version = 8,
                  .opset_count = 1,
                  .opsets = opset_17,
                  .producer = "hand",
                  .producer_version = "1",
                  .graph = "main",
                  .nodes = 2},
        .input_count = 1,
        .inputs = &x,
        .output_count = 1,
        .outputs = &y,
        .totals = {[OC_TOTAL_MACS] = EXACT(6912),
                   [OC_TOTAL_FLOPS] = EXACT(14080),
                   [OC_TOTAL_TRANSCENDENTALS] = EXACT(0),
                   [OC_TOTAL_PARAMS] = EXACT(108),
                   [OC_TOTAL_BUFFERS] = EXACT(0),
                   [OC_TOTAL_QUANTIZATION_ELEMENTS] = EXACT(0),
                   [OC_TOTAL_WEIGHT_BYTES] = EXACT(432),
                   [OC_TOTAL_READ_BYTES] = EXACT(2224),
                   [OC_TOTAL_WRITE_BYTES] = EXACT(2048),
                   [OC_TOTAL_TRAFFIC_BYTES] = EXACT(4272),
                   [OC_TOTAL_SUM_ACTIVATION_BYTES] = EXACT(2048),
                   [OC_TOTAL_PEAK_ACTIVATION_BYTES] = EXACT(2048),
                   [OC_TOTAL_ARENA_BYTES] = EXACT(2048),
                   [OC_TOTAL_KV_CACHE_BYTES_PER_TOKEN] = EXACT(0)},
        .macs_by_type_count = 1,
        .macs_by_type = static_macs,
        .coverage = {.nodes = 2, .costed = 2},
        .by_op_count = COUNT_OF(static_by_op),
        .by_op = static_by_op,
        .by_scope_count = COUNT_OF(static_by_scope),
        .by_scope = static_by_scope,
        .node_count = COUNT_OF(static_nodes),
        .nodes = static_nodes,
        .memory = &static_memory,
        .machine = &machine};
    return &report;
}

/* ---- a decoder ---- */

#define B "batch_size"
#define S "sequence_length"
#define P "past_sequence_length"

static const oc_figure tokens[] = {FORMULA(B), FORMULA(S)};
static const oc_figure hidden[] = {FORMULA(B), FORMULA(S), INT(64)};
static const oc_figure part_known[] = {FORMULA(B), {NULL, 0}};
static const oc_report_tensor ids = {.name = "ids",
                                     .has_shape = true,
                                     .elem_type = "int64",
                                     .rank = 2,
                                     .dims = tokens};
static const oc_report_tensor h = PLAIN("h", hidden);
static const oc_report_tensor omitted = {.name = ""};
static const oc_report_tensor element = {.name = "", .elem_type = "float"};
static const oc_report_tensor many = {.name = "many",
                                      .kind = OC_REPORT_SEQUENCE,
                                      .length = FORMULA("d1"),
                                      .element = &element};
static const oc_report_tensor maybe = {
    .name = "maybe", .kind = OC_REPORT_OPTIONAL, .element = &many};
static const oc_report_tensor table = {.name = "table",
                                       .kind = OC_REPORT_MAP,
                                       .elem_type = "string",
                                       .element = &element};
static const oc_report_tensor sparse = {.name = "sparse",
                                        .kind = OC_REPORT_SPARSE,
                                        .has_shape = true,
                                        .elem_type = "float",
                                        .rank = 2,
                                        .dims = part_known};
static const oc_report_tensor *const attention_in[] = {&ids, &omitted, &h};
static const oc_report_tensor *const attention_out[] = {&h};
static const oc_report_tensor *const mystery_in[] = {&many, &maybe, &table,
                                                     &sparse};

#define CORE "128*" B "*" S "*(" P " + " S ")"
static const oc_report_node symbolic_nodes[] = {
    {.name = "/layers.0/attn",
     .op_type = "Attention",
     .domain = "",
     .scope = "/layers.0",
     .executions = INT(1),
     .macs = FORMULA(CORE),
     .flops = FORMULA("261*" B "*" S "*(" P " + " S ")"),
     .transcendentals = FORMULA(B "*" S "*(" P " + " S ")"),
     .params = INT(0),
     .weight_bytes = INT(0),
     .read_bytes = FORMULA("512*" B "*(" P " + 2*" S ")"),
     .write_bytes = FORMULA("256*" B "*" S),
     .traffic_bytes = FORMULA("512*" B "*" P " + 1280*" B "*" S),
     .live_bytes = FORMULA("512*" B "*" S),
     .inputs = attention_in,
     .outputs = attention_out,
     .input_count = 3,
     .output_count = 1,
     .since_version = 23,
     .attention = 0,
     .alike = 1,
     .status = OC_FIGURE_EXACT,
     .role = OC_ROLE_COMPUTE,
     .counted = true},
    {.name = "/layers.1/mystery",
     .op_type = "Mystery",
     .domain = "com.acme",
     .scope = "/layers.1",
     .subgraph = "Loop_3.body",
     .note = "no rule",
     .executions = FORMULA("trip_0"),
     .params = INT(0),
     .weight_bytes = INT(0),
     .read_bytes = INT(0),
     .write_bytes = INT(INT64_MAX),
     .traffic_bytes = FORMULA("9223372036854775808"),
     .live_bytes = INT(0),
     .inputs = mystery_in,
     .outputs = attention_out,
     .input_count = 4,
     .output_count = 1,
     .attention = OC_NO_BLOCK,
     .status = OC_FIGURE_UNKNOWN,
     .role = OC_ROLE_DATA,
     .counted = true},
};

static const oc_report_symbol symbols[] = {
    {.name = B,
     .original = B,
     .kind = OC_REPORT_SYMBOL_INPUT,
     .node = OC_NO_NODE,
     .has_lower = true},
    {.name = S,
     .original = S,
     .kind = OC_REPORT_SYMBOL_INPUT,
     .node = OC_NO_NODE,
     .has_lower = true,
     .lower = 1},
    {.name = P,
     .original = P,
     .kind = OC_REPORT_SYMBOL_INPUT,
     .node = OC_NO_NODE},
    {.name = "trip_0",
     .original = "trip_0",
     .kind = OC_REPORT_SYMBOL_TRIP_COUNT,
     .node = 1,
     .has_upper = true,
     .upper = 4,
     .has_value = true,
     .value = 3},
};
static const oc_report_definition definitions[] = {{"d1", S "//2"},
                                                   {"d2", "max(1, d1)"}};
static const oc_binding bindings[] = {{"trip_0", 3}};
static const oc_report_assumption assumptions[] = {
    {.kind = OC_REPORT_AT_MOST, .node = 0, .left = S, .right = "1024"},
    {.kind = OC_REPORT_NONZERO, .node = OC_NO_NODE, .left = B, .noise = true},
};
static const oc_report_op unknown_ops[] = {{"Mystery", "com.acme", 1}};
static const oc_report_group symbolic_by_op[] = {
    {.op_type = "Attention",
     .domain = "",
     .scope = "",
     .nodes = 1,
     .status = OC_FIGURE_EXACT,
     .macs = FORMULA(CORE),
     .flops = FORMULA("261*" B "*" S "*(" P " + " S ")"),
     .transcendentals = FORMULA(B "*" S "*(" P " + " S ")"),
     .params = INT(0),
     .traffic_bytes = FORMULA("512*" B "*" P " + 1280*" B "*" S)},
    {.op_type = "Mystery",
     .domain = "com.acme",
     .scope = "",
     .nodes = 1,
     .status = OC_FIGURE_UNKNOWN,
     .params = INT(0),
     .traffic_bytes = FORMULA("9223372036854775808")},
};
static const uint32_t both[] = {0, 1};
static const oc_report_traffic core_traffic = {
    .standard_bytes = FORMULA("8*" B "*" S),
    .flash_bytes = FORMULA("4*" B "*" S),
    .minimal_bytes = FORMULA("2*" B "*" S),
    .sram_bytes = INT(102400),
    .flash_version = "v2"};
static const oc_report_attention attention[] = {
    {.kind = OC_ATTENTION_GQA,
     .scope = "/layers.0",
     .anchor = 0,
     .batch = FORMULA(B),
     .heads = INT(4),
     .kv_heads = INT(2),
     .query_length = FORMULA(S),
     .key_length = FORMULA(P " + " S),
     .past_length = FORMULA(P),
     .qk_dim = INT(16),
     .v_dim = INT(16),
     .model_dim = INT(64),
     .causal = OC_YES,
     .mask = "causal",
     .cache = "concat",
     .fused = true,
     .node_count = 1,
     .nodes = both,
     .macs = FORMULA(CORE),
     .flops = FORMULA("261*" B "*" S "*(" P " + " S ")"),
     .transcendentals = FORMULA(B "*" S "*(" P " + " S ")"),
     .kv_cache_bytes_per_token = INT(256),
     .traffic = &core_traffic},
    {.kind = OC_ATTENTION_UNRESOLVED,
     .scope = "/layers.1",
     .anchor = 1,
     .causal = OC_MAYBE},
};
static const oc_report_block blocks[] = {{.kind = "moe",
                                          .scope = "/layers.1",
                                          .node_count = 2,
                                          .nodes = both,
                                          .macs = INT(5),
                                          .experts = INT(8),
                                          .chosen = INT(2)}};
static const oc_report_part parts[] = {
    {.kind = OC_PART_OF_CORE,
     .blocks = 1,
     .attention = 0,
     .sum = {.op_type = "",
             .domain = "",
             .scope = "",
             .nodes = 1,
             .status = OC_FIGURE_EXACT,
             .macs = FORMULA(CORE),
             .flops = FORMULA("261*" B "*" S "*(" P " + " S ")")}},
    {.kind = OC_PART_OF_PRODUCTS,
     .attention = OC_NO_BLOCK,
     .sum = {.op_type = "Mystery",
             .domain = "com.acme",
             .scope = "/layers.1",
             .nodes = 1,
             .params = INT(0)}},
};
static const oc_report_share shares[] = {
    {.length = 512, .macs = INT(1000), .core_macs = INT(125), .share = 0.125}};
static const oc_report_growth growth[] = {
    {.symbol = B, .degree = 1},
    {.symbol = S,
     .degree = 2,
     .sequence = true,
     .crossover = INT(1024),
     .reached = true,
     .share_count = COUNT_OF(shares),
     .shares = shares},
};
static const oc_report_finding audit[] = {{.level = OC_ERROR,
                                           .id = "cost.unknown",
                                           .op = "Mystery",
                                           .domain = "com.acme",
                                           .node_count = 2,
                                           .nodes = both,
                                           .count = 2,
                                           .effect = "totals"}};
static const oc_report_diagnostic diagnostics[] = {
    {OC_WARNING, 1, OC_NO_OFFSET, "cost.unknown", "no rule for Mystery"},
    {OC_INFO, OC_NO_NODE, 77, "text.not-utf8", "a name"},
};
static const oc_report_check checks[] = {{.rule = "max",
                                          .metric = "flops",
                                          .limit = INT(100),
                                          .value = INT(90),
                                          .margin = INT(10),
                                          .status = OC_CHECK_PASSED,
                                          .has_source = true,
                                          .file = "onnxcost.yaml",
                                          .line = 6}};
static const oc_report_file external[] = {{"weights.bin", 1048576}};
static const char *const counting[] = {"align=32", "causal"};

const oc_report *symbolic_report(void)
{
    static const oc_report report = {
        .tool_name = "onnxcost",
        .tool_version = "0",
        .option_count = COUNT_OF(counting),
        .options = counting,
        .model = {.file = "tiny_lm.onnx",
                  .bytes = 2048,
                  .fingerprint = "xxh3-128:00000000000000000000000000000002",
                  .ir_version = 10,
                  .opset_count = 1,
                  .opsets = opset_17,
                  .producer = "",
                  .producer_version = "",
                  .graph = "",
                  .nodes = 2,
                  .functions = 1,
                  .external_count = 1,
                  .external = external},
        .input_count = 1,
        .inputs = &ids,
        .output_count = 1,
        .outputs = &maybe,
        .symbol_count = COUNT_OF(symbols),
        .symbols = symbols,
        .definition_count = COUNT_OF(definitions),
        .definitions = definitions,
        .binding_count = COUNT_OF(bindings),
        .bindings = bindings,
        .assumption_count = COUNT_OF(assumptions),
        .assumptions = assumptions,
        .totals = {[OC_TOTAL_MACS] = {.formula = CORE,
                                      .status = OC_FIGURE_LOWER_BOUND},
                   [OC_TOTAL_FLOPS] = {.formula =
                                           "261*" B "*" S "*(" P " + " S ")",
                                       .status = OC_FIGURE_LOWER_BOUND,
                                       .has_upper = true,
                                       .upper_value = 5000},
                   [OC_TOTAL_TRANSCENDENTALS] = {.formula =
                                                     B "*" S "*(" P " + " S ")",
                                                 .status =
                                                     OC_FIGURE_LOWER_BOUND,
                                                 .upper_formula = "9*" B},
                   [OC_TOTAL_PARAMS] = EXACT(0),
                   [OC_TOTAL_BUFFERS] = EXACT(0),
                   [OC_TOTAL_TRAFFIC_BYTES] = {.formula = "9223372036854775808",
                                               .status = OC_FIGURE_ESTIMATE},
                   [OC_TOTAL_KV_CACHE_BYTES_PER_TOKEN] = EXACT(256),
                   [OC_TOTAL_KV_CACHE_BYTES] = {.formula =
                                                    "256*" B "*(" P " + " S ")",
                                                .status = OC_FIGURE_EXACT}},
        .coverage = {.nodes = 2,
                     .costed = 1,
                     .unknown_count = 1,
                     .unknown = unknown_ops},
        .by_op_count = COUNT_OF(symbolic_by_op),
        .by_op = symbolic_by_op,
        .node_count = COUNT_OF(symbolic_nodes),
        .nodes = symbolic_nodes,
        .attention_count = COUNT_OF(attention),
        .attention = attention,
        .block_count = COUNT_OF(blocks),
        .blocks = blocks,
        .part_count = COUNT_OF(parts),
        .parts = parts,
        .growth_count = COUNT_OF(growth),
        .growth = growth,
        .audit_count = COUNT_OF(audit),
        .audit = audit,
        .diagnostic_count = COUNT_OF(diagnostics),
        .diagnostics = diagnostics,
        .check_count = COUNT_OF(checks),
        .checks = checks};
    return &report;
}

/* ---- hostile strings ---- */

const oc_report *hostile_report(const char *text)
{
    static oc_report report;
    static const char *option[1];
    static oc_report_opset opset;
    static oc_report_file file;
    static oc_report_tensor tensor;
    static const oc_report_tensor *tensors[] = {&tensor};
    static oc_figure figure;
    static oc_report_symbol symbol;
    static oc_report_definition definition;
    static oc_binding binding;
    static oc_report_assumption assumption;
    static oc_report_macs macs;
    static oc_report_op op;
    static oc_report_group group;
    static oc_report_node node;
    static oc_report_attention block;
    static oc_report_traffic traffic;
    static oc_report_block other;
    static oc_report_part part;
    static oc_report_growth growing;
    static oc_report_memory memory;
    static oc_report_buffer buffer;
    static oc_report_peak peak;
    static oc_report_slot slot;
    static oc_report_finding finding;
    static oc_report_diagnostic diagnostic;
    static oc_report_check check;
    option[0] = text;
    opset = (oc_report_opset){text, 1};
    file = (oc_report_file){text, 1};
    figure = (oc_figure){.formula = text};
    tensor = (oc_report_tensor){.name = text,
                                .has_shape = true,
                                .elem_type = text,
                                .rank = 1,
                                .dims = &figure};
    symbol = (oc_report_symbol){.name = text, .original = text};
    definition = (oc_report_definition){text, text};
    binding = (oc_binding){text, 1};
    assumption = (oc_report_assumption){.left = text, .right = text};
    macs = (oc_report_macs){text, text, figure};
    op = (oc_report_op){text, text, 1};
    group = (oc_report_group){.op_type = text,
                              .domain = text,
                              .scope = text,
                              .depth = 1,
                              .nodes = 1,
                              .flops = figure};
    node = (oc_report_node){.name = text,
                            .op_type = text,
                            .domain = text,
                            .scope = text,
                            .subgraph = text,
                            .note = text,
                            .macs = figure,
                            .inputs = tensors,
                            .outputs = tensors,
                            .input_count = 1,
                            .output_count = 1,
                            .counted = true};
    traffic = (oc_report_traffic){.flash_version = text};
    block = (oc_report_attention){
        .scope = text, .mask = text, .cache = text, .traffic = &traffic};
    other = (oc_report_block){.kind = text, .scope = text};
    part = (oc_report_part){.kind = OC_PART_OF_PRODUCTS, .sum = group};
    growing = (oc_report_growth){.symbol = text, .degree = 1};
    buffer = (oc_report_buffer){text, figure};
    slot = (oc_report_slot){.name = text};
    memory = (oc_report_memory){.order = text,
                                .live_count = 1,
                                .live = &buffer,
                                .other_count = 1,
                                .others = &peak,
                                .has_arena = true,
                                .arena_order = text,
                                .slot_count = 1,
                                .slots = &slot};
    peak = (oc_report_peak){.bytes = figure, .live_count = 1, .live = &buffer};
    finding = (oc_report_finding){
        .id = text, .op = text, .domain = text, .effect = text};
    diagnostic = (oc_report_diagnostic){.id = text, .message = text};
    check = (oc_report_check){
        .rule = text, .metric = text, .has_source = true, .file = text};
    report = (oc_report){.tool_name = text,
                         .tool_version = text,
                         .option_count = 1,
                         .options = option,
                         .model = {.file = text,
                                   .fingerprint = text,
                                   .opset_count = 1,
                                   .opsets = &opset,
                                   .producer = text,
                                   .producer_version = text,
                                   .graph = text,
                                   .external_count = 1,
                                   .external = &file},
                         .input_count = 1,
                         .inputs = &tensor,
                         .output_count = 1,
                         .outputs = &tensor,
                         .symbol_count = 1,
                         .symbols = &symbol,
                         .definition_count = 1,
                         .definitions = &definition,
                         .binding_count = 1,
                         .bindings = &binding,
                         .assumption_count = 1,
                         .assumptions = &assumption,
                         .totals = {[OC_TOTAL_FLOPS] = {.formula = text}},
                         .macs_by_type_count = 1,
                         .macs_by_type = &macs,
                         .coverage = {.unknown_count = 1, .unknown = &op},
                         .by_op_count = 1,
                         .by_op = &group,
                         .by_scope_count = 1,
                         .by_scope = &group,
                         .node_count = 1,
                         .nodes = &node,
                         .attention_count = 1,
                         .attention = &block,
                         .block_count = 1,
                         .blocks = &other,
                         .part_count = 1,
                         .parts = &part,
                         .growth_count = 1,
                         .growth = &growing,
                         .memory = &memory,
                         .audit_count = 1,
                         .audit = &finding,
                         .diagnostic_count = 1,
                         .diagnostics = &diagnostic,
                         .check_count = 1,
                         .checks = &check};
    return &report;
}

/* ---- writing ---- */

oc_status keep_bytes(void *context, const void *data, size_t bytes,
                     oc_error *err)
{
    (void)err;
    oc_text_put(context, data, bytes);
    return OC_OK;
}

const char *written(oc_arena *arena, report_writer *writer,
                    const oc_report *report)
{
    oc_text text = {.arena = arena};
    oc_sink sink = {keep_bytes, &text};
    oc_error err = {0};
    assert_int_equal(writer(report, &sink, &err), OC_OK);
    return text.data;
}

const char *written_text(oc_arena *arena, const oc_text_options *options,
                         const oc_report *report)
{
    oc_text text = {.arena = arena};
    oc_sink sink = {keep_bytes, &text};
    oc_error err = {0};
    assert_int_equal(oc_report_write_text(report, options, &sink, &err), OC_OK);
    return text.data;
}

const char *written_html(oc_arena *arena, const oc_html_options *options,
                         const oc_report *report)
{
    oc_text text = {.arena = arena};
    oc_sink sink = {keep_bytes, &text};
    oc_error err = {0};
    assert_int_equal(oc_report_write_html(report, options, &sink, &err), OC_OK);
    return text.data;
}
