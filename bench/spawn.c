/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench/spawn.c - run one command, and say what the whole process took.
 *
 *     spawn RESULT COMMAND [ARGUMENT...]
 *
 * RESULT gets one line: wall ns, user us, system us, peak KiB, exit code
 * (128 + the signal that ended it).
 *
 * In here: fork, exec, wait4. A process starts out with the peak memory of
 * the one that forked it; this one is small where Python is not.
 * Not in here: repetitions, timeouts, what the figures mean.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

static long long in_us(struct timeval time)
{
    return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

static int exit_code(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(FILE *result, char **command)
{
    struct rusage used;
    int status;
    long long began = now_ns();
    pid_t child = vfork();
    if (child == 0) {
        execvp(command[0], command);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child)
        return 1;
    long long ended = now_ns();
    fprintf(result, "%lld %lld %lld %ld %d\n", ended - began,
            in_us(used.ru_utime), in_us(used.ru_stime), used.ru_maxrss,
            exit_code(status));
    return 0;
}

int main(int argc, char **argv)
{
    FILE *result = argc > 2 ? fopen(argv[1], "we") : NULL;
    if (!result) {
        fprintf(stderr, "usage: spawn RESULT COMMAND [ARGUMENT...]\n");
        return 2;
    }
    int code = run(result, argv + 2);
    return fclose(result) == 0 ? code : 1;
}
