/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parser/limits.c - defaults, and the wording of a limit that was reached.
 */
#include "parser/limits.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/error.h"

#define MIB (UINT64_C(1) << 20)
#define DEPTH_MOST 10000
/* Lengths inside the compact copy are below 2^31. */
#define METADATA_MOST (1024 * MIB)
#define MEMORY_LEAST (256 * MIB)
#define MEMORY_MOST (4096 * MIB)
#define MEMORY_PER_RETAINED 16

static uint64_t or_default(uint64_t wanted, uint64_t otherwise)
{
    return wanted ? wanted : otherwise;
}

static uint64_t at_most(uint64_t value, uint64_t most)
{
    return value < most ? value : most;
}

oc_limits oc_limits_resolve(const oc_limits *wanted)
{
    oc_limits limits = wanted ? *wanted : (oc_limits){0};
    limits.depth = at_most(or_default(limits.depth, 100), DEPTH_MOST);
    limits.decompressed = or_default(limits.decompressed, INT32_MAX);
    limits.metadata =
        at_most(or_default(limits.metadata, 256 * MIB), METADATA_MOST);
    limits.nodes = or_default(limits.nodes, 2000000);
    limits.items = or_default(limits.items, 4000000);
    limits.unknown = or_default(limits.unknown, 100000);
    limits.rank = or_default(limits.rank, 1024);
    limits.functions = or_default(limits.functions, 10000);
    limits.name = or_default(limits.name, MIB);
    limits.members = or_default(limits.members, 65536);
    return limits;
}

size_t oc_limits_memory(const oc_limits *limits, uint64_t retained_bytes)
{
    uint64_t bytes = MEMORY_PER_RETAINED * retained_bytes;
    if (bytes < MEMORY_LEAST)
        bytes = MEMORY_LEAST;
    bytes = or_default(limits->memory, at_most(bytes, MEMORY_MOST));
    return (size_t)at_most(bytes, SIZE_MAX);
}

oc_status oc_limit_fail(oc_error *err, const char *name, uint64_t limit,
                        size_t offset, const char *what)
{
    char id[48];
    (void)snprintf(id, sizeof(id), "limit.%s", name);
    oc_fail_at(err, OC_ERR_LIMIT, id, offset, "more than %" PRIu64 " %s", limit,
               what);
    oc_error_hint(err, "raise it with --limit %s=N if the file is trusted",
                  name);
    return OC_ERR_LIMIT;
}
