/* SPDX-License-Identifier: Apache-2.0 */
/* Errors: the first cause wins, callers above add the place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"

static void the_first_cause_wins(void **state)
{
    (void)state;
    oc_error err = {0};
    assert_int_equal(oc_fail_at(&err, OC_ERR_INPUT, "wire.truncated", 17,
                                "%d bytes are missing", 3),
                     OC_ERR_INPUT);
    assert_int_equal(oc_fail(&err, OC_ERR_IO, "input.read", "later"),
                     OC_ERR_IO);
    assert_int_equal(err.code, OC_ERR_INPUT);
    assert_int_equal(err.offset, 17);
    assert_string_equal(err.id, "wire.truncated");
    assert_string_equal(err.message, "3 bytes are missing");
}

static void place_and_hint_are_added_once(void **state)
{
    (void)state;
    oc_error err = {0};
    oc_error_where(&err, "nothing failed yet");
    assert_string_equal(err.where, "");
    (void)oc_fail(&err, OC_ERR_LIMIT, "limit.depth", "too deep");
    oc_error_where(&err, "node %d", 17);
    oc_error_where(&err, "graph");
    oc_error_hint(&err, "--limit depth=%d", 200);
    oc_error_hint(&err, "another");
    assert_int_equal(err.offset, OC_NO_OFFSET);
    assert_string_equal(err.where, "node 17");
    assert_string_equal(err.hint, "--limit depth=200");
}

static void a_caller_may_not_care(void **state)
{
    (void)state;
    assert_int_equal(oc_fail(NULL, OC_ERR_NOMEM, "memory", "none"),
                     OC_ERR_NOMEM);
    oc_error_where(NULL, "node");
    oc_error_hint(NULL, "hint");
}

static void long_messages_are_cut(void **state)
{
    (void)state;
    oc_error err = {0};
    (void)oc_fail(&err, OC_ERR_INPUT, "input.name", "%1000s", "x");
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_cause_wins),
        cmocka_unit_test(place_and_hint_are_added_once),
        cmocka_unit_test(a_caller_may_not_care),
        cmocka_unit_test(long_messages_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
