/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *   refuse CALL ERRNO PROGRAM [ARGUMENT]...
 *
 * Runs the program where the kernel refuses a system call with that number of
 * errno, as sandboxes do.  CALL is a row of `calls`.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ANY UINT32_MAX

static const struct {
    const char *name;
    unsigned number;
    unsigned first; /* argument that it is refused with; ANY */
} calls[] = {
    {"userfaultfd", SYS_userfaultfd, ANY},
    {"memfd_create", SYS_memfd_create, ANY},
    {"personality", SYS_personality, 0x0040000 /* ADDR_NO_RANDOMIZE */},
    {"sigaction", SYS_rt_sigaction, SIGBUS},
    {"sched_setattr", SYS_sched_setattr, ANY},
    {"madvise", SYS_madvise, ANY},
};

static int refuse(unsigned number, unsigned first, unsigned error)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 0, first == ANY ? 0 : 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof *program, program};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

int main(int count, char **arguments)
{
    if (count < 4) {
        fputs("usage: refuse CALL ERRNO PROGRAM [ARGUMENT]...\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(calls[i].name, arguments[1]) != 0)
            continue;
        if (refuse(calls[i].number, calls[i].first,
                   (unsigned)atoi(arguments[2]))) {
            perror("refuse: seccomp");
            return 77;
        }
        execvp(arguments[3], arguments + 3);
        perror(arguments[3]);
        return 2;
    }
    fprintf(stderr, "refuse: %s is no call that it knows\n", arguments[1]);
    return 2;
}
