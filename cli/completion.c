/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/completion.c - completions for shells, and the manual page.
 *
 * In here: the tables of commands and options in the languages of bash, zsh,
 * fish and man. Words of the tables hold no quotes.
 */
#include <string.h>

#include "cli/table.h"

/* The first line of a text. */
static int first_line(const char *text)
{
    return (int)strcspn(text, "\n");
}

static bool takes_file(const option_row *row)
{
    return row->value && strstr(row->value, "FILE") != NULL;
}

/* Whether one of a command's operands is a file. */
static bool wants_model(const command_row *command)
{
    return strstr(command->operands, "MODEL") != NULL;
}

static void put_list(const char *const *words, const char *before)
{
    for (; *words; words++)
        printf("%s%s", before, *words);
}

/* The names of all commands. */
static void put_commands(const char *between)
{
    for (unsigned i = 0; i < VERB_COUNT; i++)
        printf("%s%s", i > 0 ? between : "", command_rows[i].name);
}

/* "a, b" with other marks between the words. */
static void put_choices(const char *choices, const char *between)
{
    const char *word;
    size_t bytes;
    for (bool first = true; (bytes = next_choice(&word, &choices)) > 0;
         first = false)
        printf("%s%.*s", first ? "" : between, (int)bytes, word);
}

/* ---- bash ---- */

static void bash_flags(cli_verb verb)
{
    for (size_t i = 0; i < option_row_count; i++)
        if (!option_is_heading(&option_rows[i]) &&
            option_fits(&option_rows[i], verb))
            printf(" --%s", option_rows[i].name);
}

static void bash_values(void)
{
    for (size_t i = 0; i < option_row_count; i++) {
        const option_row *row = &option_rows[i];
        if (option_is_heading(row) || !row->value)
            continue;
        printf("        --%s%s%.1s) ", row->name,
               option_has_letter(row) ? " | -" : "",
               option_has_letter(row) ? (char[]){(char)row->code, '\0'} : "");
        if (row->choices) {
            fputs("COMPREPLY=($(compgen -W \"", stdout);
            put_choices(row->choices, " ");
            fputs("\" -- \"$cur\")) ;;\n", stdout);
        } else if (takes_file(row)) {
            fputs("COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n", stdout);
        } else {
            fputs("COMPREPLY=() ;;\n", stdout);
        }
    }
}

static void print_bash(void)
{
    fputs("# bash completion for onnxcost\n"
          "_onnxcost()\n"
          "{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]}\n"
          "    local prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    local word verb=\n"
          "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
          "        case $word in\n"
          "            ",
          stdout);
    put_commands(" | ");
    fputs(") verb=$word; break ;;\n"
          "        esac\n"
          "    done\n"
          "    case $prev in\n",
          stdout);
    bash_values();
    fputs("        *)\n"
          "            local words=\n"
          "            case $verb in\n",
          stdout);
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        printf("                %s) words=\"", command_rows[i].name);
        bash_flags((cli_verb)i);
        if (i == VERB_COMPLETION)
            put_list(completion_words, " ");
        if (i == VERB_HELP) {
            put_list(help_topics, " ");
            putchar(' ');
            put_commands(" ");
        }
        fputs("\" ;;\n", stdout);
    }
    fputs("                *) words=\"", stdout);
    bash_flags(VERB_REPORT);
    putchar(' ');
    put_commands(" ");
    fputs("\" ;;\n"
          "            esac\n"
          "            COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "            case $verb in\n"
          "                completion | help | ops) ;;\n"
          "                *) COMPREPLY+=($(compgen -f -- \"$cur\")) ;;\n"
          "            esac ;;\n"
          "    esac\n"
          "}\n"
          "complete -o filenames -F _onnxcost onnxcost\n",
          stdout);
}

/* ---- zsh ---- */

/* In '...[...]:...' brackets and colons are the language's own. */
static void zsh_text(const char *text, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        if (strchr("[]:\\", text[i]))
            putchar('\\');
        putchar(text[i]);
    }
}

static void zsh_option(const option_row *row)
{
    if (option_has_letter(row))
        printf(" \\\n            '(-%c --%s)'{-%c%s,--%s%s}'[", row->code,
               row->name, row->code, row->value ? "+" : "", row->name,
               row->value ? "=" : "");
    else
        printf(" \\\n            '*--%s%s[", row->name, row->value ? "=" : "");
    zsh_text(row->help, first_line(row->help));
    putchar(']');
    if (row->value) {
        putchar(':');
        zsh_text(row->value, (int)strlen(row->value));
        putchar(':');
        if (row->choices) {
            putchar('(');
            put_choices(row->choices, " ");
            putchar(')');
        } else if (takes_file(row)) {
            fputs("_files", stdout);
        }
    }
    putchar('\'');
}

static void zsh_operands(cli_verb verb)
{
    if (wants_model(&command_rows[verb]))
        fputs(" \\\n            '*:model:_files'", stdout);
    if (verb == VERB_COMPLETION) {
        fputs(" \\\n            '*:shell:(", stdout);
        put_list(completion_words, " ");
        fputs(")'", stdout);
    }
    if (verb == VERB_HELP) {
        fputs(" \\\n            '*:topic:(", stdout);
        put_list(help_topics, " ");
        putchar(' ');
        put_commands(" ");
        fputs(")'", stdout);
    }
}

static void print_zsh(void)
{
    fputs("#compdef onnxcost\n"
          "# zsh completion for onnxcost\n"
          "_onnxcost()\n"
          "{\n"
          "    local verb=report word\n"
          "    for word in ${words[2,CURRENT-1]}; do\n"
          "        case $word in\n"
          "            ",
          stdout);
    put_commands("|");
    fputs(") verb=$word; break ;;\n"
          "        esac\n"
          "    done\n"
          "    if (( CURRENT == 2 )); then\n"
          "        local -a commands=(\n",
          stdout);
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        printf("            '%s:", command_rows[i].name);
        zsh_text(command_rows[i].summary, (int)strlen(command_rows[i].summary));
        fputs("'\n", stdout);
    }
    fputs("        )\n"
          "        _describe command commands\n"
          "    fi\n"
          "    case $verb in\n",
          stdout);
    for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
        printf("        %s) _arguments", command_rows[verb].name);
        for (size_t i = 0; i < option_row_count; i++)
            if (!option_is_heading(&option_rows[i]) &&
                option_fits(&option_rows[i], (cli_verb)verb))
                zsh_option(&option_rows[i]);
        zsh_operands((cli_verb)verb);
        fputs(" ;;\n", stdout);
    }
    fputs("    esac\n"
          "}\n"
          "_onnxcost \"$@\"\n",
          stdout);
}

/* ---- fish ---- */

static void fish_commands(void)
{
    for (unsigned i = 0; i < VERB_COUNT; i++)
        printf("complete -c onnxcost -n __fish_use_subcommand -a %s -d '%s'\n",
               command_rows[i].name, command_rows[i].summary);
}

/* Options of the default command need no subcommand before them. */
static void fish_condition(const option_row *row)
{
    if (option_fits(row, VERB_REPORT)) {
        fputs(" -n 'not __fish_seen_subcommand_from", stdout);
        for (unsigned i = 0; i < VERB_COUNT; i++)
            if (!option_fits(row, (cli_verb)i))
                printf(" %s", command_rows[i].name);
        putchar('\'');
        return;
    }
    fputs(" -n '__fish_seen_subcommand_from", stdout);
    for (unsigned i = 0; i < VERB_COUNT; i++)
        if (option_fits(row, (cli_verb)i))
            printf(" %s", command_rows[i].name);
    putchar('\'');
}

static bool is_everywhere(const option_row *row)
{
    for (unsigned i = 0; i < VERB_COUNT; i++)
        if (!option_fits(row, (cli_verb)i))
            return false;
    return true;
}

static void fish_option(const option_row *row)
{
    fputs("complete -c onnxcost", stdout);
    if (!is_everywhere(row))
        fish_condition(row);
    if (option_has_letter(row))
        printf(" -s %c", row->code);
    printf(" -l %s", row->name);
    if (row->value && row->choices) {
        fputs(" -x -a '", stdout);
        put_choices(row->choices, " ");
        putchar('\'');
    } else if (row->value) {
        fputs(takes_file(row) ? " -r" : " -x", stdout);
    }
    printf(" -d '%.*s'\n", first_line(row->help), row->help);
}

static void print_fish(void)
{
    fputs("# fish completion for onnxcost\n", stdout);
    fish_commands();
    fputs("complete -c onnxcost -f -n '__fish_seen_subcommand_from "
          "completion' -a '",
          stdout);
    put_list(completion_words, " ");
    fputs("'\ncomplete -c onnxcost -f -n '__fish_seen_subcommand_from help' "
          "-a '",
          stdout);
    put_list(help_topics, " ");
    putchar(' ');
    put_commands(" ");
    fputs("'\n", stdout);
    for (size_t i = 0; i < option_row_count; i++)
        if (!option_is_heading(&option_rows[i]))
            fish_option(&option_rows[i]);
}

/* ---- the manual page ---- */

/* '-' is a minus, and no line begins with a control character. */
static void man_text(const char *text)
{
    bool starts = true;
    for (; *text != '\0'; text++) {
        if (starts && (*text == '.' || *text == '\''))
            fputs("\\&", stdout);
        starts = *text == '\n';
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
}

static void man_option(const option_row *row)
{
    fputs(".TP\n", stdout);
    if (option_has_letter(row))
        printf("\\fB\\-%c\\fR, ", row->code);
    fputs("\\fB\\-\\-", stdout);
    man_text(row->name);
    fputs("\\fR", stdout);
    if (row->value) {
        fputs(" \\fI", stdout);
        man_text(row->value);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    man_text(row->help);
    fputs("\n(", stdout);
    const char *between = "";
    for (unsigned i = 0; i < VERB_COUNT; i++)
        if (option_fits(row, (cli_verb)i)) {
            printf("%s%s", between, command_rows[i].name);
            between = ", ";
        }
    fputs(")\n", stdout);
}

static void man_command(const command_row *command)
{
    printf(".SS onnxcost %s ", command->name);
    man_text(command->operands);
    putchar('\n');
    man_text(command->summary);
    fputs(".\n", stdout);
    man_text(command->details);
    fputs("\n.PP\n.RS\n.nf\nonnxcost ", stdout);
    man_text(command->example);
    fputs("\n.fi\n.RE\n", stdout);
}

static void print_man(void)
{
    fputs(".TH ONNXCOST 1 \"\" \"onnxcost " ONNXCOST_VERSION "\" "
          "\"User Commands\"\n"
          ".SH NAME\n"
          "onnxcost \\- what an ONNX model costs, without running it\n"
          ".SH SYNOPSIS\n"
          ".B onnxcost\n[\\fICOMMAND\\fR] [\\fIOPTION\\fR]... "
          "\\fIMODEL\\fR...\n"
          ".SH COMMANDS\n",
          stdout);
    for (unsigned i = 0; i < VERB_COUNT; i++)
        man_command(&command_rows[i]);
    fputs(".SH OPTIONS\n", stdout);
    for (size_t i = 0; i < option_row_count; i++)
        if (option_is_heading(&option_rows[i]))
            printf(".SS %s\n", option_rows[i].name);
        else
            man_option(&option_rows[i]);
    fputs(".SH EXIT STATUS\n"
          ".TP\n.B 0\ndone; the gate passed\n"
          ".TP\n.B 1\nthe gate failed\n"
          ".TP\n.B 2\nno answer: usage, input, a limit, a symbol without a "
          "value, a write error\n"
          ".SH ENVIRONMENT\n"
          "\\fBNO_COLOR\\fR, \\fBFORCE_COLOR\\fR, \\fBCLICOLOR_FORCE\\fR, "
          "\\fBCOLUMNS\\fR\n"
          ".SH LIMITS\n",
          stdout);
    for (size_t i = 0; i < limit_row_count; i++) {
        printf(".TP\n\\fB");
        man_text(limit_rows[i].name);
        printf("\\fR (%s)\n", limit_rows[i].standard);
        man_text(limit_rows[i].meaning);
        putchar('\n');
    }
}

int command_completion(const cli_options *options)
{
    static const struct {
        const char *word;
        void (*print)(void);
    } languages[] = {{"bash", print_bash},
                     {"zsh", print_zsh},
                     {"fish", print_fish},
                     {"man", print_man}};
    oc_error err = {.offset = OC_NO_OFFSET};
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
        if (strcmp(options->operands[0], languages[i].word) == 0) {
            languages[i].print();
            return terminal_finish() ? EXIT_DONE : EXIT_NO_ANSWER;
        }
    fail(&err, "usage.value", "there is no completion for '%s'",
         options->operands[0]);
    hint(&err, "one of: bash, zsh, fish, man");
    print_error(&err);
    return EXIT_NO_ANSWER;
}
