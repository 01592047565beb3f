/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/symbolic/fixture.h - a space with the symbols that the tests speak of.
 */
#ifndef OC_TESTS_SYMBOLIC_FIXTURE_H
#define OC_TESTS_SYMBOLIC_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "symbolic/space.h"

typedef struct fixture {
    oc_arena arena;
    oc_space *space;
    jmp_buf escape;
} fixture;

static inline oc_expr add_symbol(fixture *f, const char *name,
                                 oc_symbol_kind kind, int64_t lower)
{
    oc_symbol symbol = {.name = name,
                        .kind = kind,
                        .bounds = {lower, OC_UNBOUNDED_ABOVE},
                        .node = SIZE_MAX};
    return oc_symbol_new(f->space, &symbol);
}

/* Dims are >= 0, `heads` is >= 1, `offset` may be negative. */
static inline int open_space(void **state)
{
    static const char *const dims[] = {"batch",  "seq",   "past",
                                       "height", "width", "samples"};
    fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    f->arena.escape = &f->escape; /* never taken: no limit is set */
    f->space = oc_space_new(&f->arena, 0);
    for (size_t i = 0; i < sizeof(dims) / sizeof(dims[0]); i++)
        add_symbol(f, dims[i], OC_SYMBOL_INPUT, 0);
    add_symbol(f, "heads", OC_SYMBOL_INPUT, 1);
    add_symbol(f, "offset", OC_SYMBOL_INPUT, OC_UNBOUNDED_BELOW);
    add_symbol(f, "nonzero_0", OC_SYMBOL_DATA, 0);
    *state = f;
    return 0;
}

static inline int close_space(void **state)
{
    fixture *f = *state;
    oc_arena_free(&f->arena);
    free(f);
    return 0;
}

static inline oc_expr read_expr(fixture *f, const char *text)
{
    oc_expr e = oc_expr_parse(f->space, text, strlen(text), NULL, NULL);
    assert_true(oc_expr_is_known(e));
    return e;
}

static inline void assert_prints(fixture *f, oc_expr e, const char *text)
{
    assert_string_equal(oc_expr_text(f->space, &f->arena, e), text);
}

/* What `text` reads as is printed as `form`, and `form` reads the same. */
static inline void assert_form(fixture *f, const char *text, const char *form)
{
    oc_expr e = read_expr(f, text);
    assert_prints(f, e, form);
    assert_true(read_expr(f, form) == e);
}

static inline void assert_interval(fixture *f, const char *text, int64_t lower,
                                   int64_t upper)
{
    oc_interval i = oc_expr_interval(f->space, read_expr(f, text));
    assert_true(i.lower == lower && i.upper == upper);
}

#define SPACE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, open_space, close_space)

#endif
