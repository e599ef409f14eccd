/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The yardstick of objects in shared memory: objects of the C library's malloc.
 */
#include "beside.h"
#include "objects.h"

double plain_objects(void)
{
    static struct object *list;
    if (!list)
        list = objects_make();
    double start = now_us();
    long sum = objects_sum(list);
    double took = now_us() - start;
    if (sum)
        abort();
    return took;
}
