/* SPDX-License-Identifier: Apache-2.0 */
/* String map: what was put is found, whatever came and went since. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"

enum { KEY_COUNT = 5000 };

static void put_text(oc_map *map, const char *key, uint64_t value)
{
    assert_true(oc_map_put(map, key, strlen(key), value));
}

static void what_was_put_is_found(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_map *map = oc_map_new(&arena);
    uint64_t value = 0;
    put_text(map, "input", 7);
    put_text(map, "weight", 8);
    put_text(map, "input", 9);
    assert_int_equal(oc_map_count(map), 2);
    assert_true(oc_map_get(map, "input", 5, &value));
    assert_int_equal(value, 9);
    assert_false(oc_map_get(map, "inpu", 4, &value));
    assert_false(oc_map_get(map, "bias", 4, &value));
    assert_int_equal(value, 9);
    oc_arena_free(&arena);
}

static void keys_are_bytes_and_may_be_empty(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_map *map = oc_map_new(&arena);
    uint64_t value = 0;
    assert_true(oc_map_put(map, NULL, 0, 1));
    assert_true(oc_map_put(map, "a\0b", 3, 2));
    assert_true(oc_map_put(map, "a\0c", 3, 3));
    assert_true(oc_map_get(map, "", 0, &value));
    assert_int_equal(value, 1);
    assert_true(oc_map_get(map, "a\0c", 3, &value));
    assert_int_equal(value, 3);
    assert_false(oc_map_get(map, "a", 1, &value));
    oc_arena_free(&arena);
}

/* Every third key is gone once `gone`. */
static void expect_keys(const oc_map *map, char *const *keys, bool gone)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        uint64_t value = 0;
        bool there = !gone || i % 3 != 0;
        assert_int_equal(oc_map_get(map, keys[i], strlen(keys[i]), &value),
                         there);
        if (there)
            assert_int_equal(value, i);
    }
}

static void removal_hides_no_other_key(void **state)
{
    (void)state;
    oc_arena arena = {0};
    oc_map *map = oc_map_new(&arena);
    char *keys[KEY_COUNT];
    for (size_t i = 0; i < KEY_COUNT; i++) {
        keys[i] = oc_arena_printf(&arena, "/layer%zu/conv", i);
        put_text(map, keys[i], i);
    }
    expect_keys(map, keys, false);
    for (size_t i = 0; i < KEY_COUNT; i += 3)
        assert_true(oc_map_remove(map, keys[i], strlen(keys[i])));
    assert_false(oc_map_remove(map, keys[0], strlen(keys[0])));
    assert_int_equal(oc_map_count(map), KEY_COUNT - (KEY_COUNT + 2) / 3);
    expect_keys(map, keys, true);
    oc_arena_free(&arena);
}

static void lack_of_memory_is_told(void **state)
{
    (void)state;
    oc_arena arena = {.limit_bytes = 16};
    assert_null(oc_map_new(&arena));
    arena.limit_bytes = 0;
    oc_map *map = oc_map_new(&arena);
    assert_non_null(map);
    static const char digits[] = "0123456789abcdef";
    size_t put = 1;
    assert_true(oc_map_put(map, digits, 1, 0));
    arena.limit_bytes = 1;
    arena.left = 0;
    while (put < 16 && oc_map_put(map, digits + put, 1, put))
        put++;
    assert_in_range(put, 1, 15);
    assert_false(oc_map_reserve(map, 16));
    for (size_t i = 0; i < put; i++) {
        uint64_t value = 99;
        assert_true(oc_map_get(map, digits + i, 1, &value));
        assert_int_equal(value, i);
    }
    oc_arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_found),
        cmocka_unit_test(keys_are_bytes_and_may_be_empty),
        cmocka_unit_test(removal_hides_no_other_key),
        cmocka_unit_test(lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
