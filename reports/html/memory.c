/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports/html/memory.c - bytes that are alive at every node as a plain
 * picture, and what is alive where they are the most.
 */
#include <stdlib.h>
#include <string.h>

#include "reports/figure.h"
#include "reports/html/html.h"

enum { WIDTH = 900, HEIGHT = 160, MOST_ROWS = 12 };

/* ---- the picture ---- */

/* Of each stretch of nodes the most; NULL when a figure is not known. */
static oc_i128 *heights(oc_page *page, size_t *count)
{
    const oc_report_memory *memory = page->report->memory;
    const size_t steps = memory->step_count;
    *count = steps < WIDTH ? steps : WIDTH;
    oc_i128 *most = OC_NEW(&page->arena, oc_i128, *count);
    for (size_t i = 0; i < steps; i++) {
        /* of steps in the order in which they run */
        const size_t row =
            memory->schedule_count == steps ? memory->schedule[i] : i;
        const size_t at = i * *count / steps;
        oc_i128 value;
        if (row >= steps ||
            !oc_html_value(page, &value, memory->steps[row], 1) || value < 0)
            return NULL;
        if (most[at] < value)
            most[at] = value;
    }
    return most;
}

static int height_of(oc_i128 value, oc_i128 largest)
{
    return (int)((double)value / (double)largest * HEIGHT);
}

static void put_picture(oc_page *page)
{
    size_t count;
    const oc_i128 *most = heights(page, &count);
    oc_i128 largest = 0;
    for (size_t i = 0; most && i < count; i++)
        largest = most[i] > largest ? most[i] : largest;
    if (largest == 0)
        return;
    oc_html_printf(page,
                   "<svg class=\"line\" viewBox=\"0 0 %d %d\" "
                   "preserveAspectRatio=\"none\" role=\"img\" "
                   "aria-label=\"bytes alive at each node, in order\">"
                   "<path class=\"s1\" d=\"M0 %d",
                   WIDTH, HEIGHT, HEIGHT);
    for (size_t i = 0; i < count; i++)
        oc_html_printf(page, "V%dH%zu", HEIGHT - height_of(most[i], largest),
                       (i + 1) * WIDTH / count);
    oc_html_printf(page, "V%dZ\"/></svg>\n", HEIGHT);
}

/* ---- what is alive at the peak ---- */

typedef struct live {
    const oc_report_buffer *buffer;
    oc_i128 bytes; /* below 0: not known */
} live;

static int by_bytes(const void *left, const void *right)
{
    const live *a = left, *b = right;
    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? 1 : -1;
    return (a->buffer > b->buffer) - (a->buffer < b->buffer);
}

static void put_live(oc_page *page, const oc_report_buffer *buffers,
                     size_t count)
{
    live *sorted = OC_NEW(&page->arena, live, count);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (live){&buffers[i], -1};
        oc_html_value(page, &sorted[i].bytes, buffers[i].bytes, 1);
    }
    if (count > 1)
        qsort(sorted, count, sizeof(*sorted), by_bytes);
    oc_html_put(page, "<table><caption class=\"vh\">Alive at the peak"
                      "</caption><thead><tr><th scope=\"col\">tensor</th>"
                      "<th scope=\"col\" class=\"n nu by\">bytes</th></tr>"
                      "</thead><tbody>\n");
    for (size_t i = 0; i < count && i < MOST_ROWS; i++) {
        oc_html_put(page, "<tr><th scope=\"row\" class=\"op\">");
        oc_html_name(page, sorted[i].buffer->name);
        oc_html_put(page, "</th>");
        oc_html_cell(page, "n", sorted[i].buffer->bytes, OC_FIGURE_EXACT,
                     OC_UNIT_BYTES, 1);
        oc_html_put(page, "</tr>\n");
    }
    oc_html_put(page, "</tbody></table>");
    if (count > MOST_ROWS)
        oc_html_printf(page, "<p class=\"hint\">and %zu smaller ones</p>",
                       count - MOST_ROWS);
}

static void put_others(oc_page *page)
{
    const size_t count = page->report->memory->other_count;
    if (count > 0)
        oc_html_printf(page,
                       "; %zu other live set%s may be larger at other sizes",
                       count, count == 1 ? "" : "s");
}

void oc_html_memory(oc_page *page)
{
    const oc_report_memory *memory = page->report->memory;
    if (!memory || memory->step_count == 0)
        return;
    const oc_report_peak peak = oc_page_peak(page);
    oc_html_put(page, "<div class=\"view two\">\n<section id=\"memory\" "
                      "aria-labelledby=\"h-memory\">");
    oc_html_title(page, "memory", "Memory");
    oc_html_put(page, "bytes alive at each node ");
    oc_html_at_point(page);
    oc_html_put(page, "</p></div>");
    put_picture(page);
    oc_html_put(page, "<p class=\"hint\">Nodes in order from left to right; "
                      "weights are not in it.</p></section>\n"
                      "<section id=\"live\" aria-labelledby=\"h-live\">");
    oc_html_title(page, "live", "Alive at the peak");
    oc_html_node(page, peak.node);
    put_others(page);
    oc_html_put(page, "</p></div>");
    put_live(page, peak.live, peak.live_count);
    oc_html_put(page, "</section>\n</div>\n");
}
