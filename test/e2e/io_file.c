/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * File calls on shared buffers in every state: owned by another host, read by
 * others too, never touched, and owned here.
 */
#include <fcntl.h>
#include <sys/uio.h>

#include "spmd.h"

enum { BYTES = 3 * 4096 + 100, PARTS = 3 };

static char *buffer; /* in minipages of a page */
static int file;

/* The next host in turn owns all of it, with a value of its own. */
static void own(int owner, int value)
{
    mpg_barrier();
    if (mpg_host() == owner)
        memset(buffer, value, BYTES);
    mpg_barrier();
}

static void expect(int value)
{
    for (int i = 0; i < BYTES; i++)
        CHECK_EQ(buffer[i], value);
}

static struct iovec *parts_of(char *start)
{
    static struct iovec parts[PARTS];
    parts[0] = (struct iovec){start, 10};
    parts[1] = (struct iovec){start + 10, 4096};
    parts[2] = (struct iovec){start + 4106, BYTES - 4106};
    return parts;
}

/* Written by one host, handed to the kernel by another. */
static void out(int owner, int user)
{
    char back[BYTES];
    own(owner, 'a');
    if (mpg_host() == user) {
        CHECK_EQ(lseek(file, 0, SEEK_SET), 0);
        CHECK_EQ(write(file, buffer, BYTES), BYTES);
        CHECK_EQ(pread(file, back, BYTES, 0), BYTES);
        CHECK(!memcmp(back, buffer, BYTES));
    }
    own(owner, 'b');
    if (mpg_host() == user) {
        CHECK_EQ(pwrite(file, buffer, BYTES, 0), BYTES);
        CHECK_EQ(pread(file, back, BYTES, 0), BYTES);
        CHECK_EQ(back[0] + back[BYTES - 1], 2 * 'b');
    }
    own(owner, 'c');
    if (mpg_host() == user) {
        CHECK_EQ(lseek(file, 0, SEEK_SET), 0);
        CHECK_EQ(writev(file, parts_of(buffer), PARTS), BYTES);
        CHECK_EQ(pread(file, back, BYTES, 0), BYTES);
        CHECK_EQ(back[0] + back[BYTES - 1], 2 * 'c');
    }
}

/* Filled by the kernel on one host, while another owns it; all see it. */
static void in(int owner, int user)
{
    char there[BYTES];
    for (int call = 0; call < 3; call++) {
        memset(there, 'x' + call, BYTES);
        own(owner, '-');
        if (mpg_host() == user) {
            CHECK_EQ(pwrite(file, there, BYTES, 0), BYTES);
            CHECK_EQ(lseek(file, 0, SEEK_SET), 0);
            ssize_t got = call == 0   ? read(file, buffer, BYTES)
                          : call == 1 ? pread(file, buffer, BYTES, 0)
                                      : readv(file, parts_of(buffer), PARTS);
            CHECK_EQ(got, BYTES);
        }
        mpg_barrier();
        expect('x' + call);
    }
}

static void untouched(void)
{
    char *fresh = spmd_pages(4096), zeros[4096] = {0};
    if (mpg_host() == mpg_hosts() - 1) {
        CHECK_EQ(pwrite(file, fresh, 4096, 0), 4096);
        memset(zeros, 1, 4096);
        CHECK_EQ(pread(file, zeros, 4096, 0), 4096);
        CHECK(!memcmp(zeros, fresh, 4096));
    }
    mpg_barrier();
}

int main(void)
{
    int last = mpg_hosts() - 1;
    char name[] = "/tmp/mpg_io_file.XXXXXX";
    file = mkstemp(name);
    CHECK_GE(file, 0);
    CHECK_EQ(unlink(name), 0);
    buffer = spmd_pages(BYTES);
    out(0, last);
    out(last, 0);
    out(0, 0);
    CHECK_EQ(ftruncate(file, 0), 0);
    in(0, last);
    in(last, 0);
    untouched();
    return spmd_report();
}
