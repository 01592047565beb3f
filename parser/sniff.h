/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/sniff.h - what a file is when it is no model.
 */
#ifndef OC_PARSER_SNIFF_H
#define OC_PARSER_SNIFF_H

#include <stdbool.h>

#include "parser/source.h"

/* False with an id of its own and a hint when the first bytes are those of
 * something that people take for a model. Consumes nothing. */
bool oc_sniff(oc_source *source, const char *path);

#endif
