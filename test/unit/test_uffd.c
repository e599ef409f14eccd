/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Vpages of pages that the object does not have yet: all of them are opened,
 * those that it has keep what is in them, and a run takes few system calls.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "check.h"
#include "vm/vm.h"

enum { PAGES = 200, PAGE = MPG_PAGE, SKIPPED = 77 };

struct mpg__vm mpg__vm;
static const struct mpg__vm_backend *const vm = &mpg__vm_uffd;
static unsigned asked; /* of the kernel */
static char *view;

/* In the place of the C library's. */
int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    asked++;
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

int mpg__vm_advise(char *start, size_t bytes, int advice)
{
    return madvise(start, bytes, advice);
}

static sigjmp_buf refused;

static void on_refusal(int number)
{
    (void)number;
    siglongjmp(refused, 1);
}

static bool may_read(int page)
{
    if (sigsetjmp(refused, 1))
        return false;
    (void)*(volatile char *)(view + page * PAGE);
    return true;
}

static bool may_write(int page)
{
    if (sigsetjmp(refused, 1))
        return false;
    *(volatile char *)(view + page * PAGE + 1) = 1;
    return true;
}

/* Each page begins with its number, if the object has it. */
static void begin(const int *pages, int count)
{
    mpg__vm.bytes = (uint64_t)PAGES * PAGE;
    CHECK_EQ(ftruncate(mpg__vm.object, 0), 0);
    CHECK_EQ(ftruncate(mpg__vm.object, PAGES * PAGE), 0);
    for (int i = 0; i < count; i++) {
        char number = (char)pages[i];
        CHECK_EQ(pwrite(mpg__vm.object, &number, 1, pages[i] * PAGE), 1);
    }
    view = mmap(NULL, PAGES * PAGE, PROT_NONE, MAP_SHARED, mpg__vm.object, 0);
    CHECK(view != MAP_FAILED);
    vm->adopt(view, PAGES * PAGE);
    asked = 0;
}

static void end(const int *pages, int count)
{
    char content[PAGES] = {0};
    for (int i = 0; i < count; i++)
        content[pages[i]] = (char)pages[i];
    for (int page = 0; page < PAGES; page++)
        CHECK_EQ(view[page * PAGE], content[page]);
    munmap(view, PAGES * PAGE);
}

static const int some[] = {3, 4, 70, 199}; /* Pages that are there. */
enum { SOME = sizeof some / sizeof *some };

static void a_run_of_new_pages_is_few_calls(void)
{
    begin(NULL, 0);
    CHECK(!may_read(0) && !may_write(PAGES - 1));
    vm->open_write(view, PAGES * PAGE);
    /* Each of 64 pages takes a refusal and the making of them. */
    CHECK_LE(asked, 2 * (PAGES / 64 + 1));
    for (int page = 0; page < PAGES; page++)
        CHECK(may_write(page));
    end(NULL, 0);
}

static void what_was_there_stays(void)
{
    begin(some, SOME);
    vm->open_write(view, PAGES * PAGE);
    CHECK_LE(asked, 2 * (PAGES / 64 + 1) + 3 * SOME);
    for (int page = 0; page < PAGES; page++)
        CHECK(may_write(page));
    end(some, SOME);
}

static void to_read_is_not_to_write(void)
{
    begin(some, SOME);
    vm->open_read(view, PAGES * PAGE);
    for (int page = 0; page < PAGES; page++)
        CHECK(may_read(page) && !may_write(page));
    vm->upgrade(view, PAGES * PAGE);
    for (int page = 0; page < PAGES; page++)
        CHECK(may_write(page));
    end(some, SOME);
}

static void no_more_than_was_asked(void)
{
    begin(some, SOME);
    vm->open_write(view + 5 * PAGE, 10 * PAGE);
    for (int page = 0; page < PAGES; page++)
        CHECK_EQ(may_read(page), page >= 5 && page < 15);
    vm->open_write(view, 5 * PAGE);
    vm->open_write(view + 15 * PAGE, (PAGES - 15) * PAGE);
    end(some, SOME);
}

int main(void)
{
    mpg__vm.object = memfd_create("object", MFD_CLOEXEC);
    CHECK_EQ(ftruncate(mpg__vm.object, PAGE), 0);
    const char *why = vm->probe();
    if (why) {
        printf("skipped: %s\n", why);
        return SKIPPED;
    }
    struct sigaction action = {.sa_handler = on_refusal};
    CHECK_EQ(sigaction(vm->signal, &action, NULL), 0);
    a_run_of_new_pages_is_few_calls();
    what_was_there_stays();
    to_read_is_not_to_write();
    no_more_than_was_asked();
    return check_report();
}
