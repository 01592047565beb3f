/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/analysis.h - what an analysis knows while it runs.
 *
 * In here: facts of values, frames, rows, diagnostics, and which file does
 * what. Internal to analyzers/; the finished answer is an oc_report.
 *
 * Everything lives in one arena with an escape: running out of memory jumps
 * to oc_analyze(), so that nothing below checks allocations.
 */
#ifndef OC_ANALYZERS_ANALYSIS_H
#define OC_ANALYZERS_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzers/registry.h"
#include "base/arena.h"
#include "base/map.h"
#include "onnxcost/analyze.h"
#include "onnxcost/plugin.h"
#include "parser/model.h"
#include "symbolic/space.h"

#define OC_NO_ROW SIZE_MAX

/* The newest opset of ONNX whose rules are known. */
#define OC_NEWEST_OPSET 28

/* Masks of OC_IN(i): bit 31 stands for input 31 and all after it. */
static inline bool oc_mask_has(uint32_t mask, size_t i)
{
    return (mask >> (i < 31 ? i : 31)) & 1;
}

/* ---- facts ---- */

/* Initializers that a value shows, through views, casts and slices. */
typedef struct oc_origins {
    size_t count;
    const oc_tensor *const *tensor;
} oc_origins;

/* What is known of one value; immutable once made. */
typedef struct oc_fact {
    oc_type type;
    const oc_block *block;     /* elements, or NULL */
    oc_expr lower, upper;      /* bounds of all elements, or OC_UNKNOWN */
    uint64_t number;           /* equal numbers: equal values */
    bool constant;             /* from initializers and constants alone */
    bool shows_constant;       /* a view of what is constant */
    bool from_shapes;          /* from Shape, Size and constants alone */
    bool loop_state;           /* carried by a Loop or Scan */
    const oc_origins *origins; /* or NULL */
    /* Bytes that reading it touches, where a folded DequantizeLinear lies
     * between it and what is stored; else OC_UNKNOWN. */
    oc_expr stored_bytes;
    oc_value_id root; /* the value whose bytes it shows: its own, or that of
                         what it is a view of */
} oc_fact;

/* One run of a scope: the main graph, or one call of a function. */
typedef struct oc_frame {
    const oc_scope *scope;
    const oc_fact **fact;     /* one a value, NULL: not yet */
    struct oc_row **producer; /* one a value: the row that made it */
    const struct oc_liveness *live;
    size_t *root_last_use; /* one a value: the last use of any view of it */
    struct oc_memory_name *name; /* one a value, or NULL: memory/liveness.c */
    const oc_opset *opset;
    size_t opset_count;
    const struct oc_frame *caller; /* NULL: the main graph */
    const oc_node *call;           /* in the caller's frame */
} oc_frame;

/* ---- rows ---- */

typedef struct oc_term {
    oc_metric metric;
    const char *label;
    oc_expr amount; /* of one execution */
    const struct oc_term *next;
} oc_term;

typedef enum oc_body_kind {
    OC_BODY_CALL,    /* a function's: in a frame of its own */
    OC_BODY_BRANCH,  /* of an If */
    OC_BODY_LOOP,    /* runs again and again */
    OC_BODY_DECODER, /* of text generation: in a frame of its own */
    OC_BODY_FUSED    /* nothing of it leaves the operator */
} oc_body_kind;

/* A graph that ran as the body of a row: its own rows follow that row. */
typedef struct oc_body {
    const oc_graph *graph;
    oc_frame *frame;   /* another than the row's in a call */
    size_t first, end; /* rows of the analysis: [first, end) */
    oc_body_kind kind;
    bool silent; /* a branch not taken */
    /* Of a loop: values carried, the first of them among inputs and outputs
     * of the graph, the symbol of the iteration, how many there are. */
    size_t state_count, first_input, first_output;
    size_t iteration_symbol;
    oc_expr trip;
    struct oc_body *next; /* of the row, in order of their rows */
} oc_body;

/* A node that runs. */
typedef struct oc_row {
    const oc_node *node;
    const oc_frame *frame;
    oc_body *body;              /* the first, or NULL */
    const oc_op_descriptor *op; /* NULL: no rule */
    int since_version;
    const char *subgraph; /* NULL: the main graph */
    size_t input_count, output_count;
    const oc_fact *const *input; /* NULL where omitted */
    const oc_fact *const *output;
    oc_expr executions;
    oc_expr metric[OC_METRIC_COUNT];    /* over all executions */
    oc_expr upper[OC_METRIC_COUNT];     /* known upper bounds, or OC_UNKNOWN */
    uint8_t certainty[OC_METRIC_COUNT]; /* oc_certainty */
    int macs_left, macs_right;          /* element types of the factors */
    oc_expr weight_bytes;
    oc_expr params;
    const oc_expr *weight; /* packed weights: elements an input, or NULL */
    const oc_term *terms;
    oc_report_role role;
    bool counted; /* sums run over it */
    bool silent;  /* of a branch not taken: not listed, roles only */
    bool folded;
    bool unknown; /* a figure is */
    const char *note;
    size_t index; /* in the rows of the analysis, once it is finished */
} oc_row;

typedef struct oc_note_row {
    oc_report_severity severity;
    const char *id;
    const char *message;
    size_t row; /* OC_NO_ROW: none */
    size_t offset;
    bool contradiction; /* shapes that cannot be */
} oc_note_row;

/* ---- liveness: analyzers/live.c ---- */

typedef struct oc_liveness {
    const oc_scope *scope;
    bool *live;       /* one a value: a graph output depends on it */
    size_t *last_use; /* one a value: position of the last reader; SIZE_MAX
                         for graph outputs, 0 for none */
    size_t dead_nodes;
    struct oc_liveness *next;
} oc_liveness;

/* ---- memory: analyzers/memory/ ---- */

typedef struct oc_memory_options {
    int64_t alignment;
    bool in_place, inputs_counted, reorder;
} oc_memory_options;

/* False with a filled error: a counting option or order that there is not. */
bool oc_memory_options_read(oc_memory_options *out,
                            const oc_analyze_options *options, oc_error *err);

/* ---- the analysis ---- */

typedef struct oc_analysis {
    oc_arena *arena;   /* of the analysis */
    oc_arena *scratch; /* of one operator */
    oc_space *space;
    const oc_model *model;
    const oc_graph *graph;
    const oc_model_facts *facts;
    oc_registry *registry;
    const oc_analyze_options *options;
    oc_memory_options memory;
    oc_limits limits;
    bool bound; /* bindings or shapes were given and are applied */

    oc_frame *main;
    size_t row_count, row_room;
    oc_row **row;
    size_t note_count, note_room;
    oc_note_row *note;
    oc_map *symbols;      /* name -> expression handle, see symbols.c */
    bool *binding_used;   /* one of options->dims */
    oc_map *fresh;        /* value number -> expression handle */
    oc_map *fresh_counts; /* prefix -> how many */
    oc_map *region_counts;
    oc_liveness *liveness; /* one a scope */
    uint64_t next_number;
    oc_expr *replacement; /* loop_body.c: one a symbol */
    size_t replacement_room;
    size_t repeated; /* rows of loop bodies that were inferred again */
    size_t position; /* of the node that runs: see oc_liveness */

    size_t effort;      /* steps of searches: oc_op_effort() */
    size_t folded;      /* elements of blocks that are kept */
    bool origins_cut;   /* some initializers are not followed to all readers */
    bool refuted;       /* an operator needs what cannot be */
    size_t stale_count; /* declared types that inference contradicts */
    const char *stale;  /* the first value with one */
    oc_error *err;      /* of oc_analysis_stop() */
    oc_status stopped;  /* by it */
    struct oc_work *work; /* of analyze.c */

    /* Of the region being inferred: */
    const char *subgraph;
    oc_expr executions;
    bool counted;
    bool silent;
} oc_analysis;

/* ---- who does what ---- */

/* analyze.c: the same model without bindings, inferred when it is first asked
 * for; NULL where there are none, or that does not succeed. */
oc_analysis *oc_analysis_unbound(const oc_analysis *a);

/* symbols.c: names, dims, bindings. */
oc_expr oc_analysis_symbol(oc_analysis *a, const char *name,
                           const char *original, oc_symbol_kind kind,
                           oc_interval bounds);
/* "<prefix>_<k>", k counting, or what the user bound it to. */
oc_expr oc_analysis_fresh(oc_analysis *a, const char *prefix,
                          oc_symbol_kind kind, oc_expr lower, oc_expr upper);
oc_status oc_analysis_inputs(oc_analysis *a, oc_error *err);
oc_type oc_analysis_declared(oc_analysis *a, const oc_declared_type *type);
/* A name that no binding of the user may carry: OC_ERR_USAGE. */
oc_status oc_analysis_bindings_used(oc_analysis *a, oc_error *err);

/* steer.c: one a value of the main graph: it decides shapes, trip counts or
 * branches. Calls must have been checked. */
const bool *oc_analysis_steering(oc_analysis *a);

/* facts.c */
oc_fact *oc_fact_new(oc_analysis *a, const oc_fact *like); /* NULL: unknown */
const oc_fact *oc_fact_unknown(oc_analysis *a);
const oc_fact *oc_fact_of_tensor(oc_analysis *a, const oc_tensor *tensor);
const oc_origins *oc_origins_of_tensor(oc_analysis *a, const oc_tensor *tensor);
oc_expr oc_fact_numel(oc_analysis *a, const oc_fact *fact);
oc_expr oc_fact_bytes(oc_analysis *a, const oc_fact *fact, oc_expr elements);
/* Of a sequence whose elements have types of their own; else 0. */
size_t oc_type_each_count(const oc_type *type);
bool oc_type_equal(const oc_type *a, const oc_type *b);
/* A deep copy in the analysis' arena. */
oc_type oc_type_copy(oc_analysis *a, const oc_type *type);
const oc_block *oc_block_new(oc_analysis *a, const oc_type *type,
                             const oc_expr *element);
oc_expr oc_expr_of_double(oc_analysis *a, double value, int elem_type);

/* live.c */
const oc_liveness *oc_liveness_of(oc_analysis *a, const oc_graph *graph);

/* frame.c */
oc_frame *oc_frame_new(oc_analysis *a, const oc_graph *graph);
const oc_fact *oc_frame_fact(const oc_frame *frame, oc_value_id value);
void oc_frame_set(oc_analysis *a, oc_frame *frame, oc_value_id value,
                  const oc_fact *fact);
/* The caller's value that an input of a function stands for. */
oc_value_id oc_frame_outside(const oc_frame *frame, oc_value_id value);
/* A row for `node` with its facts; metrics zero, role compute. */
oc_row *oc_row_new(oc_analysis *a, oc_frame *frame, const oc_node *node);
/* Output facts of a row that was made before its outputs were known. */
void oc_row_outputs(oc_analysis *a, oc_row *row);
void oc_analysis_note(oc_analysis *a, oc_report_severity severity,
                      const char *id, size_t row, const char *message);
const oc_attribute *oc_node_attribute(const oc_frame *frame,
                                      const oc_node *node, const char *name);
int64_t oc_frame_opset(const oc_frame *frame, const char *domain);
/* Gives up (a limit was reached), through the arena's escape. */
OC_NORETURN OC_PRINTF(4, 5)
void oc_analysis_stop(oc_analysis *a, oc_status status, const char *id,
                      const char *format, ...);

/* infer.c: the nodes of a graph that its outputs depend on. */
void oc_infer_graph(oc_analysis *a, oc_frame *frame, const oc_graph *graph);

/* calls.c: stops where calls expand beyond the limits. */
void oc_check_calls(oc_analysis *a);

/* operator.c: one node of one operator. */
void oc_infer_operator(oc_analysis *a, oc_frame *frame, const oc_node *node);

/* control.c: operators with bodies. False: it is none. */
bool oc_infer_control(oc_analysis *a, oc_frame *frame, const oc_node *node);
void oc_infer_call(oc_analysis *a, oc_frame *frame, const oc_node *node);
/* What such an operator costs, in words; NULL: it is none. */
const char *oc_control_rule(const char *domain, const char *op_type,
                            bool is_call);

/* roles.c: params, buffers, quantisation elements, weight bytes. */
typedef struct oc_weights {
    oc_expr params, buffers, quantization_elements, weight_bytes;
} oc_weights;
oc_weights oc_analysis_weights(oc_analysis *a);

/* ties.c: a remark on matrices that may be stored twice. */
void oc_note_ties(oc_analysis *a, oc_expr params);

/* report.c: everything in `arena`, which the report then owns. */
void oc_analysis_report(oc_analysis *a, oc_arena *arena, oc_report **out);

#endif
