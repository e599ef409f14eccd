/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Memory of devices.  The only device is the host, whose number is 0; its
 * memory is the shared memory of all hosts, and all of that is present.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "icv.h"
#include "omp.h"
#include "team.h"

enum { HOST = 0 };

EXPORTED void *omp_target_alloc(size_t bytes, int device)
{
    return device == HOST && bytes ? mpg__omp_malloc(bytes) : NULL;
}

EXPORTED void omp_target_free(void *pointer, int device)
{
    if (device == HOST)
        free(pointer);
}

EXPORTED int omp_target_is_present(const void *pointer, int device)
{
    (void)pointer;
    return device == HOST;
}

EXPORTED int omp_target_is_accessible(const void *pointer, size_t bytes,
                                      int device)
{
    (void)pointer, (void)bytes;
    return device == HOST;
}

EXPORTED void *omp_get_mapped_ptr(const void *pointer, int device)
{
    return device == HOST ? (void *)pointer : NULL;
}

/* Of the host nothing is another memory's. */
EXPORTED int omp_target_associate_ptr(const void *host, const void *device,
                                      size_t bytes, size_t offset, int number)
{
    (void)host, (void)device, (void)bytes, (void)offset, (void)number;
    return EINVAL;
}

EXPORTED int omp_target_disassociate_ptr(const void *pointer, int device)
{
    (void)pointer, (void)device;
    return EINVAL;
}

EXPORTED int omp_target_memcpy(void *to, const void *from, size_t bytes,
                               size_t to_offset, size_t from_offset,
                               int to_device, int from_device)
{
    if (to_device != HOST || from_device != HOST)
        return EINVAL;
    memcpy((char *)to + to_offset, (const char *)from + from_offset, bytes);
    return 0;
}

/* A part of an array, which is of `sizes` in an array of `room`, in bytes of
 * the innermost; the outermost dimension comes first. */
static void copy_part(char *to, const char *from, size_t element,
                      int dimensions, const size_t *sizes,
                      const size_t *to_offsets, const size_t *from_offsets,
                      const size_t *to_room, const size_t *from_room)
{
    size_t to_step = element, from_step = element;
    for (int i = 1; i < dimensions; i++) {
        to_step *= to_room[i];
        from_step *= from_room[i];
    }
    to += to_offsets[0] * to_step;
    from += from_offsets[0] * from_step;
    if (dimensions == 1) {
        memcpy(to, from, sizes[0] * element);
        return;
    }
    for (size_t i = 0; i < sizes[0]; i++)
        copy_part(to + i * to_step, from + i * from_step, element,
                  dimensions - 1, sizes + 1, to_offsets + 1, from_offsets + 1,
                  to_room + 1, from_room + 1);
}

EXPORTED int omp_target_memcpy_rect(void *to, const void *from, size_t element,
                                    int dimensions, const size_t *sizes,
                                    const size_t *to_offsets,
                                    const size_t *from_offsets,
                                    const size_t *to_room,
                                    const size_t *from_room, int to_device,
                                    int from_device)
{
    if (!to && !from)
        return INT_MAX; /* the dimensions that are supported */
    if (to_device != HOST || from_device != HOST || !to || !from || !element ||
        dimensions < 1)
        return EINVAL;
    copy_part(to, from, element, dimensions, sizes, to_offsets, from_offsets,
              to_room, from_room);
    return 0;
}

/* Those that may be asynchronous, and are not: what they depend on is waited
 * for here. */

EXPORTED int omp_target_memcpy_async(void *to, const void *from, size_t bytes,
                                     size_t to_offset, size_t from_offset,
                                     int to_device, int from_device, int count,
                                     omp_depend_t *objects)
{
    mpg__task_wait_objects(count, objects);
    return omp_target_memcpy(to, from, bytes, to_offset, from_offset, to_device,
                             from_device);
}

EXPORTED int omp_target_memcpy_rect_async(
    void *to, const void *from, size_t element, int dimensions,
    const size_t *sizes, const size_t *to_offsets, const size_t *from_offsets,
    const size_t *to_room, const size_t *from_room, int to_device,
    int from_device, int count, omp_depend_t *objects)
{
    mpg__task_wait_objects(count, objects);
    return omp_target_memcpy_rect(to, from, element, dimensions, sizes,
                                  to_offsets, from_offsets, to_room, from_room,
                                  to_device, from_device);
}
