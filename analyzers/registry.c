/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/registry.c - the rules of ops.def and the schemas of schema.def.
 */
#include "analyzers/registry.h"

#include <stdlib.h>
#include <string.h>

#define OC_OP(name) extern const oc_op_descriptor oc_op_##name[];
#include "analyzers/ops.def"
#undef OC_OP

static const oc_op_descriptor *const families[] = {
#define OC_OP(name) oc_op_##name,
#include "analyzers/ops.def"
#undef OC_OP
};
#define FAMILY_COUNT (sizeof(families) / sizeof(families[0]))

static const oc_schema schemas[] = {
#define OC_SCHEMA(domain, op_type, versions, min_in, max_in, max_out, gone,    \
                  inputs, outputs)                                             \
    {domain, op_type, versions, min_in, max_in, max_out, gone, inputs, outputs},
#include "analyzers/schema.def"
#undef OC_SCHEMA
};
#define SCHEMA_COUNT (sizeof(schemas) / sizeof(schemas[0]))

struct oc_registry {
    size_t count;
    const oc_op_descriptor **rule;
};

static int compare_names(const char *domain, const char *op_type,
                         const char *other_domain, const char *other_type)
{
    const int order = strcmp(domain, other_domain);
    return order ? order : strcmp(op_type, other_type);
}

static int compare_rules(const void *left, const void *right)
{
    const oc_op_descriptor *a = *(const oc_op_descriptor *const *)left;
    const oc_op_descriptor *b = *(const oc_op_descriptor *const *)right;
    const int order =
        compare_names(a->domain, a->op_type, b->domain, b->op_type);
    return order ? order : a->since_version - b->since_version;
}

oc_registry *oc_registry_new(oc_arena *arena)
{
    oc_registry *registry = OC_NEW(arena, oc_registry, 1);
    size_t count = 0;
    for (size_t i = 0; i < FAMILY_COUNT; i++)
        for (const oc_op_descriptor *d = families[i]; d->op_type; d++)
            count++;
    registry->rule = OC_NEW(arena, const oc_op_descriptor *, count);
    for (size_t i = 0; i < FAMILY_COUNT; i++)
        for (const oc_op_descriptor *d = families[i]; d->op_type; d++)
            registry->rule[registry->count++] = d;
    qsort(registry->rule, count, sizeof(registry->rule[0]), compare_rules);
    return registry;
}

/* The first rule that is not below (domain, op_type, since_version). */
static size_t lower_bound(const oc_registry *registry, const char *domain,
                          const char *op_type, int64_t version)
{
    size_t low = 0, high = registry->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const oc_op_descriptor *d = registry->rule[middle];
        const int order = compare_names(d->domain, d->op_type, domain, op_type);
        if (order < 0 || (order == 0 && d->since_version < version))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const oc_op_descriptor *oc_registry_find(const oc_registry *registry,
                                         const char *domain,
                                         const char *op_type, int64_t opset)
{
    const int64_t next = opset < INT64_MAX ? opset + 1 : opset;
    const size_t after = lower_bound(registry, domain, op_type, next);
    if (after == 0)
        return NULL;
    const oc_op_descriptor *d = registry->rule[after - 1];
    if (compare_names(d->domain, d->op_type, domain, op_type) != 0)
        return NULL;
    return d;
}

static int compare_schemas(const void *left, const void *right)
{
    const oc_schema *a = left, *b = right;
    return compare_names(a->domain, a->op_type, b->domain, b->op_type);
}

const oc_schema *oc_schema_find(const char *domain, const char *op_type)
{
    const oc_schema key = {.domain = domain, .op_type = op_type};
    return bsearch(&key, schemas, SCHEMA_COUNT, sizeof(schemas[0]),
                   compare_schemas);
}

int oc_schema_version(const oc_schema *schema, int64_t opset)
{
    int newest = 0;
    const char *text = schema->versions;
    while (*text) {
        char *end;
        const long version = strtol(text, &end, 10);
        if (version <= opset)
            newest = (int)version;
        text = *end ? end + 1 : end;
    }
    return newest;
}

size_t oc_registry_count(const oc_registry *registry)
{
    return registry->count;
}

const oc_op_descriptor *oc_registry_at(const oc_registry *registry,
                                       size_t index)
{
    return registry->rule[index];
}

size_t oc_schema_count(void)
{
    return SCHEMA_COUNT;
}

const oc_schema *oc_schema_at(size_t index)
{
    return &schemas[index];
}
