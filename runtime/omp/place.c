/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The fault may be deep in a library, which got a wrong pointer from the
 * program; the user wants to know the call.  So the stack is walked up to the
 * program's own code, and addr2line, if there is one, is asked for the line.
 */
#include "place.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define FRAMES_MAX 64

/* The object that holds an instruction, and how far its addresses are moved. */
static bool find(uintptr_t at, Dl_info *info, uintptr_t *moved)
{
    struct link_map *map;
    if (!dladdr1((void *)at, info, (void **)&map, RTLD_DL_LINKMAP))
        return false;
    *moved = map->l_addr;
    return true;
}

static bool is_program(const Dl_info *info)
{
    static char self[1024];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    char *real = realpath(info->dli_fname, NULL);
    self[length > 0 ? length : 0] = 0;
    bool is_it = real && !strcmp(real, self);
    free(real);
    return is_it;
}

/* Two lines: function, file:line. */
static bool ask_addr2line(const char *object, uintptr_t offset, char *text,
                          size_t bytes)
{
    char address[32];
    int ends[2];
    snprintf(address, sizeof address, "0x%llx", (unsigned long long)offset);
    if (pipe(ends))
        return false;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execlp("addr2line", "addr2line", "-f", "-s", "-e", object, address,
               (char *)NULL);
        _exit(1);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while (length + 1 < bytes &&
           (got = read(ends[0], text + length, bytes - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = 0;
    close(ends[0]);
    if (child > 0)
        waitpid(child, NULL, 0);
    return length > 0;
}

static void describe(uintptr_t at, char *text, size_t bytes)
{
    char answer[512];
    uintptr_t moved;
    Dl_info info;
    if (!find(at, &info, &moved)) {
        snprintf(text, bytes, "the instruction at %p", (void *)at);
        return;
    }
    if (ask_addr2line(info.dli_fname, at - moved, answer, sizeof answer)) {
        char *line = strchr(answer, '\n');
        if (line) {
            *line++ = 0;
            line[strcspn(line, " \n")] = 0;
            const char *number = strrchr(line, ':');
            bool is_known = number && number[1] != '?' && number[1] != '0';
            snprintf(text, bytes, "%s%sfunction %s%s", is_known ? line : "",
                     is_known ? " (" : "", answer, is_known ? ")" : "");
            if (*answer != '?')
                return;
        }
    }
    const char *name = strrchr(info.dli_fname, '/');
    snprintf(text, bytes, "%s+0x%llx%s%s", name ? name + 1 : info.dli_fname,
             (unsigned long long)(at - moved), info.dli_sname ? ", " : "",
             info.dli_sname ? info.dli_sname : "");
}

void mpg__place_of_fault(const void *context, char *text, size_t bytes)
{
    const ucontext_t *where = context;
    uintptr_t fault = (uintptr_t)where->uc_mcontext.gregs[REG_RIP];
    uintptr_t moved;
    void *frames[FRAMES_MAX];
    Dl_info info;
    if (find(fault, &info, &moved) && is_program(&info)) {
        describe(fault, text, bytes);
        return;
    }
    int count = backtrace(frames, FRAMES_MAX);
    for (int i = 0; i < count; i++) {
        /* A return address is behind the call. */
        uintptr_t call = (uintptr_t)frames[i] - 1;
        if (find(call, &info, &moved) && is_program(&info)) {
            describe(call, text, bytes);
            return;
        }
    }
    describe(fault, text, bytes);
}
