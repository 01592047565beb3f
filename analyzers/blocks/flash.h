/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/blocks/flash.h - elements that attention moves between main
 * memory and the chip, by one (batch, head): with the scores written out, and
 * tile by tile.
 *
 * Source: FlashAttention (Dao et al., 2022), Algorithms 0 to 4 and Theorems 2
 * and 5; the released kernels of version 1; FlashAttention-2.
 */
#ifndef OC_ANALYZERS_BLOCKS_FLASH_H
#define OC_ANALYZERS_BLOCKS_FLASH_H

#include "onnxcost/analyze.h"
#include "symbolic/space.h"

typedef struct oc_io {
    oc_expr queries, keys;     /* T, S */
    oc_expr qk_width, v_width; /* of one head */
    oc_expr tile_rows;         /* queries in a tile: Br */
    oc_expr tile_columns;      /* keys in a tile: Bc */
} oc_io;

/* Tiles for so many elements of fast memory: Bc = ceil(M / 4d) and Br =
 * min(Bc, d), d being the mean of both widths. */
void oc_io_tiles(oc_space *space, oc_io *io, int64_t elements);

oc_expr oc_io_standard(oc_space *space, const oc_io *io);
oc_expr oc_io_standard_backward(oc_space *space, const oc_io *io);
oc_expr oc_io_flash(oc_space *space, const oc_io *io, oc_flash version);
oc_expr oc_io_flash_backward(oc_space *space, const oc_io *io,
                             oc_flash version);
/* Statistics of the rows, which are always of 4 bytes. */
oc_expr oc_io_statistics(oc_space *space, const oc_io *io, oc_flash version);
oc_expr oc_io_statistics_backward(oc_space *space, const oc_io *io,
                                  oc_flash version);

#endif
