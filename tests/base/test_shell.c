/* SPDX-License-Identifier: Apache-2.0 */
/* Words of suggested commands: what a shell makes of them is the name. */
#include "support/test.h"

#include <string.h>

#include "onnxcost/error.h"

static const char *word(const char *name)
{
    static char buffer[64];
    return oc_shell_word(buffer, sizeof(buffer), name, "FILE");
}

static void plain_names_are_left_alone(void **state)
{
    (void)state;
    assert_string_equal(word("models/a_b-1.onnx.gz"), "models/a_b-1.onnx.gz");
    assert_string_equal(word("data:1,3,224,224"), "data:1,3,224,224");
}

static void what_a_shell_would_read_is_quoted(void **state)
{
    (void)state;
    assert_string_equal(word("a b"), "'a b'");
    assert_string_equal(word("$(reboot)"), "'$(reboot)'");
    assert_string_equal(word("#0"), "'#0'");
    assert_string_equal(word("~/a*?"), "'~/a*?'");
    assert_string_equal(word("it's"), "'it'\\''s'");
    assert_string_equal(word(""), "''");
    assert_string_equal(word("\xe5\xb1\x82"), "'\xe5\xb1\x82'");
}

static void what_cannot_be_typed_has_a_stand_in(void **state)
{
    (void)state;
    char long_name[100];
    memset(long_name, 'a', sizeof(long_name));
    long_name[sizeof(long_name) - 1] = '\0';
    assert_string_equal(word("a\x1b[31m"), "FILE");
    assert_string_equal(word("a\nb"), "FILE");
    assert_string_equal(word(long_name), "FILE");
    assert_null(oc_shell_word(long_name, 3, "a b", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_names_are_left_alone),
        cmocka_unit_test(what_a_shell_would_read_is_quoted),
        cmocka_unit_test(what_cannot_be_typed_has_a_stand_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
