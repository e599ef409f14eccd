/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The launcher's loop: moves bytes between the agents and our own standard
 * input and output, and tells job.c what they mean.  It never waits for a
 * reader: a full output stops the streams that fill it (wire.h), nothing
 * else.
 */
#include "launch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "explain.h"
#include "job.h"
#include "machine.h"
#include "orphans.h"
#include "say.h"
#include "spawn.h"
#include "stats.h"

enum {
    REAP_MS = 2000,  /* for agents to end once their hosts have */
    STALL_MS = 2000, /* a failed job does not wait longer for its reader */
};

static struct {
    struct job job;
    struct signals before;
    int signals;
    int input; /* 0, -1 after its end */
    FILE *stats;
    FILE *explain;
} launcher;

/* Frames of agents. */

static uint32_t read_number(const struct wire_frame *frame, size_t index)
{
    uint32_t number = 0;

    if (frame->length >= (index + 1) * sizeof number)
        memcpy(&number, frame->body + index * sizeof number, sizeof number);
    return number;
}

static void take_output(struct job *job, int host, int s,
                        const struct wire_frame *frame)
{
    struct stream *stream = &job->hosts[host].streams[s];
    int is_tagged = job->options->tag_output;

    if (frame->length)
        output_put(&job->outputs[s], stream, frame->body, frame->length, host,
                   is_tagged, job->hosts_count == 1);
    else
        output_end(&job->outputs[s], stream, host, is_tagged);
}

static void take_frame(struct job *job, const struct wire_frame *frame)
{
    int host = (int)frame->host;

    switch (frame->kind) {
    case WIRE_BOOT:
        job_on_boot(job, host, frame->body, frame->length);
        break;
    case WIRE_OUTPUT:
    case WIRE_ERRORS:
        take_output(job, host, frame->kind == WIRE_ERRORS, frame);
        break;
    case WIRE_EXIT:
        job_on_exit(job, host, (int)read_number(frame, 0));
        break;
    case WIRE_FAILED:
        if (frame->length >= sizeof(uint32_t))
            job_on_failed(job, host, (int)read_number(frame, 0),
                          frame->body + sizeof(uint32_t),
                          frame->length - sizeof(uint32_t));
        break;
    case WIRE_TAKEN:
        job->input_credit += read_number(frame, 1);
        break;
    default:
        break;
    }
}

/* An agent may speak of its own hosts only. */
static int is_own(const struct machine *machine, const struct wire_frame *frame)
{
    uint32_t first = (uint32_t)machine->place->first;

    return frame->host - first < (uint32_t)machine->place->count;
}

static void say_no_agent(struct job *job, struct machine *machine)
{
    int length = (int)inbox_length(&machine->up);
    char *text =
        xformat("%.*s", length < 60 ? length : 60, inbox_bytes(&machine->up));
    char *why;

    text[strcspn(text, "\r\n")] = '\0';
    why = xformat("the remote shell printed '%s' where millirun should "
                  "answer; its start-up files must print nothing",
                  text);
    job_on_machine_gone(job, machine, why);
    free(why);
    free(text);
}

static void take_broken(struct job *job, struct machine *machine,
                        const struct wire_frame *frame)
{
    char *why = xformat("its agent %.*s", (int)frame->length, frame->body);

    job_on_machine_gone(job, machine, why);
    free(why);
}

static void read_machine(struct job *job, struct machine *machine)
{
    int is_open = machine_read(machine);
    struct wire_frame frame;
    int more = 0;

    if (is_open < 0) {
        say_no_agent(job, machine);
        return;
    }
    while (machine->has_greeted &&
           (more = wire_next(&machine->up, &frame)) > 0) {
        if (frame.kind == WIRE_BROKEN) {
            take_broken(job, machine, &frame);
            return;
        }
        if (is_own(machine, &frame))
            take_frame(job, &frame);
    }
    if (more < 0) {
        job_on_machine_gone(job, machine, "its agent sent nonsense");
    } else if (!is_open) {
        char *why = machine_epitaph(machine, job->options->rsh);

        job_on_machine_gone(job, machine, why);
        free(why);
    }
}

/* Our own descriptors. */

static void read_signals(struct job *job)
{
    struct signalfd_siginfo info;

    while (read(launcher.signals, &info, sizeof info) == sizeof info)
        job_on_signal(job, (int)info.ssi_signo);
}

/* A job in the background must not read the terminal: it would be stopped. */
static int may_read_input(const struct job *job)
{
    if (launcher.input < 0 || job->hosts[0].is_over || !job->input_credit ||
        job->hosts[0].machine->to < 0)
        return 0;
    return !isatty(STDIN_FILENO) || tcgetpgrp(STDIN_FILENO) == getpgrp();
}

static void read_input(struct job *job)
{
    static char bytes[WIRE_PIECE];
    size_t room = job->input_credit;
    ssize_t got =
        read(STDIN_FILENO, bytes, room < sizeof bytes ? room : sizeof bytes);

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got <= 0) {
        launcher.input = -1;
        got = 0;
    }
    job->input_credit -= (uint32_t)got;
    wire_put(&job->hosts[0].machine->down, WIRE_INPUT, 0, bytes, (size_t)got);
}

/* Reports what the outputs have room for, so that the hosts go on. */
static void pay_credit(struct job *job)
{
    for (int h = 0; h < job->hosts_count; h++) {
        struct job_host *host = &job->hosts[h];

        for (int s = 0; s < 2; s++) {
            uint32_t taken[2] = {s ? WIRE_ERRORS : WIRE_OUTPUT,
                                 host->streams[s].owed};

            if (!taken[1] || !output_has_room(&job->outputs[s]))
                continue;
            host->streams[s].owed = 0;
            if (host->machine->to >= 0)
                wire_put(&host->machine->down, WIRE_TAKEN, (uint32_t)h, taken,
                         sizeof taken);
        }
    }
}

/* Nobody reads what the job prints: it ends, as a program in a pipeline
 * does. */
static void check_outputs(struct job *job)
{
    for (int s = 0; s < 2; s++) {
        int error = job->outputs[s].error;

        if (!error || job->end != JOB_RUNS)
            continue;
        if (error != EPIPE) {
            char *text =
                xformat("cannot write the output: %s", strerror(error));

            output_say(&job->outputs[1], text);
            free(text);
        }
        job_end(job, JOB_FAILED, error == EPIPE ? 128 + SIGPIPE : EXIT_FAILURE);
    }
}

/* The loop. */

enum { AT_SIGNALS, AT_INPUT, AT_OUTPUTS, AT_MACHINES = 4 };

static struct pollfd watch(int fd, short events)
{
    /* A negative number is not polled. */
    return (struct pollfd){.fd = events ? fd : -1, .events = events};
}

static nfds_t fill_polls(const struct job *job, struct pollfd *polls)
{
    nfds_t count = AT_MACHINES;

    polls[AT_SIGNALS] = watch(launcher.signals, POLLIN);
    polls[AT_INPUT] = watch(STDIN_FILENO, may_read_input(job) ? POLLIN : 0);
    for (int s = 0; s < 2; s++)
        polls[AT_OUTPUTS + s] = watch(
            job->outputs[s].fd, job->outputs[s].queue.first ? POLLOUT : 0);
    for (int i = 0; i < job->list->places_count; i++) {
        const struct machine *machine = &job->machines[i];

        polls[count++] = watch(machine->from, POLLIN);
        polls[count++] = watch(machine->to, machine->down.first ? POLLOUT : 0);
    }
    return count;
}

/* When the agent is gone the end of its output says why. */
static void write_machine(struct job *job, struct machine *machine)
{
    char *why;
    int error;

    if (queue_flush(&machine->down, machine->to, WIRE_PIECE, 0) == 0)
        return;
    error = errno;
    queue_clear(&machine->down);
    if (error == EPIPE)
        return;
    why = xformat("cannot write to its agent: %s", strerror(error));
    job_on_machine_gone(job, machine, why);
    free(why);
}

static void serve_machines(struct job *job, const struct pollfd *polls)
{
    for (int i = 0; i < job->list->places_count; i++) {
        struct machine *machine = &job->machines[i];

        if (polls[(size_t)2 * i].revents && machine->from >= 0)
            read_machine(job, machine);
        if (machine->to >= 0)
            write_machine(job, machine);
    }
}

static int has_output(const struct job *job)
{
    int is_stalled = 1;
    int has_some = 0;

    for (int s = 0; s < 2; s++) {
        if (!job->outputs[s].queue.first)
            continue;
        has_some = 1;
        is_stalled &= now_ms() - job->outputs[s].moved_ms > STALL_MS;
    }
    return has_some && !(is_stalled && job->end != JOB_RUNS);
}

static int timeout_ms(const struct job *job)
{
    if (job->end != JOB_RUNS && job_is_over(job))
        return STALL_MS / 4;
    return job_patience_ms(job);
}

static void loop(struct job *job)
{
    size_t room = AT_MACHINES + 2 * (size_t)job->list->places_count;
    struct pollfd *polls = xrealloc(NULL, room * sizeof *polls);

    while (!job_is_over(job) || has_output(job)) {
        fill_polls(job, polls);
        if (poll(polls, room, timeout_ms(job)) < 0)
            continue;
        /* Signals first: Ctrl-C reaches remote shells too, and that they end
         * is then no loss. */
        if (polls[AT_SIGNALS].revents)
            read_signals(job);
        serve_machines(job, polls + AT_MACHINES);
        if (polls[AT_INPUT].revents)
            read_input(job);
        for (int s = 0; s < 2; s++) {
            if (polls[AT_OUTPUTS + s].revents)
                output_flush(&job->outputs[s]);
        }
        pay_credit(job);
        check_outputs(job);
        job_on_time(job);
    }
    free(polls);
}

/* Beginning and end. */

static void open_signals(void)
{
    sigset_t set;
    struct sigaction hangup;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    /* Under nohup a hangup is to be ignored. */
    sigaction(SIGHUP, NULL, &hangup);
    if (hangup.sa_handler != SIG_IGN)
        sigaddset(&set, SIGHUP);
    launcher.signals = signals_open(&set, &launcher.before);
    if (launcher.signals < 0)
        die("cannot watch for signals: %s", strerror(errno));
}

static void start_machines(struct job *job)
{
    for (int i = 0; i < job->list->places_count; i++) {
        const char *what;
        int error = machine_start(&job->machines[i], job->options->rsh,
                                  &launcher.before, &what);

        if (error) {
            orphans_end();
            die("cannot run %s: %s%s", what, strerror(error),
                spawn_advice(error));
        }
    }
}

/* What comes of the job beside its output: opened before it starts, so that a
 * name that is wrong costs nothing. */
static FILE *open_report(const char *flag, const char *path)
{
    struct stat now;
    FILE *file;

    if (!path)
        return NULL;
    /* The file was forgotten, and this is what was to run. */
    if (!stat(path, &now) && S_ISREG(now.st_mode) && now.st_mode & 0111)
        die("%s %s: that is a program: put the name of a file before it", flag,
            path);
    file = fopen(path, "we");
    if (!file)
        die("%s %s: %s", flag, path, strerror(errno));
    return file;
}

static int check_report(const char *flag, const char *path, int answer)
{
    if (answer < 0)
        fprintf(stderr, "millirun: %s %s: %s\n", flag, path, strerror(errno));
    return answer;
}

static int write_stats(const struct job *job)
{
    char **texts;
    int answer;

    if (!launcher.stats)
        return 0;
    texts = xrealloc(NULL, (size_t)job->hosts_count * sizeof *texts);
    for (int h = 0; h < job->hosts_count; h++)
        texts[h] = job->hosts[h].stats;
    answer = stats_write(launcher.stats, texts, job->hosts_count);
    free(texts);
    return check_report("--stats", job->options->stats, answer);
}

static int write_explanation(struct job *job)
{
    if (!launcher.explain)
        return 0;
    return check_report("--explain", job->options->explain,
                        explain_write(launcher.explain, &job->account));
}

static void open_reports(const struct options *options)
{
    int is_printed = options->explain && strcmp(options->explain, "-") == 0;

    launcher.stats = open_report("--stats", options->stats);
    launcher.explain =
        is_printed ? stderr : open_report("--explain", options->explain);
}

int launch(const struct options *options, const struct hostlist *list)
{
    struct job *job = &launcher.job;
    size_t places = (size_t)list->places_count;
    size_t hosts = (size_t)list->hosts;
    int64_t deadline_ms;
    int has_failed;

    open_signals();
    open_reports(options);
    job->options = options;
    job->list = list;
    job->hosts_count = list->hosts;
    job->machines = xrealloc(NULL, places * sizeof *job->machines);
    memset(job->machines, 0, places * sizeof *job->machines);
    job->hosts = xrealloc(NULL, hosts * sizeof *job->hosts);
    memset(job->hosts, 0, hosts * sizeof *job->hosts);
    job->outputs[0].fd = STDOUT_FILENO;
    job->outputs[1].fd = STDERR_FILENO;
    for (int i = 0; i < list->places_count; i++)
        job->machines[i].place = &list->places[i];
    job_open(job);
    orphans_adopt(); /* of an agent that is killed */
    start_machines(job);
    loop(job);
    deadline_ms = now_ms() + REAP_MS;
    for (int i = 0; i < list->places_count; i++)
        machine_close(&job->machines[i]);
    for (int i = 0; i < list->places_count; i++)
        machine_reap(&job->machines[i], deadline_ms);
    orphans_end();
    has_failed = write_stats(job) < 0;
    has_failed |= write_explanation(job) < 0;
    return has_failed && job->status == 0 ? EXIT_FAILURE : job->status;
}
