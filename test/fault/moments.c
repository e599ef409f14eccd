/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Brings a job to a moment and keeps it there, for a driver to kill or stop a
 * host.  In the environment:
 *
 *   MOMENT       its name, a row of `moments` or "constructor"
 *   MOMENT_HOST  the host that it is about, the victim
 *   MOMENT_HERE  a fifo: the victim writes a line when it is about to be there
 *   MOMENT_GO    a fifo: a byte in it lets the victim of "in_a_fault" go on;
 *                when it is removed, "busy" ends
 *
 * The moment is reached when the victim has written its line and sleeps.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "millipage.h"

static void die(const char *what)
{
    perror(what);
    _exit(3);
}

static const char *setting(const char *name)
{
    const char *text = getenv(name);

    if (!text) {
        fprintf(stderr, "moments: %s is not set\n", name);
        _exit(3);
    }
    return text;
}

static int victim(void)
{
    return atoi(setting("MOMENT_HOST"));
}

static int is_victim(void)
{
    return mpg_host() == victim();
}

/* Not from memory that could be shared: this is no part of the test. */
static void say_here(void)
{
    int fd = open(setting("MOMENT_HERE"), O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, "here\n", 5) != 5)
        die("MOMENT_HERE");
    close(fd);
}

static void wait_for_go(void)
{
    int fd = open(setting("MOMENT_GO"), O_RDONLY | O_CLOEXEC);
    char byte;

    if (fd < 0 || read(fd, &byte, 1) != 1)
        die("MOMENT_GO");
    close(fd);
}

static _Noreturn void stay(void)
{
    for (;;)
        pause();
}

/* The moments.  Every host calls the function; the victim goes there. */

static void in_main(void)
{
    if (is_victim())
        say_here();
    stay();
}

static void holding_a_lock(void)
{
    if (is_victim()) {
        mpg_lock(1);
        say_here();
        stay();
    }
    /* Whoever was first lets the victim have it next. */
    for (;;) {
        mpg_lock(1);
        mpg_unlock(1);
    }
}

static void waiting_for_a_lock(void)
{
    int holder = victim() == 0;

    if (mpg_host() == holder)
        mpg_lock(1);
    mpg_barrier();
    if (mpg_host() == holder)
        stay();
    if (is_victim())
        say_here();
    mpg_lock(1);
}

static void in_a_barrier(void)
{
    if (mpg_host() == (victim() == 0))
        stay(); /* and never comes */
    if (is_victim())
        say_here();
    mpg_barrier();
}

static void others_in_a_barrier(void)
{
    if (is_victim()) {
        say_here();
        stay();
    }
    mpg_barrier();
}

static _Atomic(long *) page;

static void take_page(long *its_page)
{
    atomic_store(&page, its_page);
}

/* Every host gets a minipage that `owner` has allocated and written. */
static volatile long *share_page(int owner)
{
    if (mpg_host() == owner) {
        long *own = mpg_malloc(4096);

        if (!own)
            die("mpg_malloc");
        *own = 0;
        for (int host = 0; host < mpg_hosts(); host++)
            mpg_spawn(host, take_page, "p", own);
    }
    while (!atomic_load(&page))
        sched_yield();
    mpg_barrier();
    return atomic_load(&page);
}

/* Its owner, who would have to send the minipage, is stopped. */
static void in_a_fault(void)
{
    int owner = victim() == 0;
    volatile long *word = share_page(owner);

    if (mpg_host() == owner)
        raise(SIGSTOP);
    if (!is_victim())
        stay();
    wait_for_go(); /* The driver has seen it stopped. */
    say_here();
    *word = 1;
}

/* Hosts write in turn, and meet after each turn, until they are told. */
static void busy(void)
{
    volatile long *word = share_page(0);
    long rounds = 0;
    int is_told = 0;

    if (is_victim())
        say_here();
    while (!is_told) {
        for (int host = 0; host < mpg_hosts(); host++) {
            if (mpg_host() == host)
                ++*word;
            mpg_barrier();
        }
        rounds++;
        /* In the sign: whether host 0 has been told. */
        if (mpg_host() == 0 && access(setting("MOMENT_GO"), F_OK) != 0)
            *word = -*word;
        mpg_barrier();
        is_told = *word < 0;
        mpg_barrier();
    }
    if (-*word != rounds * mpg_hosts())
        die("busy: a wrong number");
    if (mpg_host() == 0)
        puts("moments: right");
}

static void at_exit_handler(void)
{
    if (is_victim()) {
        say_here();
        stay();
    }
}

static void in_an_exit_handler(void)
{
    atexit(at_exit_handler);
}

/* The victim waits for the others to leave main; or they for it. */
static void having_left(void)
{
    if (!is_victim())
        stay();
    say_here();
}

static void others_have_left(void)
{
    if (is_victim()) {
        say_here();
        stay();
    }
}

static const struct {
    const char *name;
    void (*go)(void);
} moments[] = {
    {"constructor", in_main}, /* is never in main */
    {"in_main", in_main},
    {"holding_a_lock", holding_a_lock},
    {"waiting_for_a_lock", waiting_for_a_lock},
    {"in_a_barrier", in_a_barrier},
    {"others_in_a_barrier", others_in_a_barrier},
    {"in_a_fault", in_a_fault},
    {"in_an_exit_handler", in_an_exit_handler},
    {"having_left", having_left},
    {"others_have_left", others_have_left},
    {"busy", busy},
};

/* After those of the library, and before the hosts meet. */
__attribute__((constructor)) static void at_load(void)
{
    const char *number = getenv("MILLIPAGE_HOST");

    if (strcmp(setting("MOMENT"), "constructor") == 0 && number &&
        atoi(number) == victim()) {
        say_here();
        stay();
    }
}

int main(void)
{
    printf("host %d is in main\n", mpg_host());
    fflush(stdout); /* A host that is killed has printed what it flushed. */
    mpg_barrier();  /* So have the others, whatever happens now. */
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        if (strcmp(moments[i].name, setting("MOMENT")) == 0) {
            moments[i].go();
            return 0;
        }
    }
    fprintf(stderr, "moments: there is no moment %s\n", setting("MOMENT"));
    return 2;
}
