/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/advice.c - flags that people know from other tools, in our words.
 *
 * Nothing is corrected silently: the error shows the command to type. The
 * flags are those of onnxsim, trtexec, polygraphy, tvmc, onnxruntime,
 * onnx-tool, optimum and tract.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

typedef enum sense { SHAPES, MODEL, DIM, DIM_NAME, DIM_VALUE, IGNORED } sense;

static const struct {
    const char *flag;
    sense meaning;
} foreign[] = {
    {"--overwrite-input-shape", SHAPES},
    {"--overwrite_input_shape", SHAPES},
    {"--input-shapes", SHAPES},
    {"--input_shapes", SHAPES},
    {"--input_shape", SHAPES},
    {"--shapes", SHAPES},
    {"--optShapes", SHAPES},
    {"-i", MODEL},
    {"--in", MODEL},
    {"--input", MODEL},
    {"-m", MODEL},
    {"--model", MODEL},
    {"--onnx", MODEL},
    {"--set", DIM},
    {"--dim_param", DIM_NAME},
    {"--dim_value", DIM_VALUE},
    {"--minShapes", IGNORED},
    {"--maxShapes", IGNORED},
    {"--dynamic-input-shape", IGNORED},
    {"--verbose-log", IGNORED},
};

/* The command that is being put together. */
typedef struct draft {
    char *text;
    size_t room, used;
    bool changed;
} draft;

static void add(draft *command, const char *word)
{
    char quoted[OC_SHELL_ROOM];
    const char *text = oc_shell_word(quoted, sizeof(quoted), word, NULL);
    if (!text)
        command->used = command->room;
    if (command->used < command->room)
        command->used +=
            (size_t)snprintf(command->text + command->used,
                             command->room - command->used, " %s", text);
}

static void add_pair(draft *command, const char *flag, const char *value)
{
    add(command, flag);
    add(command, value);
    command->changed = true;
}

/* "a:1x3,b:1x128" and "a:[1,3] b:[1,128]" hold two shapes each: a mark after
 * which a name follows. */
static void add_shapes(draft *command, char *value)
{
    static const char marks[] = ", ";
    char *start = value;
    for (char *at = value; *at; at++) {
        size_t next = strcspn(at + 1, ":, ");
        if (!strchr(marks, *at) || at[1 + next] != ':')
            continue;
        *at = '\0';
        add_pair(command, "--input-shape", start);
        start = at + 1;
    }
    add_pair(command, "--input-shape", start);
}

static bool is_integer(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789")] == '\0';
}

/* Words of the command line, one after another. */
typedef struct arguments {
    int next, count;
    char **word;
    char *value;  /* behind '=' of the present flag, or NULL */
    char *symbol; /* of --dim_param, waiting for its value */
} arguments;

/* A copy that may be cut; NULL when there is none. */
static char *take_value(arguments *words)
{
    if (words->value)
        return words->value;
    return words->next < words->count ? words->word[words->next++] : NULL;
}

/* "--input-shapes a:[1,3] b:[1,128]" */
static void add_more_shapes(draft *command, arguments *words)
{
    while (words->next < words->count && words->word[words->next][0] != '-' &&
           strchr(words->word[words->next], ':'))
        add_shapes(command, words->word[words->next++]);
}

static void translate_foreign(draft *command, arguments *words, sense meaning)
{
    char dim[128];
    char *value = meaning == IGNORED ? NULL : take_value(words);
    if (!value) {
        command->changed = true;
        return;
    }
    switch (meaning) {
    case SHAPES:
        add_shapes(command, value);
        add_more_shapes(command, words);
        break;
    case MODEL:
        add(command, value);
        command->changed = true;
        break;
    case DIM:
        add_pair(command, "--dim", value);
        break;
    case DIM_NAME:
        words->symbol = value;
        break;
    default:
        snprintf(dim, sizeof(dim), "%s=%s",
                 words->symbol ? words->symbol : "SYMBOL", value);
        add_pair(command, "--dim", dim);
        break;
    }
}

/* Ours, but used as another tool does. */
static bool translate_misused(draft *command, const char *flag,
                              arguments *words)
{
    const char *value =
        words->next < words->count ? words->word[words->next] : "";
    if (strcmp(flag, "-d") == 0 && strchr(value, ':') &&
        !is_integer(strrchr(value, ':') + 1)) {
        add_more_shapes(command, words);
        return true;
    }
    if (strcmp(flag, "-f") == 0 && strchr(value, ':'))
        add_pair(command, "--dim", value);
    else if (strcmp(flag, "-f") == 0 && strchr(value, '.'))
        add_pair(command, "-o", value);
    else
        return false;
    words->next++;
    return true;
}

/* "--batch_size 1": a symbol as a flag. */
static bool translate_symbol(draft *command, const char *flag, arguments *words)
{
    char dim[128];
    const char *value = words->value;
    if (!value && words->next < words->count)
        value = words->word[words->next];
    if (strncmp(flag, "--", 2) != 0 || !value || !is_integer(value))
        return false;
    words->next += words->value == NULL;
    snprintf(dim, sizeof(dim), "%s=%s", flag + 2, value);
    add_pair(command, "--dim", dim);
    return true;
}

/* NULL for a flag of no tool that we know. */
static const sense *sense_of(const char *flag)
{
    for (size_t i = 0; i < COUNT_OF(foreign); i++)
        if (strcmp(foreign[i].flag, flag) == 0)
            return &foreign[i].meaning;
    return NULL;
}

/* False for a flag that means nothing to us. */
static bool translate_flag(draft *command, arguments *words)
{
    char *flag = words->word[words->next++];
    bool takes_value = false;
    if (translate_misused(command, flag, words))
        return true;
    if (flag[0] != '-' || flag[1] == '\0' || options_know(flag, &takes_value)) {
        add(command, flag);
        if (takes_value && words->next < words->count)
            add(command, words->word[words->next++]);
        return true;
    }
    words->value = strchr(flag, '=');
    if (words->value)
        *words->value++ = '\0';
    const sense *meaning = sense_of(flag);
    if (!meaning)
        return translate_symbol(command, flag, words);
    translate_foreign(command, words, *meaning);
    return true;
}

static bool translate(draft *command, int argc, char **argv)
{
    arguments words = {.next = 1, .count = argc, .word = argv};
    while (words.next < words.count)
        if (!translate_flag(command, &words))
            return false;
    return command->changed && command->used < command->room;
}

void advise_command(oc_error *err, const char *command, int argc, char **argv)
{
    draft line = {.text = err->hint, .room = sizeof(err->hint), .used = 8};
    memcpy(err->hint, "onnxcost", line.used + 1);
    add(&line, command);
    for (int i = 1; i < argc; i++)
        if (i > 1 || strcmp(argv[i], "report") != 0)
            add(&line, argv[i]);
    if (line.used >= line.room)
        hint(err, "onnxcost help %s", command);
}

void advise(oc_error *err, const char *flag, int argc, char **argv)
{
    char text[sizeof(err->hint)] = "onnxcost";
    draft command = {.text = text, .room = sizeof(text), .used = 8};
    const char *nearest =
        strncmp(flag, "--", 2) == 0 ? options_nearest(flag + 2) : NULL;
    if (nearest && !sense_of(flag))
        hint(err, "did you mean --%s?", nearest);
    else if (translate(&command, argc, argv))
        hint(err, "%s", text);
    else
        hint(err, "onnxcost --help");
}
