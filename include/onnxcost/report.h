/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onnxcost/report.h - the finished answer about one model, as plain data.
 *
 * In here: oc_report, what it is made of, its release.
 * Not in here: making one (analyze.h), writing and reading it (write.h).
 *
 * A report is immutable once made, so several threads may read one. Every
 * array is a count beside a const pointer, every string is never NULL unless
 * its comment says so, and all of it belongs to the report. Names are the
 * model's own, with U+FFFD for bytes that are not UTF-8, and otherwise
 * hostile: whoever writes them escapes (oc_print_safe() of write.h).
 * Zero-initialised figures, quantities and tensors mean "unknown", never 0.
 *
 * Counts are of operations, `_bytes` of bytes; 1 MAC is 2 FLOPs, both are
 * given; transcendentals are not in the FLOPs. What is counted is
 * docs/costs.md, what each key of the JSON means docs/report.schema.json.
 * The structs are part of the ABI: they change with its version alone.
 */
#ifndef ONNXCOST_REPORT_H
#define ONNXCOST_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onnxcost/compat.h"
#include "onnxcost/expr.h"
#include "onnxcost/formula.h"

OC_BEGIN_API

/* ---- figures ---- */

/* From bad to good: a sum has the least status among its parts, except that
 * something left out makes it OC_FIGURE_LOWER_BOUND. */
typedef enum oc_figure_status {
    OC_FIGURE_UNKNOWN,
    OC_FIGURE_LOWER_BOUND,
    OC_FIGURE_UPPER_BOUND,
    OC_FIGURE_ESTIMATE,
    OC_FIGURE_EXACT
} oc_figure_status;

/* A figure of a row: `formula` is NULL when it is unknown, OC_STATIC (or any
 * other empty string) when it is the integer `value`, else a formula over the
 * report's symbols and definitions. An integer above 2^63 - 1 is a formula of
 * digits. */
typedef struct oc_figure {
    const char *formula;
    int64_t value;
} oc_figure;

#define OC_STATIC ""

/* The integer `value` as a figure. */
static inline oc_figure oc_figure_of(int64_t value)
{
    oc_figure figure = {OC_STATIC, value};
    return figure;
}
/* An integer or a formula. */
static inline bool oc_figure_is_known(oc_figure figure)
{
    return figure.formula != NULL;
}
/* The integer figure.value; one above 2^63 - 1 is none (a formula). */
static inline bool oc_figure_is_static(oc_figure figure)
{
    return figure.formula != NULL && figure.formula[0] == '\0';
}

/* A figure of the totals: an integer when has_value, else a formula, else
 * (formula NULL) unknown, with status OC_FIGURE_UNKNOWN. A report that was
 * read from JSON may have both. */
typedef struct oc_quantity {
    bool has_value;
    int64_t value;
    const char *formula; /* or NULL */
    oc_figure_status status;
    bool has_upper; /* an upper bound is known as an integer */
    int64_t upper_value;
    const char *upper_formula; /* else as a formula, or NULL */
} oc_quantity;

/* ---- tensors ---- */

typedef enum oc_report_tensor_kind {
    OC_REPORT_TENSOR,
    OC_REPORT_SPARSE,
    OC_REPORT_SEQUENCE, /* length, element */
    OC_REPORT_OPTIONAL, /* element */
    OC_REPORT_MAP       /* elem_type is the key's, element the value */
} oc_report_tensor_kind;

/* An omitted operand of a node has the name "" and nothing known. */
typedef struct oc_report_tensor {
    const char *name;
    oc_report_tensor_kind kind;
    bool has_shape;        /* false: the rank is unknown */
    const char *elem_type; /* "float", "int64", ...; NULL: unknown */
    size_t rank;
    const oc_figure *dims;
    oc_figure length;                       /* of a sequence */
    const struct oc_report_tensor *element; /* or NULL */
} oc_report_tensor;

/* ---- the model ---- */

/* An operator set that the model imports. */
typedef struct oc_report_opset {
    const char *domain; /* "" for ai.onnx */
    int64_t version;
} oc_report_opset;

/* An external data file, as the model names it; it was not opened. */
typedef struct oc_report_file {
    const char *file;
    int64_t bytes; /* sum of the lengths that the model refers to */
} oc_report_file;

/* What the file says of itself; "" and 0 where it says nothing. */
typedef struct oc_report_model {
    const char *file; /* basename */
    int64_t bytes;    /* decompressed */
    /* "xxh3-128:" and 32 hex digits over all but weights: files that differ
     * in weights alone have the same. */
    const char *fingerprint;
    int64_t ir_version;
    size_t opset_count;
    const oc_report_opset *opsets;
    const char *producer;
    const char *producer_version;
    const char *graph; /* its name */
    int64_t nodes;     /* in the file: subgraphs and functions included */
    int64_t functions; /* local ones */
    size_t external_count;
    const oc_report_file *external;
} oc_report_model;

/* ---- symbols ---- */

typedef enum oc_report_symbol_kind {
    OC_REPORT_SYMBOL_INPUT,          /* a dim or an element of a graph input */
    OC_REPORT_SYMBOL_DECLARED,       /* a dim_param met elsewhere */
    OC_REPORT_SYMBOL_DATA_DEPENDENT, /* "nonzero_0" */
    OC_REPORT_SYMBOL_TRIP_COUNT      /* of a loop: "trip_0" */
} oc_report_symbol_kind;

#define OC_NO_NODE UINT32_MAX  /* no row of `nodes` */
#define OC_NO_BLOCK UINT32_MAX /* no row of `attention` */

/* An unknown size or number that formulas are over. */
typedef struct oc_report_symbol {
    const char *name;     /* an identifier */
    const char *original; /* as the model spells it */
    oc_report_symbol_kind kind;
    uint32_t node; /* the row that makes it, or OC_NO_NODE */
    bool has_lower, has_upper;
    int64_t lower, upper; /* inclusive; 0 without has_lower, has_upper */
    bool has_value;       /* bound by the user */
    int64_t value;
} oc_report_symbol;

/* A sub-formula that others name; in order of dependency. */
typedef struct oc_report_definition {
    const char *name;
    const char *formula; /* over symbols and earlier definitions */
} oc_report_definition;

typedef enum oc_report_relation {
    OC_REPORT_EQUAL,   /* left == right */
    OC_REPORT_AT_MOST, /* left <= right */
    OC_REPORT_DIVIDES, /* right % left == 0 */
    OC_REPORT_NONZERO  /* left != 0 */
} oc_report_relation;

/* What the graph needs beyond what it declares: figures hold if it is true. */
typedef struct oc_report_assumption {
    oc_report_relation kind;
    uint32_t node;     /* the first that needs it, or OC_NO_NODE */
    const char *left;  /* formula */
    const char *right; /* formula; NULL for OC_REPORT_NONZERO */
    bool noise;        /* true but not worth a line of text; not in the JSON */
} oc_report_assumption;

/* ---- totals ---- */

/* The totals of a report, in the order of the JSON. */
typedef enum oc_total {
    OC_TOTAL_MACS,
    OC_TOTAL_FLOPS, /* 2 * MACs included */
    OC_TOTAL_TRANSCENDENTALS,
    OC_TOTAL_PARAMS,                /* elements of learned weights, each once */
    OC_TOTAL_BUFFERS,               /* elements stored, but not learned */
    OC_TOTAL_QUANTIZATION_ELEMENTS, /* of scales and zero points */
    OC_TOTAL_WEIGHT_BYTES,          /* stored, unique, used */
    OC_TOTAL_READ_BYTES,
    OC_TOTAL_WRITE_BYTES,
    OC_TOTAL_TRAFFIC_BYTES, /* read and written */
    OC_TOTAL_SUM_ACTIVATION_BYTES,
    OC_TOTAL_PEAK_ACTIVATION_BYTES,
    OC_TOTAL_ARENA_BYTES,
    OC_TOTAL_KV_CACHE_BYTES_PER_TOKEN,
    OC_TOTAL_KV_CACHE_BYTES,
    OC_TOTAL_COUNT
} oc_total;

/**
 * "macs", "flops", ...: the key in the JSON, a static string. `total` must be
 * below OC_TOTAL_COUNT.
 */
const char *oc_total_name(oc_total total);

/* What budgets can limit. */
typedef struct oc_budget_metric {
    const char *name; /* "peak-activations" */
    oc_total total;   /* OC_TOTAL_COUNT: the number of nodes */
    bool bytes;       /* else a count */
} oc_budget_metric;

/* NULL for a name that is none. */
const oc_budget_metric *oc_budget_metric_find(const char *name);

/* MACs by the element types of their two factors. */
typedef struct oc_report_macs {
    const char *left, *right; /* "float", "int8", ...; NULL: unknown */
    oc_figure macs;
} oc_report_macs;

/* Rows of one operator. */
typedef struct oc_report_op {
    const char *op_type;
    const char *domain;
    int64_t nodes;
} oc_report_op;

/* What of the model the figures cover. A row is costed when none of its
 * figures is unknown; 0 by rule is costed. */
typedef struct oc_report_coverage {
    int64_t nodes, costed; /* rows */
    size_t unknown_count;
    const oc_report_op *unknown;
    size_t estimated_count;
    const oc_report_op *estimated;
} oc_report_coverage;

/* ---- rows ---- */

/* One line of by_op or by_scope. `status` holds for all figures; a figure of
 * which parts are unknown holds the known rest, as a lower bound. What is
 * marked with one of the two is empty ("" or NULL, 0) in the other. */
typedef struct oc_report_group {
    const char *op_type; /* by_op */
    const char *domain;  /* by_op */
    const char *scope;   /* by_scope */
    int64_t depth;       /* by_scope */
    int64_t nodes;
    oc_figure_status status;
    oc_figure macs, flops, transcendentals, params, traffic_bytes;
} oc_report_group;

/* What a node is there for; its figures decide. */
typedef enum oc_report_role {
    OC_ROLE_COMPUTE, /* the rest */
    OC_ROLE_VIEW,    /* no bytes move */
    OC_ROLE_SHAPE,   /* feeds only shape arithmetic */
    OC_ROLE_FOLDED,  /* constant */
    OC_ROLE_MASK,    /* made from shapes alone, but not shape arithmetic */
    OC_ROLE_DATA     /* bytes move, no flops */
} oc_report_role;

/*
 * A node that runs, in order of execution; a function call is replaced by the
 * rows of its body. Figures are of all its executions together, known as well
 * as `status` says, the worst of them. Kept small: a report may have
 * millions. Its index is its position.
 */
typedef struct oc_report_node {
    const char *name;
    const char *op_type;
    const char *domain;
    const char *scope;
    const char *subgraph; /* "Loop_3.body", "Block#2"; NULL: main graph */
    const char *note;     /* a remark for people; or NULL */
    oc_figure executions;
    oc_figure macs, flops, transcendentals, params, weight_bytes;
    oc_figure read_bytes, write_bytes, traffic_bytes, live_bytes;
    /* Tensors may be shared between nodes. */
    const oc_report_tensor *const *inputs;
    const oc_report_tensor *const *outputs;
    uint32_t input_count, output_count;
    uint32_t since_version; /* 0: unknown */
    uint32_t attention;     /* index of its block, or OC_NO_BLOCK */
    uint32_t alike; /* equal for nodes that formats may fold; 0: folds with
                       none; not in the JSON */
    uint8_t status; /* oc_figure_status */
    uint8_t role;   /* oc_report_role */
    bool counted;   /* totals are sums over these rows alone */
} oc_report_node;

/* ---- blocks ---- */

/* Blocks of attention, memory, machine and audit: the parts below are not
 * made yet (count 0, or NULL), but are written and read. */
typedef enum oc_report_attention_kind {
    OC_ATTENTION_MHA,
    OC_ATTENTION_GQA,
    OC_ATTENTION_MQA,
    OC_ATTENTION_MLA,
    OC_ATTENTION_MLA_ABSORBED,
    OC_ATTENTION_CROSS,
    OC_ATTENTION_LINEAR,
    OC_ATTENTION_UNRESOLVED
} oc_report_attention_kind;

/* Memory traffic of one block, by the way it is computed. */
typedef struct oc_report_traffic {
    oc_figure standard_bytes, flash_bytes, minimal_bytes;
    oc_figure backward_standard_bytes, backward_flash_bytes;
    oc_figure sram_bytes;
    const char *flash_version; /* or NULL */
} oc_report_traffic;

/* A block of attention. A dim or figure that does not apply to the kind is
 * unknown. */
typedef struct oc_report_attention {
    oc_report_attention_kind kind;
    const char *scope;
    uint32_t anchor; /* a row of nodes */
    oc_figure batch, heads, kv_heads, query_length, key_length, past_length;
    oc_figure qk_dim, v_dim, model_dim, latent_dim, rope_dim;
    oc_tri causal;
    oc_figure window;
    const char *mask;  /* "none", "padding", ...; NULL: undecided */
    const char *cache; /* "concat", "shared", ...; NULL: none */
    bool fused;
    size_t node_count;
    const uint32_t *nodes;
    oc_figure projection_macs, projection_params;
    oc_figure macs, flops, transcendentals, macs_causal; /* of the core */
    oc_figure kv_cache_bytes_per_token;
    const oc_report_traffic *traffic; /* or NULL */
} oc_report_attention;

/* Any other block that was recognised. */
typedef struct oc_report_block {
    const char *kind; /* "layer-norm", "gelu", "feed-forward", ... */
    const char *scope;
    size_t node_count;
    const uint32_t *nodes;
    oc_figure macs, flops, transcendentals, params;
    oc_figure experts, chosen, active_params, active_macs; /* mixtures */
} oc_report_block;

/* What the nodes of a model with attention are there for. */
typedef enum oc_report_part_kind {
    OC_PART_OF_CORE,        /* of attention, all blocks that are alike */
    OC_PART_OF_PROJECTIONS, /* of attention, all blocks */
    OC_PART_OF_FEED_FORWARD,
    OC_PART_OF_MIXTURE,  /* of experts */
    OC_PART_OF_PRODUCTS, /* other products of one operator in one module */
    OC_PART_OF_REST      /* norms, moves, ...: no products */
} oc_report_part_kind;

/* The nodes of a model with attention by what they do: every node is in one
 * part, a fused one may be in two, and figures add up to the totals. */
typedef struct oc_report_part {
    oc_report_part_kind kind;
    int64_t blocks;      /* of attention, or of `blocks`; else 0 */
    uint32_t attention;  /* of a core: the first block; else OC_NO_BLOCK */
    oc_report_group sum; /* scope, op_type and domain: of products */
} oc_report_part;

/* How much of the matrix products is attention's core at one length. */
typedef struct oc_report_share {
    int64_t length;
    oc_figure macs, core_macs;
    double share; /* core_macs / macs */
} oc_report_share;

/* How a transformer's costs grow with one symbol, the others at their least,
 * with nothing cached. */
typedef struct oc_report_growth {
    const char *symbol;
    int64_t degree; /* of FLOPs */
    bool sequence;  /* queries of attention are as many */
    /* The length from which the products of attention's core cost more than
     * all other products; unknown where there is none. */
    oc_figure crossover;
    bool reached; /* the model can take sequences of that length */
    size_t share_count;
    const oc_report_share *shares; /* of a sequence */
} oc_report_growth;

/* ---- memory ---- */

/* A tensor that is alive at the peak. */
typedef struct oc_report_buffer {
    const char *name;
    oc_figure bytes;
} oc_report_buffer;

/* One of the live sets that are the largest for some sizes. */
typedef struct oc_report_peak {
    uint32_t node;   /* a row */
    oc_figure bytes; /* of them all, each rounded up to the alignment */
    size_t live_count;
    const oc_report_buffer *live;
} oc_report_peak;

/* Where a tensor lies in the packed arena, and how long. */
typedef struct oc_report_slot {
    const char *name;
    int64_t offset, bytes;
    uint32_t first, last; /* rows of nodes */
} oc_report_slot;

/* What the arena is when buffers are placed in this order. */
typedef struct oc_report_tried {
    const char *order;
    int64_t bytes;
} oc_report_tried;

/* Activation memory over time. */
typedef struct oc_report_memory {
    const char *order; /* "file", "min-peak" */
    int64_t alignment;
    bool in_place;
    bool inputs_counted;
    /* The peak is the maximum of this live set and of the others: none when
     * sizes are integers. */
    uint32_t peak_node; /* or OC_NO_NODE */
    oc_figure peak_bytes;
    size_t live_count;
    const oc_report_buffer *live;
    size_t other_count;
    const oc_report_peak *others;
    /* If no output were written over an input: the total, unless in_place. */
    oc_quantity peak_without_reuse;
    size_t schedule_count; /* rows as they run; 0: in their own order */
    const uint32_t *schedule;
    size_t step_count; /* 0, or one figure a row of nodes */
    const oc_figure *steps;
    bool has_arena; /* all symbols are bound */
    int64_t arena_bytes;
    int64_t arena_lower_bound;
    const char *arena_order;
    size_t slot_count;
    const oc_report_slot *slots;
    size_t unknown_count; /* tensors of which no size is known, or one beyond
                             63 bits: no figure has them */
    const char *const *unknown;
    /* Of an order other than the file's: whether no order has a lower peak
     * (OC_YES), or that is not shown. OC_MAYBE: the file's order. */
    oc_tri order_optimal;
    size_t tried_count; /* arenas, of which the smallest was kept */
    const oc_report_tried *tried;
} oc_report_memory;

/* ---- machine ---- */

/* What a node waits for on the machine. */
typedef enum oc_report_bound {
    OC_BOUND_UNKNOWN,
    OC_BOUND_COMPUTE,
    OC_BOUND_MEMORY
} oc_report_bound;

/* FLOPs a byte of one row. */
typedef struct oc_report_intensity {
    bool has_intensity;
    double intensity; /* flops / traffic_bytes */
    oc_report_bound bound;
    /* In which it works: of the left factor of its MACs, else of its first
     * result. NULL: unknown. */
    const char *elem_type;
} oc_report_intensity;

/* The machine that the user gave, and what it makes of each row. */
typedef struct oc_report_machine {
    bool has_peak_flops;
    int64_t peak_flops;      /* per second, of types that have no own */
    int64_t bandwidth_bytes; /* per second */
    int64_t sram_bytes;      /* 0: not given */
    /* What all nodes take at least, one after another and unfused: a bound,
     * no prediction. */
    double seconds;
    bool whole; /* else figures of nodes are open, which add nothing */
    int64_t compute_bound, memory_bound; /* nodes */
    size_t node_count;                   /* as many as rows */
    const oc_report_intensity *nodes;
    size_t type_count; /* peaks of element types, in FLOPs a second */
    const oc_binding *peak_flops_by_type;
    /* Nodes with FLOPs of a type whose peak is not given: what bounds them is
     * unknown, and they take as long as their bytes. */
    int64_t without_peak;
} oc_report_machine;

/* ---- findings ---- */

typedef enum oc_report_severity {
    OC_INFO,    /* changes no figure */
    OC_WARNING, /* figures may be bounds, or rest on something assumed */
    OC_ERROR
} oc_report_severity;

/* What an audit found: one row an operator and reason. */
typedef struct oc_report_finding {
    oc_report_severity level;
    const char *id;
    const char *op, *domain; /* or NULL */
    size_t node_count;
    const uint32_t *nodes;
    int64_t count;
    const char *effect;
} oc_report_finding;

/* What should be known, and stopped nothing. Branch on `id`. */
typedef struct oc_report_diagnostic {
    oc_report_severity severity;
    uint32_t node;  /* a row, or OC_NO_NODE */
    size_t offset;  /* byte of the file, or OC_NO_OFFSET */
    const char *id; /* "cost.unknown" */
    const char *message;
} oc_report_diagnostic;

/* Answers of a gate. */
typedef enum oc_report_verdict {
    OC_CHECK_PASSED,
    OC_CHECK_FAILED,
    OC_CHECK_WARNED,
    OC_CHECK_UNANSWERABLE
} oc_report_verdict;

/* One rule of a budget, and what became of it. The margin is limit - value:
 * below 0 when the limit is exceeded. */
typedef struct oc_report_check {
    const char *rule;   /* "--max-flops" */
    const char *metric; /* of oc_budget_metric_find() */
    oc_figure limit, value, margin;
    oc_report_verdict status;
    const char *note; /* why no plain answer was possible; or NULL */
    bool has_source;  /* false: the rule is from the command line */
    const char *file;
    int64_t line;
} oc_report_check;

/* ---- derivations ---- */

/* One labelled part of a figure. `formula` is over the dims of operands,
 * `values` the same with numbers (or the report's formulas) put in. */
typedef struct oc_report_term {
    const char *label;   /* "output positions * weights" */
    const char *formula; /* "Y[0]*Y[2]*W[0]"; NULL: not derived from dims */
    const char *values;  /* "1*112*64"; NULL like formula */
    oc_figure amount;
} oc_report_term;

/* How one figure of a row comes about: factor * sum of terms. */
typedef struct oc_report_sum {
    const char *metric; /* "macs", "flops", ...: key of the row */
    size_t term_count;
    const oc_report_term *terms;
    oc_figure executions; /* what the sum is multiplied by */
    oc_figure result;     /* the row's figure */
    oc_figure_status status;
} oc_report_sum;

typedef struct oc_report_operand {
    const char *formal; /* its name in the operator's schema, "X" */
    const oc_report_tensor *tensor;
} oc_report_operand;

typedef struct oc_report_derivation {
    uint32_t node;      /* a row */
    const char *rule;   /* in words; NULL: there is none */
    bool counted;       /* false: `rule` says why nothing can be known */
    const char *source; /* of the rule; NULL */
    size_t input_count, output_count;
    const oc_report_operand *inputs;
    const oc_report_operand *outputs;
    size_t sum_count;
    const oc_report_sum *sums;
} oc_report_derivation;

/* ---- the report ---- */

/* The finished answer about one model. */
typedef struct oc_report {
    const char *tool_name, *tool_version; /* "onnxcost", "0.1.0" */
    size_t option_count;                  /* counting options, as given */
    const char *const *options;
    oc_report_model model;
    size_t input_count, output_count; /* of the main graph */
    const oc_report_tensor *inputs;
    const oc_report_tensor *outputs;
    size_t symbol_count;
    const oc_report_symbol *symbols;
    size_t definition_count;
    const oc_report_definition *definitions;
    size_t binding_count; /* as used */
    const oc_binding *bindings;
    size_t assumption_count;
    const oc_report_assumption *assumptions;
    oc_quantity totals[OC_TOTAL_COUNT];
    size_t macs_by_type_count;
    const oc_report_macs *macs_by_type;
    oc_report_coverage coverage;
    size_t by_op_count;
    const oc_report_group *by_op;
    /* Every module path and every prefix of one (64 deep at most), parents
     * before children, depth first; figures include everything below. The
     * first row is the model itself: scope "", depth 0. */
    size_t by_scope_count;
    const oc_report_group *by_scope;
    size_t node_count;
    const oc_report_node *nodes;
    size_t attention_count;
    const oc_report_attention *attention;
    size_t block_count;
    const oc_report_block *blocks;
    size_t part_count; /* 0: the model has no attention */
    const oc_report_part *parts;
    size_t growth_count; /* one a symbol, of a model with attention */
    const oc_report_growth *growth;
    const oc_report_memory *memory;   /* or NULL */
    const oc_report_machine *machine; /* or NULL */
    size_t audit_count;
    const oc_report_finding *audit;
    size_t diagnostic_count;
    const oc_report_diagnostic *diagnostics;
    size_t check_count;
    const oc_report_check *checks;
    /* Of the node that oc_analyze_options.explain names, or NULL; not in the
     * JSON. */
    const oc_report_derivation *derivation;
    /* The library's own, to release the report: NULL (nothing to release), or
     * an arena that holds everything, the report itself included. Of a report
     * that you make yourself: NULL. */
    void *memory_owner;
} oc_report;

/* The figure of a metric; status OC_FIGURE_UNKNOWN where there is none. */
oc_quantity oc_budget_metric_quantity(const oc_budget_metric *metric,
                                      const oc_report *report);

/**
 * Values that a report's free symbols may have, by their names and the
 * assumptions: an example for people, never an answer.
 * @param[out] bindings  symbol_count of them, in the report's order, names
 *                       lent; bound symbols with the values they have.
 * @return false when no such values were found; free symbols are then 1.
 */
bool oc_report_example(const oc_report *report, oc_binding *bindings);

/**
 * Releases a report that oc_analyze() or oc_report_read_json() gave, and all
 * that is reachable from it. NULL is fine.
 */
void oc_report_free(oc_report *report);

OC_END_API

#endif
