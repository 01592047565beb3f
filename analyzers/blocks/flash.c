/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/flash.c - the formulas of flash.h. With T = S = N and both
 * widths d they are, in this order: 4NN + 4Nd; 7NN + 8Nd; Nd(2 + 3Tc),
 * Nd(3Tc + 1) and Nd(2 + 2Tr); Nd(4 + 5Tc), Nd(4Tc + 4) and Nd(6 + 4Tc).
 */
#include "analyzers/blocks/flash.h"

static oc_expr times(oc_space *space, int64_t factor, oc_expr e)
{
    return oc_expr_mul(space, oc_expr_of(factor), e);
}

/* Elements of Q and O, of K and V, and how many tiles there are. */
typedef struct oc_parts {
    oc_expr q, o, kv;
    oc_expr row_tiles, column_tiles;
} oc_parts;

static oc_parts parts_of(oc_space *space, const oc_io *io)
{
    return (oc_parts){
        .q = oc_expr_mul(space, io->queries, io->qk_width),
        .o = oc_expr_mul(space, io->queries, io->v_width),
        .kv = oc_expr_mul(space, io->keys,
                          oc_expr_add(space, io->qk_width, io->v_width)),
        .row_tiles = oc_expr_ceil_div(space, io->queries, io->tile_rows),
        .column_tiles = oc_expr_ceil_div(space, io->keys, io->tile_columns)};
}

void oc_io_tiles(oc_space *space, oc_io *io, int64_t elements)
{
    const oc_expr width = oc_expr_add(space, io->qk_width, io->v_width);
    io->tile_columns =
        oc_expr_ceil_div(space, oc_expr_of(elements), times(space, 2, width));
    io->tile_rows = oc_expr_min(space, io->tile_columns,
                                oc_expr_ceil_div(space, width, oc_expr_of(2)));
}

/* ---- with the scores written out ---- */

oc_expr oc_io_standard(oc_space *space, const oc_io *io)
{
    const oc_parts p = parts_of(space, io);
    const oc_expr scores = oc_expr_mul(space, io->queries, io->keys);
    return oc_expr_add(space, times(space, 4, scores),
                       oc_expr_add(space, p.kv, oc_expr_add(space, p.q, p.o)));
}

oc_expr oc_io_standard_backward(oc_space *space, const oc_io *io)
{
    const oc_parts p = parts_of(space, io);
    const oc_expr scores = oc_expr_mul(space, io->queries, io->keys);
    const oc_expr operands =
        oc_expr_add(space, p.kv, oc_expr_add(space, p.q, p.o));
    return oc_expr_add(space, times(space, 7, scores),
                       times(space, 2, operands));
}

/* ---- tile by tile ---- */

/* Version 1 reads Q and O, and writes O, for every tile of keys; as it was
 * released it does not read O for the first. Version 2 keeps O and reads K
 * and V for every tile of queries. */
oc_expr oc_io_flash(oc_space *space, const oc_io *io, oc_flash version)
{
    const oc_parts p = parts_of(space, io);
    if (version == OC_FLASH_V2)
        return oc_expr_add(space, oc_expr_add(space, p.q, p.o),
                           oc_expr_mul(space, p.row_tiles, p.kv));
    const oc_expr tile = oc_expr_add(space, p.q, times(space, 2, p.o));
    const oc_expr all =
        oc_expr_add(space, p.kv, oc_expr_mul(space, p.column_tiles, tile));
    return version == OC_FLASH_V1_RELEASED ? oc_expr_sub(space, all, p.o) : all;
}

/* K, V and their gradients once; for every tile of keys Q, O and dO are read
 * and dQ is read and written. The released kernels and version 2 read O once,
 * before. */
oc_expr oc_io_flash_backward(oc_space *space, const oc_io *io, oc_flash version)
{
    const oc_parts p = parts_of(space, io);
    const oc_expr once = times(space, 2, p.kv);
    const oc_expr with_o =
        oc_expr_add(space, times(space, 3, p.q), times(space, 2, p.o));
    const oc_expr without = oc_expr_add(space, times(space, 3, p.q), p.o);
    const oc_expr tile = version == OC_FLASH_V1 ? with_o : without;
    const oc_expr all =
        oc_expr_add(space, once, oc_expr_mul(space, p.column_tiles, tile));
    switch (version) {
    case OC_FLASH_V1:
        return all;
    case OC_FLASH_V1_RELEASED:
        return oc_expr_add(space, all, oc_expr_sub(space, p.o, p.q));
    default:
        return oc_expr_add(space, all, times(space, 2, p.o));
    }
}

/* The maximum and the sum of each row; version 2 keeps only their logarithm,
 * once. */
oc_expr oc_io_statistics(oc_space *space, const oc_io *io, oc_flash version)
{
    const oc_parts p = parts_of(space, io);
    switch (version) {
    case OC_FLASH_V1:
        return oc_expr_mul(space, times(space, 4, io->queries), p.column_tiles);
    case OC_FLASH_V1_RELEASED:
        return oc_expr_of(0);
    default:
        return io->queries;
    }
}

oc_expr oc_io_statistics_backward(oc_space *space, const oc_io *io,
                                  oc_flash version)
{
    const oc_parts p = parts_of(space, io);
    const oc_expr tiles =
        oc_expr_mul(space, times(space, 2, io->queries), p.column_tiles);
    switch (version) {
    case OC_FLASH_V1:
        return tiles;
    case OC_FLASH_V1_RELEASED:
        return oc_expr_of(0);
    default:
        return oc_expr_add(space, io->queries, tiles);
    }
}
