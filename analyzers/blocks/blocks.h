/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/blocks.h - blocks that are recognised in the finished
 * graph, by how data flows and never by names.
 *
 * In here: an attention block while it is put together, and which file does
 * what. The finished answer is an oc_report_attention.
 */
#ifndef OC_ANALYZERS_BLOCKS_BLOCKS_H
#define OC_ANALYZERS_BLOCKS_BLOCKS_H

#include "analyzers/blocks/net.h"
#include "analyzers/builder.h"

/* What a row does in its block. */
typedef enum oc_block_role {
    OC_BLOCK_PROJECTION,
    OC_BLOCK_OUTPUT, /* the output projection */
    OC_BLOCK_LAYOUT, /* moves, repeats, rotates, normalises */
    OC_BLOCK_SCALE,  /* of Q or K */
    OC_BLOCK_QK,
    OC_BLOCK_SCORE, /* scale, mask, soft cap, softmax */
    OC_BLOCK_PV
} oc_block_role;

typedef struct oc_member {
    const oc_row *row;
    oc_block_role role;
} oc_member;

typedef struct oc_members {
    size_t count, room;
    oc_member *member;
} oc_members;

#define OC_MOST_FRONTIERS 8

/* A projection that a path leads back to. */
typedef struct oc_frontier {
    oc_contraction product;
    size_t activation;         /* its input */
    uint32_t output;           /* wire */
    uint32_t positions, width; /* axes that the operand's two come from */
} oc_frontier;

/* What leads back from Q, K or V to projections. */
typedef struct oc_path {
    uint32_t start; /* wire; OC_NO_WIRE: there is none */
    size_t count;
    oc_frontier frontier[OC_MOST_FRONTIERS];
    oc_expr growth; /* how often each element is repeated */
    bool rotary, negates, tables, nonlinear, normed;
    bool other;    /* leads elsewhere, too */
    bool overfull; /* more than is kept */
    size_t input_count;
    uint32_t input[4];  /* leaves reached by movement or not */
    const oc_row *join; /* where a cache comes in, or NULL */
    uint32_t cached;    /* the operand of `join` that is it */
    oc_expr past;       /* its positions */
} oc_path;

#define OC_MOST_MASKS 8

typedef struct oc_attention_block {
    oc_report_attention_kind kind;
    const char *why; /* unresolved: what stands in the way */
    const oc_row *anchor;
    bool fused;
    bool learned_query, several_values;
    bool padded;       /* fused: lengths or a padding mask are given */
    bool content_bias; /* other products are added to the scores */
    oc_members members;
    size_t mask_count;
    uint32_t masking[OC_MOST_MASKS]; /* wires */
    const oc_row *masking_row[OC_MOST_MASKS];
    /* Of spelt-out blocks: */
    oc_contraction qk, pv;
    uint32_t scores;   /* wire of C_qk's output */
    int key_axis;      /* of scores */
    bool key_is_right; /* operand of C_qk */
    bool value_is_right;
    oc_path q, k, v;
    oc_path latent; /* of MLA: what lies before F(V) */
    oc_path query_latent;
    const oc_row *output;           /* the output projection, or NULL */
    const oc_row *value_projection; /* absorbed: one matrix a head */
    /* Dims; OC_UNKNOWN where not known or not applicable. */
    oc_expr batch, heads, kv_heads, queries, keys, past, qk_width, v_width;
    oc_expr model_width, latent_width, rope_width;
    oc_expr pairs; /* elements of the scores */
    oc_tri causal;
    int64_t window;    /* 0: none */
    const char *mask;  /* NULL: undecided */
    const char *cache; /* NULL: none */
} oc_attention_block;

typedef struct oc_blocks {
    oc_builder *b;
    oc_net *net;
    size_t count, room;
    oc_attention_block **block;
    oc_map *masks; /* that were read */
} oc_blocks;

/* members.c */
void oc_members_put(oc_analysis *a, oc_members *list, const oc_row *row,
                    oc_block_role role);

/* anchor.c: the two contractions around a softmax. False: no attention. */
bool oc_attention_anchor(oc_net *net, const oc_row *row,
                         oc_attention_block *block);

/* path.c */
void oc_path_walk(oc_net *net, oc_path *path, oc_members *members,
                  uint32_t start, uint32_t positions, uint32_t width);
/* The value that views of it show. */
uint32_t oc_net_viewed(const oc_net *net, uint32_t wire);
/* First parametric contraction after a wire, or NULL. */
const oc_row *oc_output_projection(oc_net *net, uint32_t wire,
                                   oc_members *members);

/* source.c: do two projections read the same stream? */
bool oc_same_source(oc_net *net, uint32_t query, const uint32_t *key,
                    size_t count);

/* dims.c */
bool oc_attention_dims(oc_net *net, oc_attention_block *block);
/* The width of the stream that the queries are made from. */
oc_expr oc_attention_model_width(oc_net *net, const oc_path *query);

/* kind.c: kind and dims of a spelt-out block. False: it is none. */
bool oc_attention_resolve(oc_net *net, oc_attention_block *block);
/* Keys and values are made of one latent: the block becomes MLA. */
bool oc_attention_take_latent(oc_net *net, oc_attention_block *block);

/* fused.c: attention in one operator. */
void oc_attention_fused(oc_net *net, const oc_row *row,
                        oc_attention_block *block);
/* What its attributes add to what its mask shows. */
void oc_attention_fused_mask(const oc_row *row, oc_attention_block *block);

/* cache.c: where keys and values of earlier calls come in, and what one more
 * token costs there. */
const char *oc_attention_cache(const oc_net *net,
                               const oc_attention_block *block);
oc_expr oc_attention_cache_bytes(const oc_net *net,
                                 const oc_attention_block *block);

/* A quotient of products, equal factors dropped first. */
oc_expr oc_ratio(oc_space *space, const oc_expr *over, size_t over_count,
                 const oc_expr *under, size_t under_count);

/* mask.c: what the operands that meet the scores do to them. */
typedef struct oc_mask_verdict {
    oc_tri causal;
    int64_t window;   /* 0: none was found */
    const char *mask; /* NULL: undecided */
} oc_mask_verdict;
/* `read` keeps what was read before. */
oc_mask_verdict oc_attention_mask(oc_net *net, oc_map *read,
                                  const oc_attention_block *block);

/* unbound.c: the same block where no size is bound. NULL: there is none, else
 * the net that it is in. */
oc_net *oc_attention_unbound(oc_net *net, const oc_row *anchor,
                             oc_attention_block *block);

/* traffic.c: NULL where the dims are not known. */
const oc_report_traffic *oc_attention_traffic(const oc_blocks *blocks,
                                              const oc_attention_block *block);

/* parts.c, when all blocks are reported. Returns the MACs of all cores,
 * OC_UNKNOWN when there is none. */
oc_expr oc_blocks_report_parts(const oc_blocks *blocks);

/* growth.c */
void oc_blocks_report_growth(const oc_blocks *blocks, oc_expr core_macs);

/* attention_report.c */
void oc_blocks_report_attention(const oc_blocks *blocks);
/* The core: both products and what is done to the scores. */
bool oc_block_role_is_core(oc_block_role role);
bool oc_block_role_is_projection(oc_block_role role);
/* The part of a fused operator's MACs or FLOPs that is its projections. */
oc_expr oc_row_projections(oc_space *space, const oc_row *row,
                           oc_metric metric);

#endif
