/* SPDX-License-Identifier: Apache-2.0 */
/*
 * analyzers/registry.c - the rules of ops.def and the schemas of schema.def.
 */
#include "analyzers/registry.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

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

#define BUCKETS 512

/* A hash table by op_type: buckets are lists, of positions + 1. */
struct oc_registry {
    size_t count;
    const oc_op_descriptor **rule;
    uint16_t *next; /* one a rule: the next one in its bucket, 0: none */
    uint16_t bucket[BUCKETS];
};

/* strcmp(), decided by the first letter where that is enough. */
static int compare_text(const char *a, const char *b)
{
    const int order = (unsigned char)*a - (unsigned char)*b;
    return order || !*a ? order : strcmp(a, b);
}

static int compare_names(const char *domain, const char *op_type,
                         const char *other_domain, const char *other_type)
{
    const int order = compare_text(domain, other_domain);
    return order ? order : compare_text(op_type, other_type);
}

static size_t bucket_of(const char *op_type)
{
    return XXH3_64bits(op_type, strlen(op_type)) % BUCKETS;
}

static void add_rule(oc_registry *registry, const oc_op_descriptor *rule)
{
    uint16_t *bucket = &registry->bucket[bucket_of(rule->op_type)];
    registry->next[registry->count] = *bucket;
    registry->rule[registry->count++] = rule;
    *bucket = (uint16_t)registry->count;
}

oc_registry *oc_registry_new(oc_arena *arena)
{
    oc_registry *registry = OC_NEW(arena, oc_registry, 1);
    size_t count = 0;
    for (size_t i = 0; i < FAMILY_COUNT; i++)
        for (const oc_op_descriptor *d = families[i]; d->op_type; d++)
            count++;
    registry->rule = OC_NEW(arena, const oc_op_descriptor *, count);
    registry->next = OC_NEW(arena, uint16_t, count);
    for (size_t i = 0; i < FAMILY_COUNT; i++)
        for (const oc_op_descriptor *d = families[i]; d->op_type; d++)
            add_rule(registry, d);
    return registry;
}

const oc_op_descriptor *oc_registry_find(const oc_registry *registry,
                                         const char *domain,
                                         const char *op_type, int64_t opset)
{
    const oc_op_descriptor *newest = NULL;
    for (size_t i = registry->bucket[bucket_of(op_type)]; i;
         i = registry->next[i - 1]) {
        const oc_op_descriptor *d = registry->rule[i - 1];
        if (d->since_version <= opset &&
            (!newest || d->since_version > newest->since_version) &&
            compare_names(d->domain, d->op_type, domain, op_type) == 0)
            newest = d;
    }
    return newest;
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
        int version = 0;
        for (; *text && *text != ' '; text++)
            version = 10 * version + (*text - '0');
        if (version <= opset)
            newest = version;
        text += *text == ' ';
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
