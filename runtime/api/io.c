/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * File and socket calls with buffers in shared memory.
 *
 * The kernel does not wait for the protocol: a system call whose buffer is on
 * a closed vpage answers EFAULT, perhaps after it has taken a datagram off the
 * queue.  So calls of the C library whose buffer is shared go through a
 * private one: copied here, where faults are served, and handed to the kernel
 * there.  Calls with private buffers pass straight through, at the price of
 * one comparison.
 *
 * stdio needs the same, because it hands large buffers to the kernel as they
 * are, past any interposed write.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bounce.h"

#define CALLS(X)                                                               \
    X(read)                                                                    \
    X(pread)                                                                   \
    X(readv)                                                                   \
    X(preadv)                                                                  \
    X(recv)                                                                    \
    X(recvfrom)                                                                \
    X(recvmsg)                                                                 \
    X(write)                                                                   \
    X(pwrite)                                                                  \
    X(writev)                                                                  \
    X(pwritev)                                                                 \
    X(send)                                                                    \
    X(sendto)                                                                  \
    X(sendmsg)                                                                 \
    X(fread)                                                                   \
    X(fwrite)                                                                  \
    X(fputs)                                                                   \
    X(puts)
BEHIND(CALLS)

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A call that fills or takes `bytes` of `buffer`: as it is when the buffer is
 * private; else with `bounced.bytes` for it. */
#define FILL(buffer, size, direct, bounce_call)                                \
    if (!mpg__vm_is_shared(buffer))                                            \
        return direct;                                                         \
    struct bounce bounced;                                                     \
    if (!bounce_open(&bounced, size))                                          \
        return -1;                                                             \
    ssize_t got = bounce_call;                                                 \
    if (got > 0)                                                               \
        memcpy(buffer, bounced.bytes, least((size_t)got, size));               \
    bounce_close(&bounced);                                                    \
    return got

#define TAKE(buffer, size, direct, bounce_call)                                \
    if (!mpg__vm_is_shared(buffer))                                            \
        return direct;                                                         \
    struct bounce bounced;                                                     \
    if (!bounce_open(&bounced, size))                                          \
        return -1;                                                             \
    memcpy(bounced.bytes, buffer, size);                                       \
    ssize_t put = bounce_call;                                                 \
    bounce_close(&bounced);                                                    \
    return put

EXPORTED ssize_t read(int fd, void *buffer, size_t size)
{
    NEXT(read);
    FILL(buffer, size, next(fd, buffer, size), next(fd, bounced.bytes, size));
}

EXPORTED ssize_t pread(int fd, void *buffer, size_t size, off_t at)
{
    NEXT(pread);
    FILL(buffer, size, next(fd, buffer, size, at),
         next(fd, bounced.bytes, size, at));
}

EXPORTED ssize_t recv(int fd, void *buffer, size_t size, int flags)
{
    NEXT(recv);
    FILL(buffer, size, next(fd, buffer, size, flags),
         next(fd, bounced.bytes, size, flags));
}

EXPORTED ssize_t recvfrom(int fd, void *restrict buffer, size_t size, int flags,
                          struct sockaddr *restrict from,
                          socklen_t *restrict length)
{
    NEXT(recvfrom);
    FILL(buffer, size, next(fd, buffer, size, flags, from, length),
         next(fd, bounced.bytes, size, flags, from, length));
}

EXPORTED ssize_t write(int fd, const void *buffer, size_t size)
{
    NEXT(write);
    TAKE(buffer, size, next(fd, buffer, size), next(fd, bounced.bytes, size));
}

EXPORTED ssize_t pwrite(int fd, const void *buffer, size_t size, off_t at)
{
    NEXT(pwrite);
    TAKE(buffer, size, next(fd, buffer, size, at),
         next(fd, bounced.bytes, size, at));
}

EXPORTED ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
    NEXT(send);
    TAKE(buffer, size, next(fd, buffer, size, flags),
         next(fd, bounced.bytes, size, flags));
}

EXPORTED ssize_t sendto(int fd, const void *buffer, size_t size, int flags,
                        const struct sockaddr *to, socklen_t length)
{
    NEXT(sendto);
    TAKE(buffer, size, next(fd, buffer, size, flags, to, length),
         next(fd, bounced.bytes, size, flags, to, length));
}

/* The names that large-file and fortified sources have for the same. */

EXPORTED ssize_t pread64(int fd, void *buffer, size_t size, off_t at)
{
    return pread(fd, buffer, size, at);
}

EXPORTED ssize_t pwrite64(int fd, const void *buffer, size_t size, off_t at)
{
    return pwrite(fd, buffer, size, at);
}

_Noreturn void __chk_fail(void);
ssize_t __read_chk(int, void *, size_t, size_t);
ssize_t __pread_chk(int, void *, size_t, off_t, size_t);
ssize_t __pread64_chk(int, void *, size_t, off_t, size_t);
ssize_t __recv_chk(int, void *, size_t, size_t, int);
ssize_t __recvfrom_chk(int, void *restrict, size_t, size_t, int,
                       struct sockaddr *restrict, socklen_t *restrict);
size_t __fread_chk(void *, size_t, size_t, size_t, FILE *);

EXPORTED ssize_t __read_chk(int fd, void *buffer, size_t size, size_t room)
{
    if (size > room)
        __chk_fail();
    return read(fd, buffer, size);
}

EXPORTED ssize_t __pread_chk(int fd, void *buffer, size_t size, off_t at,
                             size_t room)
{
    if (size > room)
        __chk_fail();
    return pread(fd, buffer, size, at);
}

EXPORTED ssize_t __pread64_chk(int fd, void *buffer, size_t size, off_t at,
                               size_t room)
{
    return __pread_chk(fd, buffer, size, at, room);
}

EXPORTED ssize_t __recv_chk(int fd, void *buffer, size_t size, size_t room,
                            int flags)
{
    if (size > room)
        __chk_fail();
    return recv(fd, buffer, size, flags);
}

EXPORTED ssize_t __recvfrom_chk(int fd, void *restrict buffer, size_t size,
                                size_t room, int flags,
                                struct sockaddr *restrict from,
                                socklen_t *restrict length)
{
    if (size > room)
        __chk_fail();
    return recvfrom(fd, buffer, size, flags, from, length);
}

/* Several buffers at once: all of them through one private one. */

static bool any_shared(const struct iovec *parts, int count)
{
    if (mpg__vm_is_shared(parts))
        return true;
    for (int i = 0; i < count; i++)
        if (parts[i].iov_len && mpg__vm_is_shared(parts[i].iov_base))
            return true;
    return false;
}

static size_t total(const struct iovec *parts, int count)
{
    size_t bytes = 0;
    for (int i = 0; i < count; i++)
        bytes += parts[i].iov_len;
    return bytes;
}

static void gather(char *to, const struct iovec *parts, int count)
{
    for (int i = 0; i < count; to += parts[i++].iov_len)
        memcpy(to, parts[i].iov_base, parts[i].iov_len);
}

static void scatter(const char *from, size_t bytes, const struct iovec *parts,
                    int count)
{
    for (int i = 0; i < count && bytes; i++) {
        size_t some = least(bytes, parts[i].iov_len);
        memcpy(parts[i].iov_base, from, some);
        from += some;
        bytes -= some;
    }
}

#define FILL_PARTS(parts, count, direct, bounce_call)                          \
    if (count < 0 || count > IOV_MAX || !any_shared(parts, count))             \
        return direct;                                                         \
    struct bounce bounced;                                                     \
    size_t size = total(parts, count);                                         \
    if (!bounce_open(&bounced, size))                                          \
        return -1;                                                             \
    ssize_t got = bounce_call;                                                 \
    if (got > 0)                                                               \
        scatter(bounced.bytes, (size_t)got, parts, count);                     \
    bounce_close(&bounced);                                                    \
    return got

#define TAKE_PARTS(parts, count, direct, bounce_call)                          \
    if (count < 0 || count > IOV_MAX || !any_shared(parts, count))             \
        return direct;                                                         \
    struct bounce bounced;                                                     \
    size_t size = total(parts, count);                                         \
    if (!bounce_open(&bounced, size))                                          \
        return -1;                                                             \
    gather(bounced.bytes, parts, count);                                       \
    ssize_t put = bounce_call;                                                 \
    bounce_close(&bounced);                                                    \
    return put

#ifndef IOV_MAX
#define IOV_MAX 1024
#endif

EXPORTED ssize_t readv(int fd, const struct iovec *parts, int count)
{
    NEXT(readv);
    FILL_PARTS(parts, count, next(fd, parts, count),
               read(fd, bounced.bytes, size));
}

EXPORTED ssize_t preadv(int fd, const struct iovec *parts, int count, off_t at)
{
    NEXT(preadv);
    FILL_PARTS(parts, count, next(fd, parts, count, at),
               pread(fd, bounced.bytes, size, at));
}

EXPORTED ssize_t writev(int fd, const struct iovec *parts, int count)
{
    NEXT(writev);
    TAKE_PARTS(parts, count, next(fd, parts, count),
               write(fd, bounced.bytes, size));
}

EXPORTED ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    NEXT(pwritev);
    TAKE_PARTS(parts, count, next(fd, parts, count, at),
               pwrite(fd, bounced.bytes, size, at));
}

EXPORTED ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    NEXT(recvmsg);
    int count = (int)message->msg_iovlen;
    if (count > IOV_MAX || !any_shared(message->msg_iov, count))
        return next(fd, message, flags);
    struct bounce bounced;
    struct iovec *parts = message->msg_iov, one;
    one.iov_len = total(parts, count);
    if (!bounce_open(&bounced, one.iov_len))
        return -1;
    one.iov_base = bounced.bytes;
    message->msg_iov = &one;
    message->msg_iovlen = 1;
    ssize_t got = next(fd, message, flags);
    message->msg_iov = parts;
    message->msg_iovlen = (size_t)count;
    if (got > 0)
        scatter(bounced.bytes, (size_t)got, parts, count);
    bounce_close(&bounced);
    return got;
}

EXPORTED ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    NEXT(sendmsg);
    int count = (int)message->msg_iovlen;
    if (count > IOV_MAX || !any_shared(message->msg_iov, count))
        return next(fd, message, flags);
    struct bounce bounced;
    struct iovec one = {.iov_len = total(message->msg_iov, count)};
    if (!bounce_open(&bounced, one.iov_len))
        return -1;
    one.iov_base = bounced.bytes;
    gather(bounced.bytes, message->msg_iov, count);
    struct msghdr private = *message;
    private.msg_iov = &one;
    private.msg_iovlen = 1;
    ssize_t put = next(fd, &private, flags);
    bounce_close(&bounced);
    return put;
}

/* stdio. */

EXPORTED size_t fread(void *restrict buffer, size_t size, size_t count,
                      FILE *restrict stream)
{
    NEXT(fread);
    if (!mpg__vm_is_shared(buffer) || !size)
        return next(buffer, size, count, stream);
    /* One call, so that the elements of other threads stay apart. */
    struct bounce bounced;
    size_t bytes;
    if (__builtin_mul_overflow(size, count, &bytes) ||
        !bounce_open(&bounced, bytes))
        return 0;
    /* A short read may leave a part of an element, which counts for nothing
     * but is stored all the same, as the C library does. */
    size_t got = next(bounced.bytes, 1, bytes, stream);
    memcpy(buffer, bounced.bytes, got);
    bounce_close(&bounced);
    return got / size;
}

EXPORTED size_t __fread_chk(void *buffer, size_t room, size_t size,
                            size_t count, FILE *stream)
{
    size_t bytes;
    if (__builtin_mul_overflow(size, count, &bytes) || bytes > room)
        __chk_fail();
    return fread(buffer, size, count, stream);
}

EXPORTED size_t fwrite(const void *restrict buffer, size_t size, size_t count,
                       FILE *restrict stream)
{
    NEXT(fwrite);
    if (!mpg__vm_is_shared(buffer) || !size)
        return next(buffer, size, count, stream);
    struct bounce bounced;
    size_t bytes;
    if (__builtin_mul_overflow(size, count, &bytes) ||
        !bounce_open(&bounced, bytes))
        return 0;
    memcpy(bounced.bytes, buffer, bytes);
    size_t put = next(bounced.bytes, 1, bytes, stream);
    bounce_close(&bounced);
    return put / size;
}

EXPORTED int fputs(const char *restrict text, FILE *restrict stream)
{
    NEXT(fputs);
    if (!mpg__vm_is_shared(text))
        return next(text, stream);
    size_t bytes = strlen(text);
    return fwrite(text, 1, bytes, stream) == bytes ? 1 : EOF;
}

EXPORTED int puts(const char *text)
{
    NEXT(puts);
    if (!mpg__vm_is_shared(text))
        return next(text);
    flockfile(stdout);
    int result = fputs(text, stdout) == EOF || putchar('\n') == EOF ? EOF : 1;
    funlockfile(stdout);
    return result;
}
