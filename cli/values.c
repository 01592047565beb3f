/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/values.c - the values of options.
 *
 * Arguments are cut in place: what is kept points into argv.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

bool fail(oc_error *err, const char *id, const char *format, ...)
{
    va_list values;
    *err = (oc_error){.code = OC_ERR_USAGE, .offset = OC_NO_OFFSET};
    snprintf(err->id, sizeof(err->id), "%s", id);
    va_start(values, format);
    vsnprintf(err->message, sizeof(err->message), format, values);
    va_end(values);
    return false;
}

void hint(oc_error *err, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(err->hint, sizeof(err->hint), format, values);
    va_end(values);
}

/* ---- memory ---- */

struct block {
    struct block *next;
    max_align_t data[];
};

void *options_alloc(cli_options *options, size_t count, size_t size,
                    oc_error *err)
{
    size_t bytes;
    struct block *fresh = NULL;
    if (!OC_MUL_OVERFLOWS(count, size, &bytes) &&
        bytes <= SIZE_MAX - sizeof(struct block))
        fresh = calloc(1, sizeof(struct block) + bytes);
    if (!fresh) {
        fail(err, "memory.exhausted", "out of memory");
        return NULL;
    }
    fresh->next = options->blocks;
    options->blocks = fresh;
    return fresh->data;
}

void options_free(cli_options *options)
{
    struct block *next = options->blocks;
    while (next) {
        struct block *block = next;
        next = block->next;
        free(block);
    }
    options->blocks = NULL;
}

/* ---- numbers ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits with '_' between them; *text moves behind them. */
static bool take_digits(uint64_t *value, const char **text)
{
    const char *at = *text;
    *value = 0;
    for (; is_digit(*at) || (*at == '_' && at > *text); at++)
        if (*at != '_' &&
            (OC_MUL_OVERFLOWS(*value, 10u, value) ||
             OC_ADD_OVERFLOWS(*value, (unsigned)(*at - '0'), value)))
            return false;
    bool any = at > *text;
    *text = at;
    return any;
}

static bool parse_i64(int64_t *value, const char *text)
{
    bool negative = *text == '-';
    uint64_t digits;
    text += negative;
    if (!take_digits(&digits, &text) || *text != '\0' || digits > INT64_MAX)
        return false;
    *value = negative ? -(int64_t)digits : (int64_t)digits;
    return true;
}

bool parse_count(size_t *count, const char *text, const char *flag,
                 oc_error *err)
{
    int64_t value;
    if (!parse_i64(&value, text) || value < 0)
        return fail(err, "usage.number", "%s takes a number, not '%s'", flag,
                    text);
    *count = (size_t)value;
    return true;
}

/* Units: k, M, G, T are decimal, Ki, Mi, ... binary, B may follow. */
static bool take_unit(uint64_t *unit, const char *text)
{
    static const char *const letters = "kMGT";
    const char *letter = *text ? strchr(letters, *text) : NULL;
    *unit = 1;
    if (!letter && *text == 'K')
        letter = letters;
    if (letter) {
        bool binary = text[1] == 'i';
        for (const char *step = letters; step <= letter; step++)
            *unit *= binary ? 1024 : 1000;
        text += binary ? 2 : 1;
    }
    text += *text == 'B';
    return *text == '\0';
}

/* "e9" of "4.1e9"; 0 when there is none. */
static bool take_exponent(int *exponent, const char **text)
{
    uint64_t digits = 0;
    *exponent = 0;
    if (**text != 'e' && **text != 'E')
        return true;
    ++*text;
    *text += **text == '+';
    if (!take_digits(&digits, text) || digits > 18)
        return false;
    *exponent = (int)digits;
    return true;
}

/* The digits behind a '.', as if it were not there. */
static bool take_fraction(uint64_t *value, int *places, const char **text)
{
    *places = 0;
    if (**text != '.')
        return true;
    for (++*text; is_digit(**text); ++*text, ++*places)
        if (OC_MUL_OVERFLOWS(*value, 10u, value) ||
            OC_ADD_OVERFLOWS(*value, (unsigned)(**text - '0'), value))
            return false;
    return *places > 0;
}

/* "64MiB", "8.5G", "4.1e9", "25_000_000"; what is below 1 is cut off: no
 * integer lies between. */
static bool parse_size(uint64_t *value, const char *text)
{
    uint64_t unit;
    int exponent, places;
    if (!take_digits(value, &text) || !take_fraction(value, &places, &text) ||
        !take_exponent(&exponent, &text) || !take_unit(&unit, text))
        return false;
    oc_u128 product = (oc_u128)*value * unit;
    for (; exponent > places; exponent--)
        if (OC_MUL_OVERFLOWS(product, 10u, &product))
            return false;
    for (; places > exponent; places--)
        product /= 10;
    *value = (uint64_t)product;
    return product <= UINT64_MAX;
}

bool set_maximum(cli_options *options, size_t which, const char *text,
                 oc_error *err)
{
    uint64_t value;
    if (!parse_size(&value, text) || value > INT64_MAX) {
        fail(err, "usage.size", "'%s' is no limit", text);
        hint(err, "4G, 4.1e9, 25_000_000, 64MB (10^6) or 64MiB (2^20)");
        return false;
    }
    options->maximum[which] = (cli_maximum){true, (int64_t)value};
    return true;
}

static bool add_length(cli_options *options, const char *text, oc_error *err)
{
    uint64_t value;
    if (!parse_size(&value, text) || value == 0 || value > INT64_MAX) {
        fail(err, "usage.size", "'%s' is no length of a sequence", text);
        hint(err, "--lengths 512,2048,8Ki");
        return false;
    }
    options->lengths[options->length_count++] = (int64_t)value;
    return true;
}

bool add_lengths(cli_options *options, char *text, oc_error *err)
{
    while (text) {
        char *comma = strchr(text, ',');
        if (comma)
            *comma++ = '\0';
        if (!add_length(options, text, err))
            return false;
        text = comma;
    }
    return true;
}

bool set_sram(cli_options *options, const char *text, oc_error *err)
{
    uint64_t value;
    if (!parse_size(&value, text) || value == 0 || value > INT64_MAX) {
        fail(err, "usage.size", "'%s' is no size of a memory", text);
        hint(err, "192KiB (2^10) or 100kB (10^3)");
        return false;
    }
    options->sram_bytes = (int64_t)value;
    return true;
}

bool set_rate(int64_t *rate, const char *text, const char *flag, oc_error *err)
{
    uint64_t value;
    if (!parse_size(&value, text) || value > INT64_MAX || value == 0) {
        fail(err, "usage.size", "%s takes a number above 0, not '%s'", flag,
             text);
        hint(err, "--peak-flops 989T --bandwidth 3.35T");
        return false;
    }
    *rate = (int64_t)value;
    return true;
}

bool add_peaks(cli_options *options, char *text, oc_error *err)
{
    static const char flag[] = "--peak-flops";
    while (text) {
        char *comma = strchr(text, ','), *sign;
        if (comma)
            *comma++ = '\0';
        oc_binding *peak = &options->peaks[options->peak_count];
        if ((sign = strchr(text, '=')) != NULL)
            *sign++ = '\0';
        if (!set_rate(sign ? &peak->value : &options->peak_flops,
                      sign ? sign : text, flag, err))
            return false;
        peak->name = text;
        options->peak_count += sign != NULL;
        text = comma;
    }
    return true;
}

bool parse_word(unsigned *index, const char *text, const char *flag,
                const char *const *names, size_t count, oc_error *err)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0) {
            *index = (unsigned)i;
            return true;
        }
    fail(err, "usage.value", "%s cannot be '%s'", flag, text);
    for (size_t i = 0; i < count && used < sizeof(err->hint); i++)
        used += (size_t)snprintf(err->hint + used, sizeof(err->hint) - used,
                                 "%s%s", i > 0 ? ", " : "one of: ", names[i]);
    return false;
}

/* ---- --dim ---- */

static bool add_dim(cli_options *options, char *text, oc_error *err)
{
    char *sign = strrchr(text, '=');
    oc_binding *dim = &options->dims[options->dim_count];
    if (!sign)
        sign = strrchr(text, ':');
    if (!sign || sign == text || !parse_i64(&dim->value, sign + 1)) {
        fail(err, "usage.dim", "--dim takes SYMBOL=INTEGER, not '%s'", text);
        hint(err, "--dim batch=1,sequence_length=128");
        return false;
    }
    *sign = '\0';
    dim->name = text;
    options->dim_count++;
    return true;
}

bool add_dims(cli_options *options, char *text, oc_error *err)
{
    while (text) {
        char *comma = strchr(text, ',');
        if (comma)
            *comma++ = '\0';
        if (!add_dim(options, text, err))
            return false;
        text = comma;
    }
    return true;
}

/* ---- --input-shape ---- */

/* Between dims stand commas; without any, an 'x' beside a digit. */
static bool is_separator(const char *at, const char *dims, bool commas)
{
    if (commas)
        return *at == ',';
    return *at == 'x' && at > dims && (is_digit(at[-1]) || is_digit(at[1]));
}

static char *trimmed(char *text)
{
    while (*text == ' ')
        text++;
    for (size_t end = strlen(text); end > 0 && text[end - 1] == ' '; end--)
        text[end - 1] = '\0';
    return text;
}

/* Cuts "1,3,h,w"; an empty text is a scalar. */
static bool cut_dims(oc_input_shape *shape, const char **dims, char *text)
{
    bool commas = strchr(text, ',') != NULL;
    char *start = text;
    shape->dims = dims;
    if (*text == '\0')
        return true;
    for (char *at = text;; at++) {
        bool end = *at == '\0';
        if (!end && !is_separator(at, text, commas))
            continue;
        *at = '\0';
        dims[shape->rank] = trimmed(start);
        if (dims[shape->rank++][0] == '\0')
            return false;
        if (end)
            return true;
        start = at + 1;
    }
}

/* Takes "[...]" off; false when only one bracket is there. */
static bool strip_brackets(char **dims)
{
    size_t length = strlen(*dims);
    bool opens = (*dims)[0] == '[';
    bool closes = length > 0 && (*dims)[length - 1] == ']';
    if (opens != closes || length == 1)
        return !opens && !closes;
    if (opens) {
        (*dims)[length - 1] = '\0';
        ++*dims;
    }
    return true;
}

bool add_shape(cli_options *options, char *text, oc_error *err)
{
    oc_input_shape *shape = &options->shapes[options->shape_count];
    const char **dims =
        options_alloc(options, strlen(text) + 1, sizeof(char *), err);
    char *colon = strrchr(text, ':'); /* names such as "x:0" hold colons */
    char *given = colon ? colon + 1 : text;
    if (!dims)
        return false;
    fail(err, "usage.shape", "--input-shape takes [NAME:]DIMS, not '%s'", text);
    hint(err, "--input-shape data:1,3,224,224");
    if (colon) {
        *colon = '\0';
        shape->name = text;
    }
    if (!strip_brackets(&given) || !cut_dims(shape, dims, given) ||
        (colon && colon == text))
        return false;
    *err = (oc_error){.offset = OC_NO_OFFSET};
    options->shape_count++;
    return true;
}

/* ---- --output ---- */

static const struct {
    const char *name, *extension;
} formats[FORMAT_COUNT] = {[FORMAT_TEXT] = {"text", ".txt"},
                           [FORMAT_JSON] = {"json", ".json"},
                           [FORMAT_CSV] = {"csv", ".csv"},
                           [FORMAT_HTML] = {"html", ".html"},
                           [FORMAT_MARKDOWN] = {"markdown", ".md"}};

const char *format_name(cli_format format)
{
    return formats[format].name;
}

bool parse_format(cli_format *format, const char *text, size_t bytes)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (strlen(formats[i].name) == bytes &&
            strncmp(formats[i].name, text, bytes) == 0) {
            *format = (cli_format)i;
            return true;
        }
    return false;
}

static bool format_of_extension(cli_format *format, const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < FORMAT_COUNT; i++)
        if (strcmp(formats[i].extension, dot) == 0) {
            *format = (cli_format)i;
            return true;
        }
    return false;
}

bool add_output(cli_options *options, char *text, oc_error *err)
{
    cli_output *output = &options->outputs[options->output_count];
    size_t prefix = strcspn(text, ":");
    char word[OC_SHELL_ROOM];
    output->path = text;
    if (text[prefix] == ':' && parse_format(&output->format, text, prefix))
        output->path = text + prefix + 1;
    else if (!format_of_extension(&output->format, text)) {
        fail(err, "usage.format", "the extension of '%s' names no format",
             text);
        hint(err, "-o json:%s   or .txt, .json, .csv, .html",
             oc_shell_word(word, sizeof(word), text, "FILE"));
        return false;
    }
    if (output->path[0] == '\0')
        return fail(err, "usage.output", "-o needs a file name");
    options->output_count++;
    return true;
}

/* ---- --limit ---- */

#define LIMIT(name, member, standard, meaning)                                 \
    {                                                                          \
        name, offsetof(oc_limits, member), standard, meaning                   \
    }

const limit_row limit_rows[] = {
    LIMIT("depth", depth, "100",
          "messages nested in one another (10,000 at "
          "most)"),
    LIMIT("decompressed", decompressed, "2147483647",
          "bytes that a gzip file or a pipe may hold"),
    LIMIT("metadata", metadata, "256MiB",
          "bytes kept of a file: all but "
          "weights"),
    LIMIT("memory", memory, "by size",
          "bytes of memory for the graph, and for the analysis"),
    LIMIT("nodes", nodes, "2000000", "nodes, those of subgraphs included"),
    LIMIT("items", items, "4000000",
          "values, initializers, attributes, strings: each"),
    LIMIT("unknown", unknown, "100000", "fields that ONNX does not define"),
    LIMIT("rank", rank, "1024", "dims of one tensor"),
    LIMIT("functions", functions, "10000", "local functions"),
    LIMIT("call-depth", call_depth, "100", "functions that call one another"),
    LIMIT("inline", inlined, "2000000", "nodes of all calls together"),
    LIMIT("expressions", expressions, "10000000", "distinct expressions"),
    LIMIT("name", name, "1MiB", "bytes of one name"),
    LIMIT("members", members, "65536", "members of a gzip file"),
    LIMIT("report", report, "256MiB", "bytes of one report"),
};
const size_t limit_row_count = COUNT_OF(limit_rows);

bool set_limit(cli_options *options, char *text, oc_error *err)
{
    const char *names[COUNT_OF(limit_rows)];
    char *sign = strchr(text, '=');
    uint64_t value;
    unsigned index = 0;
    for (size_t i = 0; i < COUNT_OF(limit_rows); i++)
        names[i] = limit_rows[i].name;
    if (!sign || !parse_size(&value, sign + 1) || value == 0) {
        fail(err, "usage.limit", "--limit takes NAME=N, not '%s'", text);
        hint(err, "--limit nodes=5000000; onnxcost help limits lists them");
        return false;
    }
    *sign = '\0';
    if (!parse_word(&index, text, "--limit", names, COUNT_OF(names), err))
        return false;
    *(uint64_t *)(void *)((char *)&options->limits + limit_rows[index].at) =
        value;
    return true;
}
