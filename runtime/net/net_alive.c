/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Is the other host still there?
 *
 * When its process ends, its kernel says so.  When its machine or the network
 * ends, nobody says anything, and TCP by itself would repeat what it has sent
 * for a quarter of an hour.  So where nothing is under way the kernel asks
 * (keep-alive), and where something is, we look at when its kernel has last
 * acknowledged anything (TCP_INFO).  Both ask the other *kernel*: a host that
 * is stopped or slow answers as well as any.
 *
 * TCP_USER_TIMEOUT would be one line instead, but it also counts the time for
 * which a living host does not read what it has been sent, which is what a
 * stopped one does.
 */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/timerfd.h>

#include "base/fatal.h"
#include "net_internal.h"

#define TICKS   8u /* of the timer in lost_ms, and ... */
#define TICK_MS 1000u
#define SILENT_MIN                                                             \
    2u              /* ticks, so that one look after a pause proves nothing    \
                     */
#define QUARTERS 4u /* keep-alive asks every quarter of lost_ms */

static uint64_t tick_ms(void)
{
    uint64_t part = mpg__net_config->lost_ms / TICKS;
    return part < TICK_MS ? part : TICK_MS;
}

int mpg__net_timer(void)
{
    long ns = (long)(tick_ms() % 1000 * 1000000);
    struct timespec every = {(time_t)(tick_ms() / 1000), ns};
    struct itimerspec when = {every, every};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer >= 0 && timerfd_settime(timer, 0, &when, NULL))
        mpg__fatal("cannot set a timer: %m");
    return timer;
}

bool mpg__net_is_past(uint32_t ticks, uint64_t limit_ms)
{
    return ticks * tick_ms() > limit_ms;
}

static void set_option(int fd, int level, int name, int value, const char *text)
{
    if (setsockopt(fd, level, name, &value, sizeof value))
        mpg__fatal("cannot set %s of a connection: %m", text);
}

void mpg__net_tune(int fd)
{
    int lost = (int)(mpg__net_config->lost_ms / 1000);
    int seconds = lost / (int)QUARTERS;
    if (seconds < 1)
        seconds = 1;
    int probes = lost / seconds - 1; /* it was silent for `seconds` before */
    if (probes < 1)
        probes = 1;
    /* Requests are small and urgent: never wait to fill a segment. */
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE");
    set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds, "TCP_KEEPIDLE");
    set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, seconds, "TCP_KEEPINTVL");
    set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, probes, "TCP_KEEPCNT");
}

bool mpg__net_is_silent(int fd, uint32_t *ticks)
{
    struct tcp_info info = {0};
    socklen_t bytes = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &bytes))
        return false;
    /* Of what a peer that does not read has no room for nothing is under way,
     * and nothing is concluded. */
    bool is_silent =
        info.tcpi_unacked && info.tcpi_last_ack_recv > mpg__net_config->lost_ms;
    *ticks = is_silent ? *ticks + 1 : 0;
    return *ticks >= SILENT_MIN;
}
