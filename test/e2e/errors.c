/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Calls that can fail, with arguments that make them; and the sentences.
 */
#include "spmd.h"

int main(void)
{
    char *page = spmd_pages(4096);
    int on_stack = 0;
    CHECK_EQ(mpg_push(&on_stack, sizeof on_stack), MPG_ENOTSHARED);
    CHECK_EQ(mpg_prefetch(&on_stack, sizeof on_stack, 0), MPG_ENOTSHARED);
    CHECK_EQ(mpg_push(NULL, 1), MPG_ENOTSHARED);
    CHECK_EQ(mpg_push(page, 0), MPG_EINVAL);
    CHECK_EQ(mpg_prefetch(page, 0, 1), MPG_EINVAL);
    CHECK_EQ(mpg_push(page, 4096), 0);
    CHECK_EQ(mpg_prefetch(page, SIZE_MAX / 2, 0), MPG_EINVAL);
    const struct mpg_range ranges[] = {
        {page, 1, 1}, {&on_stack, sizeof on_stack, 0}, {page, 0, 1}};
    CHECK_EQ(mpg_prefetch_ranges(ranges, 3), MPG_ENOTSHARED);
    CHECK_EQ(mpg_prefetch_ranges(ranges, 1), MPG_OK);
    CHECK_EQ(mpg_prefetch_ranges(NULL, 0), MPG_OK);
    for (int error = 0; error >= MPG_ENOMEM; error--) {
        const char *text = mpg_strerror(error);
        CHECK(text != NULL);
        CHECK_GT(strlen(text), 1);
        for (int other = 0; other > error; other--)
            CHECK(strcmp(text, mpg_strerror(other)) != 0);
    }
    CHECK(mpg_strerror(-1000) != NULL);
    return spmd_report();
}
