/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * A host that does what its arguments say, one step after the other, and
 * speaks to the launcher through the runtime's own boot_env.c.  A step is
 * [HOST:]NAME[=VALUE]; with HOST only that host takes it.
 *
 *   round         exchanges cards and checks those of all hosts
 *   finish        the rounds that are left, so that leaving is no loss
 *   print=TEXT    TEXT on standard output; \n is a newline, %h the host
 *   errors=TEXT   the same on standard error
 *   stats=TEXT    hands over counters
 *   account=TEXT  hands over what it has taken
 *   fatal=TEXT    ends the job
 *   kill=N        signals itself
 *   exit=N        leaves at once
 *   pid=DIR       writes its process id to DIR/HOST
 *   await=FILE    waits until another host (or the test) has made FILE
 *   hang          waits for the launcher to end it
 *   where         prints address, hosts and local hosts
 *   function      checks that functions have the same address everywhere
 *   meet          reaches every other host by TCP (meet.h)
 *   cat           copies standard input to standard output
 *   frame=N       sends a frame of kind N that has no body
 *   ignore        ignores SIGTERM
 *   options       reads the options, and prints memory and connect_ms
 *   fill=N        prints N lines as long as they are many
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/config.h"
#include "base/fatal.h"
#include "boot/boot.h"
#include "meet.h"

enum { ROUNDS = 2 };

static struct mpg__boot_self self;
static int rounds_done;

static void exchange_round(const char *unused)
{
    char card[MPG_BOOT_CARD_MAX];
    const void *cards[MPG_BOOT_HOSTS_MAX];
    uint32_t lengths[MPG_BOOT_HOSTS_MAX];
    int length = snprintf(card, sizeof card, "round %d of %*d", rounds_done,
                          self.host % 1000, self.host);

    (void)unused;
    mpg__boot_exchange(card, (uint32_t)length, cards, lengths);
    for (int h = 0; h < self.hosts; h++) {
        length = snprintf(card, sizeof card, "round %d of %*d", rounds_done,
                          h % 1000, h);
        if (lengths[h] != (uint32_t)length ||
            memcmp(cards[h], card, (size_t)length) != 0)
            mpg__fatal("round %d has the wrong card of host %d", rounds_done,
                       h);
    }
    rounds_done++;
}

static void print(FILE *file, const char *text)
{
    for (; *text; text++) {
        if (text[0] == '\\' && text[1] == 'n') {
            fputc('\n', file);
            text++;
        } else if (text[0] == '%' && text[1] == 'h') {
            fprintf(file, "%d", self.host);
            text++;
        } else {
            fputc(*text, file);
        }
    }
    fflush(file);
}

static void write_pid(const char *directory)
{
    char path[4096];
    char draft[4096 + 8];
    FILE *file;

    snprintf(path, sizeof path, "%s/%d", directory, self.host);
    snprintf(draft, sizeof draft, "%s.new", path);
    file = fopen(draft, "w");
    if (!file)
        mpg__fatal("%s: %m", draft);
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
    rename(draft, path); /* whoever sees the file sees the number in it */
}

static void await_file(const char *path)
{
    char directory[4096];
    char events[4096];
    int fd = inotify_init1(IN_CLOEXEC);

    snprintf(directory, sizeof directory, "%s", path);
    *strrchr(directory, '/') = '\0';
    inotify_add_watch(fd, directory, IN_CREATE | IN_MOVED_TO);
    while (access(path, F_OK) < 0) {
        if (read(fd, events, sizeof events) < 0 && errno != EINTR)
            mpg__fatal("%s: %m", path);
    }
    close(fd);
}

static void hang(const char *unused)
{
    struct pollfd poll_end = {.fd = mpg__boot_fd(), .events = POLLIN};

    (void)unused;
    while (poll(&poll_end, 1, -1) < 0)
        ;
    _exit(0);
}

static void check_function(const char *unused)
{
    const void *cards[MPG_BOOT_HOSTS_MAX];
    uint32_t lengths[MPG_BOOT_HOSTS_MAX];
    void (*function)(const char *) = check_function;

    (void)unused;
    mpg__boot_exchange(&function, sizeof function, cards, lengths);
    for (int h = 0; h < self.hosts; h++) {
        if (memcmp(cards[h], &function, sizeof function) != 0)
            mpg__fatal("host %d has its functions elsewhere", h);
    }
    rounds_done++;
}

static void copy_input(const char *unused)
{
    char bytes[8192];
    ssize_t got;

    (void)unused;
    while ((got = read(STDIN_FILENO, bytes, sizeof bytes)) > 0) {
        if (write(STDOUT_FILENO, bytes, (size_t)got) != got)
            mpg__fatal("cannot copy: %m");
    }
}

static void send_frame(const char *kind)
{
    struct mpg_boot_head head = {(uint32_t)atoi(kind), 0};

    if (write(mpg__boot_fd(), &head, sizeof head) != (ssize_t)sizeof head)
        mpg__fatal("cannot send: %m");
}

static void print_lines(const char *text)
{
    int count = atoi(text);

    for (int i = 0; i < count; i++)
        printf("host %d line %d %.*s.\n", self.host, i, i % 60,
               "------------------------------------------------------------");
    fflush(stdout);
}

static void print_options(const char *unused)
{
    char text[8192];

    (void)unused;
    mpg__config_read();
    mpg__config_fingerprint(text, sizeof text);
    printf("connect_ms %lu\n%s", (unsigned long)mpg__config.connect_ms, text);
    fflush(stdout);
}

static void finish(const char *unused)
{
    (void)unused;
    while (rounds_done < ROUNDS)
        exchange_round(NULL);
}

static void step_print(const char *text)
{
    print(stdout, text);
}

static void step_errors(const char *text)
{
    print(stderr, text);
}

static void step_stats(const char *text)
{
    mpg__boot_stats(text, strlen(text));
}

static void step_fatal(const char *text)
{
    mpg__fatal("%s", text);
}

static void step_kill(const char *number)
{
    raise(atoi(number));
}

static void step_exit(const char *status)
{
    _exit(atoi(status));
}

static void step_where(const char *unused)
{
    (void)unused;
    printf("host %d of %d at %s, %d of %d here\n", self.host, self.hosts,
           self.address, self.local_index, self.local_hosts);
}

static void step_meet(const char *unused)
{
    (void)unused;
    meet(&self);
    rounds_done++;
}

static void step_ignore(const char *unused)
{
    (void)unused;
    signal(SIGTERM, SIG_IGN);
}

static void step_account(const char *text)
{
    mpg__boot_account(text, strlen(text));
}

static const struct step {
    const char *name;
    void (*take)(const char *value);
} steps[] = {
    {"round", exchange_round},  {"finish", finish},
    {"print", step_print},      {"errors", step_errors},
    {"stats", step_stats},      {"account", step_account},
    {"fatal", step_fatal},      {"kill", step_kill},
    {"exit", step_exit},        {"pid", write_pid},
    {"await", await_file},      {"hang", hang},
    {"where", step_where},      {"function", check_function},
    {"meet", step_meet},        {"cat", copy_input},
    {"frame", send_frame},      {"ignore", step_ignore},
    {"options", print_options}, {"fill", print_lines},
};

static void take_step(const char *name, const char *value)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (strcmp(steps[i].name, name) == 0) {
            steps[i].take(value);
            return;
        }
    }
    mpg__fatal("there is no step '%s'", name);
}

int main(int count, char **arguments)
{
    mpg__boot_open(&self);
    for (int i = 1; i < count; i++) {
        char *step = arguments[i];
        char *value = strchr(step, '=');
        char *colon;

        if (value)
            *value++ = '\0';
        colon = strchr(step, ':');
        if (!colon || atoi(step) == self.host)
            take_step(colon ? colon + 1 : step, value ? value : "");
    }
    fflush(stdout);
    return 0;
}
