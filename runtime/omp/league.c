/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Leagues of teams.  The teams of a league do not wait for each other and know
 * of each other by number only; so they run one after the other, each with all
 * threads of the job for the regions in it.
 *
 * That leaves nothing to gain by dealing out loops among the teams, and a
 * region more for each of them to lose, where programs that were written for
 * accelerators ask for thousands.  `distribute` gives all iterations to the
 * first team, unless it says how many each gets at a time (static.c).
 */
#include "omp.h"
#include "team.h"

static int teams_wanted, threads_of_a_team; /* as routines have set them */

/* What thread_limit or, without it, omp_set_teams_thread_limit says holds in
 * the construct. */
static uint32_t limit_of_teams(const struct mpg__frame *frame)
{
    uint32_t limit =
        frame->pushed_limit ? frame->pushed_limit : (uint32_t)threads_of_a_team;
    return limit && limit < frame->icv.limit ? limit : frame->icv.limit;
}

EXPORTED void __kmpc_fork_teams(ident_t *loc, int count,
                                microtask_fn *microtask, ...)
{
    struct mpg__frame *frame = mpg__frame_now();
    struct mpg__icv before = frame->icv;
    void *arguments[MPG_MICROTASK_ARGUMENTS];
    uint32_t teams = frame->pushed_teams ? frame->pushed_teams : 1;
    uint32_t limit = limit_of_teams(frame);
    va_list list;
    (void)loc;
    va_start(list, microtask);
    mpg__microtask_arguments(count, arguments, list);
    va_end(list);
    frame->pushed_teams = frame->pushed_limit = 0;
    for (uint32_t team = 0; team < teams; team++) {
        frame->icv = before; /* What a team sets is its own. */
        frame->icv.limit = limit;
        frame->icv.team = team;
        frame->icv.teams = teams;
        mpg__microtask_call((void (*)(void))microtask, frame->tid,
                            (uint32_t)count, arguments);
    }
    frame->icv = before;
}

/* Less than 1 is as nothing said. */
static void push(int teams, int threads)
{
    struct mpg__frame *frame = mpg__frame_now();
    frame->pushed_teams = teams > 0 ? (uint32_t)teams : 0;
    frame->pushed_limit = threads > 0 ? (uint32_t)threads : 0;
}

EXPORTED void __kmpc_push_num_teams(ident_t *loc, int gtid, int teams,
                                    int threads)
{
    (void)loc, (void)gtid;
    push(teams, threads);
}

/* At least so many and at most so many: the fewer, the better. */
EXPORTED void __kmpc_push_num_teams_51(ident_t *loc, int gtid, int least,
                                       int most, int threads)
{
    (void)loc, (void)gtid, (void)most;
    push(least, threads);
}

EXPORTED int omp_get_num_teams(void)
{
    uint32_t teams = mpg__frame_now()->icv.teams;
    return teams ? (int)teams : 1;
}

EXPORTED int omp_get_team_num(void)
{
    return (int)mpg__frame_now()->icv.team;
}

/* An upper bound for leagues that do not say; those are of one team. */
EXPORTED void omp_set_num_teams(int number)
{
    if (number > 0)
        teams_wanted = number;
}

EXPORTED int omp_get_max_teams(void)
{
    return teams_wanted;
}

EXPORTED void omp_set_teams_thread_limit(int limit)
{
    if (limit > 0)
        threads_of_a_team = limit;
}

EXPORTED int omp_get_teams_thread_limit(void)
{
    return threads_of_a_team;
}
