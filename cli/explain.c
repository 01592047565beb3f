/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/explain.c - the explain command: how one node's figures come about.
 */
#include "cli/cli.h"

int command_explain(const cli_options *options)
{
    oc_error err = {.offset = OC_NO_OFFSET};
    oc_report *report = NULL;
    oc_status status = analyze_model(&report, options->operands[0],
                                     options->operands[1], options, &err);
    if (status == OC_OK)
        status =
            write_outputs(report, oc_report_write_derivation, options, &err);
    if (status != OC_OK)
        print_failure(&err);
    oc_report_free(report);
    return status == OC_OK ? EXIT_DONE : EXIT_NO_ANSWER;
}
