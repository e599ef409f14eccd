/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The routines of omp.h that ask and set.
 */
#include "omp.h"

#include <time.h>

#include "base/fatal.h"
#include "icv.h"
#include "team.h"

EXPORTED void omp_set_num_threads(int threads)
{
    if (threads > 0)
        mpg__frame_now()->icv.threads = (uint32_t)threads;
}

EXPORTED int omp_get_num_threads(void)
{
    return (int)mpg__frame_now()->threads;
}

EXPORTED int omp_get_max_threads(void)
{
    return (int)mpg__frame_now()->icv.threads;
}

EXPORTED int omp_get_thread_num(void)
{
    return (int)mpg__frame_now()->tid;
}

EXPORTED int omp_get_num_procs(void)
{
    return (int)(mpg__omp_threads_a_host() * mpg__engine.node.hosts);
}

EXPORTED int omp_in_parallel(void)
{
    return mpg__frame_now()->active_level > 0;
}

EXPORTED int omp_get_thread_limit(void)
{
    return (int)mpg__frame_now()->icv.limit;
}

EXPORTED void omp_set_dynamic(int is_dynamic)
{
    mpg__frame_now()->icv.is_dynamic = is_dynamic != 0;
}

EXPORTED int omp_get_dynamic(void)
{
    return (int)mpg__frame_now()->icv.is_dynamic;
}

EXPORTED void omp_set_max_active_levels(int levels)
{
    if (levels >= 0)
        mpg__frame_now()->icv.max_levels = (uint32_t)levels;
}

EXPORTED int omp_get_max_active_levels(void)
{
    return (int)mpg__frame_now()->icv.max_levels;
}

EXPORTED int omp_get_supported_active_levels(void)
{
    return 1; /* Regions within regions are teams of one. */
}

EXPORTED void omp_set_nested(int is_nested)
{
    (void)is_nested;
}

EXPORTED int omp_get_nested(void)
{
    return 0;
}

EXPORTED void omp_set_schedule(omp_sched_t kind, int chunk)
{
    struct mpg__icv *icv = &mpg__frame_now()->icv;
    unsigned plain = (unsigned)kind & ~(unsigned)omp_sched_monotonic;
    if (plain < omp_sched_static || plain > omp_sched_auto)
        return;
    icv->schedule = (uint32_t)kind;
    icv->chunk = chunk > 0 && plain != omp_sched_auto ? chunk : 0;
    if (!icv->chunk &&
        (plain == omp_sched_dynamic || plain == omp_sched_guided))
        icv->chunk = 1;
}

EXPORTED void omp_get_schedule(omp_sched_t *kind, int *chunk)
{
    const struct mpg__icv *icv = &mpg__frame_now()->icv;
    *kind = (omp_sched_t)icv->schedule;
    *chunk = icv->chunk;
}

/* Levels. */

EXPORTED int omp_get_level(void)
{
    return (int)mpg__frame_now()->level;
}

EXPORTED int omp_get_active_level(void)
{
    return (int)mpg__frame_now()->active_level;
}

static const struct mpg__frame *frame_at(int level)
{
    const struct mpg__frame *frame = mpg__frame_now();
    if (level < 0 || level > (int)frame->level)
        return NULL;
    while (frame->level > (uint32_t)level && frame->outer)
        frame = frame->outer;
    return frame;
}

EXPORTED int omp_get_ancestor_thread_num(int level)
{
    const struct mpg__frame *frame = frame_at(level);
    return frame ? (int)frame->tid : -1;
}

EXPORTED int omp_get_team_size(int level)
{
    const struct mpg__frame *frame = frame_at(level);
    return frame ? (int)frame->threads : -1;
}

/* Tasks. */

EXPORTED int omp_in_final(void)
{
    const struct mpg__frame *frame = mpg__frame_now();
    return frame->task && frame->task->is_final;
}

EXPORTED int omp_in_explicit_task(void)
{
    const struct mpg__frame *frame = mpg__frame_now();
    return frame->task && frame->task->parent;
}

EXPORTED int omp_get_max_task_priority(void)
{
    return (int)mpg__omp_value(MPG_OMP_MAX_TASK_PRIORITY);
}

EXPORTED int omp_get_cancellation(void)
{
    return 0;
}

/* Places. */

EXPORTED omp_proc_bind_t omp_get_proc_bind(void)
{
    return omp_proc_bind_false;
}

EXPORTED int omp_get_num_places(void)
{
    return 0;
}

EXPORTED int omp_get_place_num_procs(int place)
{
    (void)place;
    return 0;
}

EXPORTED void omp_get_place_proc_ids(int place, int *ids)
{
    (void)place, (void)ids;
}

EXPORTED int omp_get_place_num(void)
{
    return -1;
}

EXPORTED int omp_get_partition_num_places(void)
{
    return 0;
}

EXPORTED void omp_get_partition_place_nums(int *places)
{
    (void)places;
}

/* Devices: 0 is the number of the only one, the host. */

EXPORTED void omp_set_default_device(int device)
{
    (void)device;
}

EXPORTED int omp_get_default_device(void)
{
    return 0;
}

EXPORTED int omp_get_num_devices(void)
{
    return 0;
}

EXPORTED int omp_get_device_num(void)
{
    return 0;
}

EXPORTED int omp_get_initial_device(void)
{
    return 0;
}

EXPORTED int omp_is_initial_device(void)
{
    return 1;
}

/* Time. */

static double seconds(const struct timespec *time)
{
    return (double)time->tv_sec + 1e-9 * (double)time->tv_nsec;
}

EXPORTED double omp_get_wtime(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return seconds(&now);
}

EXPORTED double omp_get_wtick(void)
{
    struct timespec tick;
    clock_getres(CLOCK_MONOTONIC, &tick);
    return seconds(&tick);
}
