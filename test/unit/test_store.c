/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Bytes of other hosts reach the memory object, whichever way they take.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "vm/vm.h"

enum { PAGES = 256, PAGE = MPG_PAGE };

struct mpg__vm mpg__vm;
static unsigned written;   /* calls */
static ssize_t write_most; /* bytes that a call takes */
static char source[PAGES * PAGE];

/* In the place of the C library's. */
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    struct iovec first = parts[0];
    written++;
    if (write_most < 0) /* As when memory is short. */
        return -1;
    if (first.iov_len > (size_t)write_most)
        first.iov_len = (size_t)write_most;
    return write_most < PAGES * PAGE
               ? syscall(SYS_pwritev, fd, &first, 1, at, 0)
               : syscall(SYS_pwritev, fd, parts, count, at, 0);
}

static void begin(void)
{
    mpg__vm.bytes = (uint64_t)PAGES * PAGE;
    mpg__vm.object = memfd_create("store", MFD_CLOEXEC);
    CHECK_EQ(ftruncate(mpg__vm.object, PAGES * PAGE), 0);
    mpg__vm.privileged = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
                              MAP_SHARED, mpg__vm.object, 0);
    CHECK(mpg__vm.privileged != MAP_FAILED);
    mpg__vm_store_start();
    written = 0;
    write_most = PAGES * PAGE;
}

static void end(void)
{
    munmap(mpg__vm.privileged, PAGES * PAGE);
    close(mpg__vm.object);
}

/* As the net does: so many bytes from `at` on, in parts of that size. */
static void receive(size_t at, size_t bytes, size_t part)
{
    struct iovec parts[PAGES];
    unsigned count = 0;
    char *to = mpg__vm.privileged + at;
    CHECK(mpg__vm_is_hole(to, bytes));
    for (size_t done = 0; done < bytes; done += part) {
        size_t some = bytes - done < part ? bytes - done : part;
        parts[count++] = (struct iovec){source + at + done, some};
    }
    mpg__vm_store(to, parts, count);
    CHECK(!memcmp(to, source + at, bytes));
    CHECK(!mpg__vm_is_hole(to, bytes));
}

static void many_pages_are_one_call(void)
{
    begin();
    receive(0, 15 * PAGE, PAGE);
    CHECK_EQ(written, 1);
    receive(20 * PAGE, 4 * PAGE, 1024);
    CHECK_EQ(written, 2);
    receive(30 * PAGE, PAGE, PAGE); /* One does not pay. */
    CHECK_EQ(written, 2);
    end();
}

/* Pages are known by any bytes of theirs, and what lies beside those stays. */
static void others_stay(void)
{
    begin();
    memset(mpg__vm.privileged, '!', 4 * PAGE);
    receive(100, 2 * PAGE, 700);
    CHECK_EQ(written, 1);
    CHECK(mpg__vm.privileged[99] == '!');
    CHECK(mpg__vm.privileged[100 + 2 * PAGE] == '!');
    CHECK(!mpg__vm_is_hole(mpg__vm.privileged + 50, 10));
    CHECK(!mpg__vm_is_hole(mpg__vm.privileged + 2 * PAGE + 4000, 96));
    CHECK(mpg__vm_is_hole(mpg__vm.privileged + 3 * PAGE, 10));
    end();
}

static void what_is_not_written_is_copied(void)
{
    begin();
    write_most = -1;
    receive(0, 8 * PAGE, PAGE);
    write_most = 100;
    receive(10 * PAGE, 8 * PAGE, PAGE);
    CHECK_EQ(written, 2);
    end();
}

/* A write beyond the limit of files would be a signal. */
static void limits_are_kept(void)
{
    struct rlimit before, little = {4 * PAGE, 4 * PAGE};
    begin();
    CHECK_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    little.rlim_max = before.rlim_max;
    CHECK_EQ(setrlimit(RLIMIT_FSIZE, &little), 0);
    receive(0, 4 * PAGE, PAGE);
    CHECK_EQ(written, 1);
    receive(8 * PAGE, 4 * PAGE, PAGE);
    CHECK_EQ(written, 1);
    CHECK_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    end();
}

static void what_is_made_is_no_hole(void)
{
    begin();
    mpg__vm_make(mpg__vm.privileged + 3 * PAGE + 8, PAGE);
    CHECK(mpg__vm_is_hole(mpg__vm.privileged + 2 * PAGE, PAGE));
    CHECK(!mpg__vm_is_hole(mpg__vm.privileged + 3 * PAGE, 8));
    CHECK(!mpg__vm_is_hole(mpg__vm.privileged + 4 * PAGE, 8));
    CHECK(mpg__vm_is_hole(mpg__vm.privileged + 5 * PAGE, PAGE));
    /* At the very end, where a group is not whole. */
    mpg__vm_make(mpg__vm.privileged + (PAGES - 1) * PAGE, PAGE);
    end();
}

int main(void)
{
    for (size_t i = 0; i < sizeof source; i++)
        source[i] = (char)(i * 31 + i / PAGE);
    many_pages_are_one_call();
    others_stay();
    what_is_not_written_is_copied();
    limits_are_kept();
    what_is_made_is_no_hole();
    return check_report();
}
