/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The handshake of connections: it succeeds between two that know the secret
 * and mean each other, and fails in every other case, on both sides where both
 * can tell, with a reason.
 */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net_internal.h"

#define WAIT_MS 2000

static uint8_t right[32] = "the job's secret", wrong[32] = "another one";

struct side {
    struct mpg__net_config config;
    int fd;
    unsigned peer;
    const char *why;
};

static void *prove(void *argument)
{
    struct side *side = argument;
    side->why = mpg__net_prove(side->fd, &side->config, side->peer,
                               mpg__net_now_ms() + WAIT_MS);
    shutdown(side->fd, SHUT_RDWR);
    return NULL;
}

/* One handshake; what each side says of it, NULL for success. */
static void shake(struct side *caller, struct side *callee)
{
    int ends[2];
    pthread_t thread;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        abort();
    caller->fd = ends[0];
    callee->fd = ends[1];
    if (pthread_create(&thread, NULL, prove, caller))
        abort();
    callee->why = mpg__net_check(callee->fd, &callee->config, &callee->peer,
                                 mpg__net_now_ms() + WAIT_MS);
    shutdown(callee->fd, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(ends[0]);
    close(ends[1]);
}

static int failures;

static void expect(const char *what, const char *got, const char *part)
{
    int good = part ? got && strstr(got, part) : !got;
    if (!good) {
        printf("%s: expected '%s', got '%s'\n", what, part ? part : "success",
               got ? got : "success");
        failures++;
    }
}

static struct side side(unsigned self, const uint8_t *secret, unsigned peer)
{
    return (struct side){.config = {.self = self, .hosts = 4, .secret = secret},
                         .peer = peer};
}

static void same_secret(void)
{
    struct side caller = side(3, right, 1), callee = side(1, right, 0);
    shake(&caller, &callee);
    expect("same secret, caller", caller.why, NULL);
    expect("same secret, callee", callee.why, NULL);
    if (callee.peer != 3) {
        printf("the callee takes host 3 for host %u\n", callee.peer);
        failures++;
    }
}

static void wrong_secret(void)
{
    struct side caller = side(3, wrong, 1), callee = side(1, right, 0);
    shake(&caller, &callee);
    expect("caller with a wrong secret", caller.why, "does not know");
    expect("callee of a wrong secret", callee.why, "closed");
}

/* Knows the protocol but not the secret, and does not care about our proof. */
static void *pretend(void *argument)
{
    int fd = *(int *)argument;
    char hello[48] = "MPG-net1", answer[64], proof[crypto_auth_BYTES] = {0};
    uint32_t numbers[2] = {3, 1};
    memcpy(hello + 8, numbers, sizeof numbers);
    if (send(fd, hello, sizeof hello, 0) != sizeof hello ||
        recv(fd, answer, sizeof answer, MSG_WAITALL) != sizeof answer ||
        send(fd, proof, sizeof proof, 0) != sizeof proof)
        abort();
    return NULL;
}

static void pretender(void)
{
    struct side callee = side(1, right, 0);
    int ends[2];
    pthread_t thread;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ||
        pthread_create(&thread, NULL, pretend, &ends[0]))
        abort();
    expect("callee of a pretender",
           mpg__net_check(ends[1], &callee.config, &callee.peer,
                          mpg__net_now_ms() + WAIT_MS),
           "does not know");
    pthread_join(thread, NULL);
    close(ends[0]);
    close(ends[1]);
}

static void garbage(void)
{
    struct side callee = side(1, right, 0);
    char bytes[200];
    int ends[2];
    memset(bytes, 'x', sizeof bytes);
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) ||
        send(ends[0], bytes, sizeof bytes, 0) != sizeof bytes)
        abort();
    expect("callee of garbage",
           mpg__net_check(ends[1], &callee.config, &callee.peer,
                          mpg__net_now_ms() + WAIT_MS),
           "does not speak");
    close(ends[0]);
    close(ends[1]);
}

static void other_job(void)
{
    struct side caller = side(3, right, 2), callee = side(1, right, 0);
    shake(&caller, &callee);
    expect("callee that is not meant", callee.why, "another host or job");
}

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    same_secret();
    wrong_secret();
    pretender();
    garbage();
    other_job();
    printf("5 kinds of handshake, %d failures\n", failures);
    return failures != 0;
}
