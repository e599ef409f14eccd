/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
#include "job.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job_text.h"
#include "millipage/boot.h"
#include "say.h"

enum {
    /* An agent kills what does not end by itself; an agent that has not
     * reported by then is killed too. */
    END_MS = 3000,
    HARD_END_MS = 500,
    /* When a host dies its neighbours may complain of a broken connection
     * before we hear of the death, which is the reason to be given. */
    ABORT_SETTLE_MS = 100,
};

/* Beginning. */

static struct mpg_boot_welcome make_welcome(const struct job *job,
                                            const struct place *place, int host,
                                            const uint8_t *secret)
{
    struct mpg_boot_welcome welcome = {
        .version = MPG_BOOT_VERSION,
        .host = (uint32_t)host,
        .hosts = (uint32_t)job->hosts_count,
        .rounds = JOB_ROUNDS,
    };

    memcpy(welcome.secret, secret, sizeof welcome.secret);
    strcpy(welcome.address, place->address);
    /* Entries with the same address are the same machine. */
    for (int i = 0; i < job->list->places_count; i++) {
        const struct place *other = &job->list->places[i];

        if (strcmp(other->address, place->address) != 0)
            continue;
        welcome.local_hosts += (uint32_t)other->count;
        if (other->first < place->first)
            welcome.local_index += (uint32_t)other->count;
        else if (other == place)
            welcome.local_index += (uint32_t)(host - place->first);
    }
    return welcome;
}

static void put_welcome(struct job *job, struct machine *machine, int host,
                        const uint8_t *secret)
{
    struct {
        struct mpg_boot_head head;
        struct mpg_boot_welcome welcome;
    } frame = {
        .head = {MPG_BOOT_WELCOME, sizeof frame.welcome},
        .welcome = make_welcome(job, machine->place, host, secret),
    };

    wire_put(&machine->down, WIRE_BOOT, (uint32_t)host, &frame, sizeof frame);
}

void job_open(struct job *job)
{
    uint8_t secret[MPG_BOOT_SECRET_BYTES];
    char **portable = job_text_portable(environ);
    char *directory = getcwd(NULL, 0);

    if (!directory)
        die("cannot tell the working directory: %s", strerror(errno));
    if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret)
        die("cannot get random bytes: %s", strerror(errno));
    for (int i = 0; i < job->list->places_count; i++) {
        struct machine *machine = &job->machines[i];
        const struct place *place = machine->place;
        struct job_text text = {
            .hosts = (uint32_t)place->count,
            .directory = directory,
            .arguments = job->options->program,
            .variables = place->is_local ? environ : portable,
        };

        job_text_put(&machine->down, (uint32_t)place->first, &text);
        for (int h = place->first; h < place->first + place->count; h++) {
            job->hosts[h].machine = machine;
            put_welcome(job, machine, h, secret);
        }
    }
    job->input_credit = WIRE_WINDOW;
    explicit_bzero(secret, sizeof secret);
    free(portable);
    free(directory);
}

/* Ending. */

static void say(struct job *job, char *text)
{
    output_say(&job->outputs[1], text);
    free(text);
}

static void tell_end(struct job *job, uint32_t number)
{
    for (int i = 0; i < job->list->places_count; i++) {
        struct machine *machine = &job->machines[i];

        if (machine->to >= 0)
            wire_put(&machine->down, WIRE_END, WIRE_ALL, &number,
                     sizeof number);
    }
}

void job_end(struct job *job, enum job_end end, int status)
{
    if (job->end != JOB_RUNS)
        return; /* the first reason is the reason */
    job->end = end;
    if (end == JOB_LOST)
        job->status = job->status > 1 ? job->status : 1;
    else
        job->status = status;
    job->end_ms = now_ms();
    tell_end(job, SIGTERM);
}

void job_on_signal(struct job *job, int number)
{
    if (job->end == JOB_RUNS) {
        job_end(job, JOB_INTERRUPTED, 128 + number);
        return;
    }
    tell_end(job, SIGKILL);
    job->end_ms = now_ms() - END_MS + HARD_END_MS;
}

static char *describe_end(int wait_status)
{
    int number = WTERMSIG(wait_status);

    if (WIFSIGNALED(wait_status))
        return xformat("killed by signal %d (%s)", number, strsignal(number));
    return xformat("left without finishing (exit status %d)",
                   WEXITSTATUS(wait_status));
}

static void lose(struct job *job, int host, const char *how)
{
    say(job, xformat("host %d (on %s) was lost: %s", host,
                     job->hosts[host].machine->place->name, how));
    job_end(job, JOB_LOST, 0);
}

/* After each event that could make one: the first lost host is named. */
static void look_for_lost(struct job *job)
{
    if (job->end != JOB_RUNS || !job->has_spoken)
        return;
    for (int h = 0; h < job->hosts_count; h++) {
        const struct job_host *host = &job->hosts[h];
        char *how;

        if (!host->is_over || host->has_aborted ||
            (WIFEXITED(host->wait_status) && job->rounds_done >= JOB_ROUNDS))
            continue;
        how = describe_end(host->wait_status);
        lose(job, h, how);
        free(how);
        return;
    }
}

/* Every process has ended; of output there may be more. */
static int are_all_over(const struct job *job)
{
    for (int h = 0; h < job->hosts_count; h++) {
        if (!job->hosts[h].is_over)
            return 0;
    }
    return 1;
}

/* Processes of a program that is not one of ours, or has not come so far as to
 * speak, are on their own; but that a signal ended one is said, as a shell
 * would. */
static void say_killed(struct job *job)
{
    if (job->end != JOB_RUNS || job->has_spoken || !are_all_over(job))
        return;
    for (int h = 0; h < job->hosts_count; h++) {
        char *how;

        if (!WIFSIGNALED(job->hosts[h].wait_status))
            continue;
        how = describe_end(job->hosts[h].wait_status);
        lose(job, h, how);
        free(how);
        return;
    }
}

static void print_abort(struct job *job)
{
    output_line(&job->outputs[1], job->abort_line, strlen(job->abort_line));
    job_end(job, JOB_ABORTED, MPG_BOOT_ABORT_STATUS);
}

static int is_aborting(const struct job *job)
{
    return job->abort_line && job->end == JOB_RUNS;
}

void job_on_time(struct job *job)
{
    if (is_aborting(job) && (now_ms() >= job->abort_ms || are_all_over(job)))
        print_abort(job);
    if (job->end == JOB_RUNS || now_ms() < job->end_ms + END_MS)
        return;
    for (int i = 0; i < job->list->places_count; i++)
        machine_close(&job->machines[i]);
    for (int h = 0; h < job->hosts_count; h++) {
        struct job_host *host = &job->hosts[h];

        host->is_over = 1;
        for (int s = 0; s < 2; s++)
            output_end(&job->outputs[s], &host->streams[s], h,
                       job->options->tag_output);
    }
}

int job_patience_ms(const struct job *job)
{
    int64_t until = is_aborting(job) ? job->abort_ms : job->end_ms + END_MS;
    int64_t left = until - now_ms();

    if (job->end == JOB_RUNS && !is_aborting(job))
        return -1;
    return left > 0 ? (int)left : 0;
}

int job_is_over(const struct job *job)
{
    if (is_aborting(job))
        return 0;
    for (int h = 0; h < job->hosts_count; h++) {
        const struct job_host *host = &job->hosts[h];

        if (!host->is_over || !host->streams[0].has_ended ||
            !host->streams[1].has_ended)
            return 0;
    }
    return 1;
}

/* What hosts say. */

static void finish_round(struct job *job)
{
    struct mpg_boot_head head = {.kind = MPG_BOOT_CARDS};
    struct inbox frame = {0};
    struct chunk *chunk;

    for (int h = 0; h < job->hosts_count; h++)
        head.length += (uint32_t)sizeof(uint32_t) + job->hosts[h].card_length;
    inbox_add(&frame, &head, sizeof head);
    for (int h = 0; h < job->hosts_count; h++) {
        struct job_host *host = &job->hosts[h];

        inbox_add(&frame, &host->card_length, sizeof host->card_length);
        inbox_add(&frame, host->card, host->card_length);
        free(host->card);
        host->card = NULL;
    }
    chunk = chunk_new(inbox_length(&frame));
    memcpy(chunk->bytes, inbox_bytes(&frame), chunk->length);
    for (int i = 0; i < job->list->places_count; i++)
        wire_put_chunk(&job->machines[i].down, WIRE_BOOT, WIRE_ALL, chunk);
    chunk_release(chunk);
    inbox_free(&frame);
    job->cards_here = 0;
    job->rounds_done++;
}

static char *copy_text(const char *bytes, size_t length)
{
    char *text = xrealloc(NULL, length + 1);

    memcpy(text, bytes, length);
    text[length] = '\0';
    return text;
}

/* 0, or -1 when a host may not say this now. */
static int take_frame(struct job *job, struct job_host *host, uint32_t kind,
                      const char *body, uint32_t length)
{
    char *account;

    switch (kind) {
    case MPG_BOOT_CARD:
        if (host->card || length > MPG_BOOT_CARD_MAX)
            return -1;
        host->card = copy_text(body, length);
        host->card_length = length;
        if (++job->cards_here == job->hosts_count)
            finish_round(job);
        return 0;
    case MPG_BOOT_STATS:
        free(host->stats);
        host->stats = copy_text(body, length);
        return 0;
    case MPG_BOOT_ACCOUNT:
        account = copy_text(body, length);
        account_add(&job->account, account);
        free(account);
        return 0;
    case MPG_BOOT_ABORT:
        host->has_aborted = 1;
        if (job->abort_line || job->end != JOB_RUNS)
            return 0;
        job->abort_line = copy_text(body, length);
        job->abort_ms = now_ms() + ABORT_SETTLE_MS;
        return 0;
    default:
        return -1;
    }
}

void job_on_boot(struct job *job, int number, const char *bytes, size_t length)
{
    struct job_host *host = &job->hosts[number];
    struct mpg_boot_head head;

    inbox_add(&host->boot, bytes, length);
    job->has_spoken = 1;
    while (inbox_length(&host->boot) >= sizeof head) {
        memcpy(&head, inbox_bytes(&host->boot), sizeof head);
        if (head.length > MPG_BOOT_SAID_MAX)
            break;
        if (inbox_length(&host->boot) < sizeof head + head.length)
            return look_for_lost(job);
        if (take_frame(job, host, head.kind,
                       inbox_bytes(&host->boot) + sizeof head, head.length) < 0)
            break;
        inbox_drop(&host->boot, sizeof head + head.length);
    }
    if (inbox_length(&host->boot) >= sizeof head) {
        inbox_drop(&host->boot, inbox_length(&host->boot));
        if (job->end == JOB_RUNS)
            lose(job, number, "it sent what is no frame of boot.h");
    }
    look_for_lost(job);
}

void job_on_exit(struct job *job, int number, int wait_status)
{
    struct job_host *host = &job->hosts[number];
    int status = WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status)
                                          : WEXITSTATUS(wait_status);

    host->is_over = 1;
    host->wait_status = wait_status;
    /* How a host ends after it was told to is no news. */
    if (job->end != JOB_RUNS)
        return;
    if (!host->has_aborted && status > job->status)
        job->status = status;
    look_for_lost(job);
    say_killed(job);
}

/* Hosts of a machine that will not report any more. */
static void write_off(struct job *job, struct machine *machine, int first)
{
    int end = machine->place->first + machine->place->count;

    for (int h = first; h < end; h++) {
        struct job_host *host = &job->hosts[h];

        host->is_over = 1;
        for (int s = 0; s < 2; s++)
            output_end(&job->outputs[s], &host->streams[s], h,
                       job->options->tag_output);
    }
}

void job_on_failed(struct job *job, int number, int error, const char *what,
                   size_t length)
{
    struct machine *machine = job->hosts[number].machine;

    if (job->end == JOB_RUNS) {
        say(job, xformat("cannot start host %d (on %s): %.*s: %s%s", number,
                         machine->place->name, (int)length, what,
                         strerror(error), spawn_advice(error)));
        /* As shells have it. */
        job_end(job, JOB_FAILED, error == ENOENT ? 127 : 126);
    }
    write_off(job, machine, number);
}

void job_on_machine_gone(struct job *job, struct machine *machine,
                         const char *why)
{
    int first = machine->place->first;
    int end = first + machine->place->count;

    while (first < end && job->hosts[first].is_over &&
           job->hosts[first].streams[0].has_ended &&
           job->hosts[first].streams[1].has_ended)
        first++;
    machine_close(machine);
    if (first < end && job->end == JOB_RUNS) {
        if (machine->has_greeted) {
            lose(job, first, why);
        } else {
            say(job, xformat("cannot start host %d (on %s): %s", first,
                             machine->place->name, why));
            job_end(job, JOB_FAILED, EXIT_FAILURE);
        }
    }
    write_off(job, machine, machine->place->first);
}
