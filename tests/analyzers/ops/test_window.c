/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Windows that slide: their positions are counted one by one and compared
 * with the formulas, through one-dimensional poolings and convolutions.
 */
#include <stdio.h>

#include "support/test.h"

typedef struct window {
    int64_t input, kernel, stride, dilation, begin, end;
} window;

static int64_t extent(window w)
{
    return (w.kernel - 1) * w.dilation + 1;
}

/* Windows that lie within the padded input. */
static int64_t slide(window w)
{
    int64_t count = 0;
    for (int64_t at = -w.begin; at + extent(w) <= w.input + w.end;
         at += w.stride)
        count++;
    return count;
}

/* With ceil_mode the last may hang over, but must start before the end
 * padding does; before it every window lies within. */
static int64_t slide_over(window w)
{
    int64_t count = 0;
    for (int64_t at = -w.begin; at < w.input; at += w.stride) {
        if (at > -w.begin && at - w.stride + extent(w) >= w.input + w.end)
            break;
        count++;
    }
    return count;
}

static void check(window w, int ceil)
{
    char attributes[200], input[40], output[40];
    const int64_t count = ceil ? slide_over(w) : slide(w);
    snprintf(attributes, sizeof attributes,
             "kernel_shape=%d, strides=%d, dilations=%d, pads=%d,%d "
             "ceil_mode=%d",
             (int)w.kernel, (int)w.stride, (int)w.dilation, (int)w.begin,
             (int)w.end, ceil);
    snprintf(input, sizeof input, "f32[1,1,%d]", (int)w.input);
    snprintf(output, sizeof output, "f32[1,1,%d]", (int)count);
    const result r = run_op("AveragePool@19", attributes, input);
    assert_string_equal(r.outputs, output);
}

static void positions_are_those_of_a_window_that_is_slid(void **state)
{
    (void)state;
    for (int seed = 0; seed < 300; seed++) {
        const window w = {.input = 1 + seed % 11,
                          .kernel = 1 + seed / 3 % 4,
                          .stride = 1 + seed / 5 % 3,
                          .dilation = 1 + seed / 7 % 2,
                          .begin = seed / 2 % 2,
                          .end = seed / 13 % 2};
        if (w.begin < w.kernel && w.end < w.kernel && slide(w) > 0) {
            check(w, 0);
            check(w, 1);
        }
    }
}

static void padding_to_the_same_size_divides_by_the_stride(void **state)
{
    (void)state;
    const result r =
        run_op("MaxPool", "kernel_shape=3,3 strides=2,3 auto_pad=SAME_UPPER",
               "f32[1,1,7,9]");
    assert_string_equal(r.outputs, "f32[1,1,4,3]"); /* ceil 7/2, ceil 9/3 */
}

static void auto_pad_valid_ignores_pads(void **state)
{
    (void)state;
    const result r = run_op(
        "MaxPool", "kernel_shape=3, auto_pad=VALID pads=1,1", "f32[1,1,7]");
    assert_string_equal(r.outputs, "f32[1,1,5]");
}

static void a_window_that_always_fits_is_no_assumption(void **state)
{
    (void)state;
    const result r =
        run_op("MaxPool", "kernel_shape=3, pads=1,1 strides=2,", "f32[1,1,h]");
    assert_string_equal(r.outputs, "f32[1,1,(h + 1)//2]");
    assert_string_equal(r.assumptions, "");
}

static void a_window_that_may_not_fit_is_an_assumption(void **state)
{
    (void)state;
    const result r =
        run_op("MaxPool", "kernel_shape=10, strides=5,", "f32[1,1,samples]");
    assert_string_equal(r.outputs, "f32[1,1,samples//5 - 1]");
    assert_string_equal(r.assumptions, "10 <= samples");
}

static void absurd_attributes_are_refused(void **state)
{
    (void)state;
    static const char *const absurd[] = {
        "kernel_shape=3,3 strides=0,1",
        "kernel_shape=3,3 strides=1,",
        "kernel_shape=3,3 strides=1,1,1",
        "kernel_shape=-3,3",
        "kernel_shape=0,3",
        "kernel_shape=3,",
        "kernel_shape=3,3 dilations=0,0",
        "kernel_shape=3,3 pads=1,1",
        "kernel_shape=3,3 pads=-9223372036854775808,0,0,0",
        "kernel_shape=9223372036854775807,3",
        "kernel_shape=3,3 auto_pad=SOMEHOW",
        "strides=1,1",
    };
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++) {
        const result r = run_op("MaxPool", absurd[i], "f32[1,1,9,9]");
        assert_string_equal(r.status, "unknown");
        assert_int_equal(r.flops, FIGURE_UNKNOWN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(positions_are_those_of_a_window_that_is_slid),
        cmocka_unit_test(padding_to_the_same_size_divides_by_the_stride),
        cmocka_unit_test(auto_pad_valid_ignores_pads),
        cmocka_unit_test(a_window_that_always_fits_is_no_assumption),
        cmocka_unit_test(a_window_that_may_not_fit_is_an_assumption),
        cmocka_unit_test(absurd_attributes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
