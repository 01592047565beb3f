/* SPDX-License-Identifier: Apache-2.0 */
/* Arena: zeroed, aligned, limited, freed as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    oc_arena arena = {0};
    for (size_t size = 1; size < 3000; size += 7) {
        unsigned char *data = oc_arena_alloc(&arena, 1, size);
        assert_non_null(data);
        assert_int_equal((uintptr_t)data % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(data[i], 0);
        memset(data, 0xA5, size);
    }
    oc_arena_free(&arena);
    assert_null(arena.newest);
    assert_int_equal(arena.held_bytes, 0);
}

static void memory_is_zeroed_again_after_a_reset(void **state)
{
    (void)state;
    oc_arena arena = {0};
    for (int round = 0; round < 3; round++) {
        unsigned char *data = oc_arena_alloc(&arena, 100, 10);
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(data[i], 0);
        memset(data, 0xFF, 1000);
        oc_arena_reset(&arena);
    }
    oc_arena_free(&arena);
}

/* Text comes from the other end of a block. */
static void memory_is_zeroed_after_text_too(void **state)
{
    (void)state;
    const size_t large = 1 << 20;
    oc_arena arena = {0};
    for (size_t round = 0; round < 4; round++) {
        for (size_t i = 0; i < 100; i++) {
            unsigned char *data = oc_arena_alloc(&arena, 1, i);
            for (size_t k = 0; k < i; k++)
                assert_int_equal(data[k], 0);
            memset(data, 0xFF, i);
            assert_string_equal(oc_arena_text(&arena, "text", 4), "text");
        }
        if (round == 1)
            memset(oc_arena_alloc(&arena, 1, large), 0xFF, large);
        oc_arena_reset(&arena);
    }
    oc_arena_free(&arena);
}

static void allocations_do_not_overlap(void **state)
{
    (void)state;
    oc_arena arena = {0};
    char *text[200];
    for (size_t i = 0; i < 200; i++)
        text[i] = oc_arena_printf(&arena, "%zu:%*s", i, (int)(i * 37), "x");
    for (size_t i = 0; i < 200; i++) {
        char expected[8000];
        snprintf(expected, sizeof(expected), "%zu:%*s", i, (int)(i * 37), "x");
        assert_string_equal(text[i], expected);
    }
    oc_arena_free(&arena);
}

static void nothing_is_still_a_valid_pointer(void **state)
{
    (void)state;
    oc_arena arena = {0};
    assert_non_null(oc_arena_alloc(&arena, 0, 8));
    assert_non_null(oc_arena_copy(&arena, NULL, 0));
    assert_string_equal(oc_arena_text(&arena, NULL, 0), "");
    oc_arena_free(&arena);
}

static void text_is_cut_at_its_length(void **state)
{
    (void)state;
    oc_arena arena = {0};
    assert_string_equal(oc_arena_text(&arena, "Convolution", 4), "Conv");
    oc_arena_free(&arena);
}

static void an_overflowing_size_is_refused(void **state)
{
    (void)state;
    oc_arena arena = {0};
    assert_null(oc_arena_alloc(&arena, SIZE_MAX / 2, 3));
    assert_null(oc_arena_alloc(&arena, 1, SIZE_MAX));
    assert_null(oc_arena_text(&arena, "", SIZE_MAX));
    assert_non_null(oc_arena_alloc(&arena, 1, 1));
    oc_arena_free(&arena);
}

static void the_limit_holds_and_can_be_used_up(void **state)
{
    (void)state;
    oc_arena arena = {.limit_bytes = 5000};
    assert_null(oc_arena_alloc(&arena, 1, 5001));
    assert_non_null(oc_arena_alloc(&arena, 1, 4000));
    assert_non_null(oc_arena_alloc(&arena, 1, 900));
    assert_null(oc_arena_alloc(&arena, 1, 1000));
    assert_true(arena.held_bytes <= arena.limit_bytes);
    oc_arena_free(&arena);
}

static void exhaustion_jumps_to_the_escape(void **state)
{
    (void)state;
    jmp_buf escape;
    oc_arena arena = {.limit_bytes = 100, .escape = &escape};
    volatile int jumps = 0;
    if (setjmp(escape) == 0) {
        oc_arena_alloc(&arena, 1, 101);
        fail();
    } else {
        jumps++;
    }
    assert_int_equal(jumps, 1);
    oc_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(memory_is_zeroed_again_after_a_reset),
        cmocka_unit_test(memory_is_zeroed_after_text_too),
        cmocka_unit_test(allocations_do_not_overlap),
        cmocka_unit_test(nothing_is_still_a_valid_pointer),
        cmocka_unit_test(text_is_cut_at_its_length),
        cmocka_unit_test(an_overflowing_size_is_refused),
        cmocka_unit_test(the_limit_holds_and_can_be_used_up),
        cmocka_unit_test(exhaustion_jumps_to_the_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
