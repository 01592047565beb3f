/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of analyzers/blocks/flash.h: small counts by hand, and the memory
 * traffic that the FlashAttention paper measured.
 */
#include "analyzers/blocks/flash.h"
#include "symbolic/fixture.h"

static oc_io io_of(int64_t n, int64_t d, int64_t tile)
{
    return (oc_io){oc_expr_of(n), oc_expr_of(n),    oc_expr_of(d),
                   oc_expr_of(d), oc_expr_of(tile), oc_expr_of(tile)};
}

static int64_t value(oc_expr e)
{
    assert_true(oc_expr_is_immediate(e));
    return oc_expr_immediate(e);
}

static void tiles_follow_from_the_fast_memory(void **state)
{
    fixture *f = *state;
    oc_io io = io_of(16, 4, 0);
    oc_io_tiles(f->space, &io, 64);
    assert_int_equal(value(io.tile_columns), 64 / (4 * 4));
    assert_int_equal(value(io.tile_rows), 4);
    oc_io_tiles(f->space, &io, 1024);
    assert_int_equal(value(io.tile_columns), 1024 / (4 * 4));
    assert_int_equal(value(io.tile_rows), 4); /* at most d */
}

static void toy_traffic_is_what_the_algorithms_say(void **state)
{
    fixture *f = *state;
    oc_space *s = f->space;
    oc_io io = io_of(16, 4, 4);
    assert_int_equal(value(oc_io_standard(s, &io)), 4 * 256 + 4 * 64);
    assert_int_equal(value(oc_io_standard_backward(s, &io)), 7 * 256 + 8 * 64);
    assert_int_equal(value(oc_io_flash(s, &io, OC_FLASH_V1)), 64 * (2 + 3 * 4));
    assert_int_equal(value(oc_io_flash_backward(s, &io, OC_FLASH_V1)),
                     64 * (4 + 5 * 4));
    assert_int_equal(value(oc_io_flash(s, &io, OC_FLASH_V1_RELEASED)),
                     64 * (3 * 4 + 1));
    assert_int_equal(value(oc_io_flash_backward(s, &io, OC_FLASH_V1_RELEASED)),
                     64 * (4 * 4 + 4));
    assert_int_equal(value(oc_io_flash(s, &io, OC_FLASH_V2)), 64 * (2 + 2 * 4));
    assert_int_equal(value(oc_io_flash_backward(s, &io, OC_FLASH_V2)),
                     64 * (6 + 4 * 4));
}

static void statistics_are_counted_apart(void **state)
{
    fixture *f = *state;
    oc_space *s = f->space;
    oc_io io = io_of(16, 4, 4);
    assert_int_equal(value(oc_io_statistics(s, &io, OC_FLASH_V1)), 4 * 16 * 4);
    assert_int_equal(value(oc_io_statistics_backward(s, &io, OC_FLASH_V1)),
                     2 * 16 * 4);
    assert_int_equal(value(oc_io_statistics(s, &io, OC_FLASH_V1_RELEASED)), 0);
    assert_int_equal(value(oc_io_statistics(s, &io, OC_FLASH_V2)), 16);
    assert_int_equal(value(oc_io_statistics_backward(s, &io, OC_FLASH_V2)),
                     16 * (1 + 2 * 4));
}

/* GPT-2 medium: N = 1024, d = 64, 16 heads, batch 64, elements of 2 bytes;
 * printed are GB, forwards and backwards. */

static void assert_within_a_hundredth(double got, double printed)
{
    assert_true(got > printed * 0.99 && got < printed * 1.01);
}

static void standard_attention_moves_what_the_paper_measured(void **state)
{
    fixture *f = *state;
    oc_io io = io_of(1024, 64, 256);
    const int64_t both = value(oc_io_standard(f->space, &io)) +
                         value(oc_io_standard_backward(f->space, &io));
    const int64_t scores = INT64_C(1024) * 1024;
    /* A mask is added; dropout goes over the scores forwards and backwards,
     * with a mask of a byte: 2 and half an element each. */
    const int64_t passes = 2 * scores + 5 * scores;
    assert_int_equal(both + passes, 18 * scores + 12 * 1024 * 64);
    assert_within_a_hundredth((double)(both + passes) * 16 * 64 * 2 / 1e9,
                              40.3);
}

static void the_released_kernel_moves_what_the_paper_measured(void **state)
{
    fixture *f = *state;
    oc_io io = io_of(1024, 64, 256);
    const int64_t both =
        value(oc_io_flash(f->space, &io, OC_FLASH_V1_RELEASED)) +
        value(oc_io_flash_backward(f->space, &io, OC_FLASH_V1_RELEASED));
    assert_int_equal(both, 33 * 1024 * 64);
    assert_within_a_hundredth((double)both * 16 * 64 * 2 / 1e9, 4.4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tiles_follow_from_the_fast_memory,
                                        open_space, close_space),
        cmocka_unit_test_setup_teardown(toy_traffic_is_what_the_algorithms_say,
                                        open_space, close_space),
        cmocka_unit_test_setup_teardown(statistics_are_counted_apart,
                                        open_space, close_space),
        cmocka_unit_test_setup_teardown(
            standard_attention_moves_what_the_paper_measured, open_space,
            close_space),
        cmocka_unit_test_setup_teardown(
            the_released_kernel_moves_what_the_paper_measured, open_space,
            close_space),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
