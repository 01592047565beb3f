/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli/terminal.c - what the program asks of the system and says to people.
 *
 * In here: terminals, locale, colors, errors and warnings on stderr.
 */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"

enum {
    LOG_COLUMNS = 120,
    MOST_COLUMNS = 10000,
    MOST_WARNINGS = 10,
    SAFE_ROOM = 4096,
    NAME_ROOM = 128
};

/* A closed standard stream stays closed: otherwise the next file opened
 * would take its number and be written to. */
static void keep_closed(int fd)
{
    if (fcntl(fd, F_GETFD) >= 0)
        return;
    int null = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (null >= 0 && null != fd) {
        dup2(null, fd);
        close(null);
    }
}

void terminal_start(void)
{
    keep_closed(STDIN_FILENO);
    keep_closed(STDOUT_FILENO);
    keep_closed(STDERR_FILENO);
    signal(SIGPIPE, SIG_IGN); /* a failed write is reported as one */
    signal(SIGXFSZ, SIG_IGN);
    setlocale(LC_CTYPE, "");
}

bool terminal_is_tty(int stream)
{
    return isatty(stream) == 1;
}

size_t terminal_columns(void)
{
    struct winsize size;
    const char *wanted = getenv("COLUMNS");
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    unsigned long columns = wanted ? strtoul(wanted, NULL, 10) : 0;
    return columns > 0 && columns <= MOST_COLUMNS ? columns : LOG_COLUMNS;
}

bool terminal_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void terminal_hold_signals(bool hold)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &signals, NULL);
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && value[0] != '\0';
}

static const char *color_when = "auto"; /* --color */

void terminal_set_color(const char *when)
{
    color_when = when;
}

/* https://no-color.org, https://force-color.org */
bool terminal_wants_color(int stream)
{
    if (strcmp(color_when, "auto") != 0)
        return strcmp(color_when, "always") == 0;
    if (is_set("NO_COLOR"))
        return false;
    if (is_set("FORCE_COLOR") || is_set("CLICOLOR_FORCE"))
        return true;
    return terminal_is_tty(stream);
}

/* Messages hold names of the model. */
static void put_safe(const char *text)
{
    char safe[SAFE_ROOM];
    oc_print_safe(safe, sizeof(safe), text, terminal_is_utf8());
    fputs(safe, stderr);
}

/* A name may be of any length. */
static void put_name(const char *name)
{
    char safe[NAME_ROOM];
    const bool whole = oc_print_safe(safe, sizeof(safe), name,
                                     terminal_is_utf8()) < sizeof(safe);
    fprintf(stderr, "%s%s", safe, whole ? "" : "...");
}

/* "error[id]: " in the color of its level. */
static void put_tag(oc_report_severity level, const char *id)
{
    static const char *const words[] = {"info", "warning", "error"};
    static const char *const colors[] = {"36", "33", "31"};
    const bool color = terminal_wants_color(STDERR_FILENO);
    if (color)
        fprintf(stderr, "\033[1;%sm", colors[level]);
    fprintf(stderr, "%s[", words[level]);
    put_safe(id);
    fprintf(stderr, "]%s: ", color ? "\033[0m" : "");
}

void print_error(const oc_error *err)
{
    put_tag(OC_ERROR, err->id);
    if (err->where[0] != '\0') {
        put_safe(err->where);
        fputs(": ", stderr);
    }
    put_safe(err->message);
    if (err->offset != OC_NO_OFFSET && err->offset != 0)
        fprintf(stderr, " (byte %zu)", err->offset);
    fputc('\n', stderr);
    if (err->hint[0] != '\0') {
        fputs("  do: ", stderr);
        put_safe(err->hint);
        fputc('\n', stderr);
    }
}

void print_warning(const char *id, const char *message)
{
    put_tag(OC_WARNING, id);
    fprintf(stderr, "%s\n", message);
}

/* A reader that has seen enough (head, less) knows already. */
void print_failure(const oc_error *err)
{
    if (strcmp(err->id, "output.closed") != 0)
        print_error(err);
}

bool terminal_finish(void)
{
    oc_error err = {.offset = OC_NO_OFFSET};
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    const int cause = errno ? errno : EIO; /* of an earlier write */
    fail(&err, cause == EPIPE ? "output.closed" : "output.write",
         "cannot write standard output: %s", strerror(cause));
    print_failure(&err);
    return false;
}

static void print_diagnostic(const oc_report *report,
                             const oc_report_diagnostic *diagnostic)
{
    put_tag(diagnostic->severity, diagnostic->id);
    if (diagnostic->node < report->node_count) {
        fprintf(stderr, "#%u ", (unsigned)diagnostic->node);
        put_name(report->nodes[diagnostic->node].name);
        fputs(": ", stderr);
    }
    put_safe(diagnostic->message);
    fputc('\n', stderr);
}

static bool is_shown(const oc_report_diagnostic *diagnostic,
                     const cli_options *options)
{
    return diagnostic->severity != OC_INFO || options->verbose;
}

/* "do: onnxcost help cost.unknown": of the first kind of warning. */
static void suggest_help(const oc_report *report)
{
    for (size_t i = 0; i < report->diagnostic_count; i++) {
        if (report->diagnostics[i].severity == OC_INFO)
            continue;
        fputs("  do: onnxcost help ", stderr);
        put_safe(report->diagnostics[i].id);
        fputc('\n', stderr);
        return;
    }
}

void print_diagnostics(const oc_report *report, const cli_options *options)
{
    size_t most = options->verbose ? report->diagnostic_count : MOST_WARNINGS;
    size_t found = 0;
    if (options->quiet)
        return;
    for (size_t i = 0; i < report->diagnostic_count; i++)
        if (is_shown(&report->diagnostics[i], options) && found++ < most)
            print_diagnostic(report, &report->diagnostics[i]);
    if (found > most)
        fprintf(stderr, "%zu more warnings: -v shows them\n", found - most);
    suggest_help(report);
}
