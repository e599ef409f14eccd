/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * mpg_spawn: a call described in bytes, made on another host by libffi.
 */
#include <errno.h>
#include <ffi.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "base/mutex.h"
#include "engine/engine.h"
#include "millipage.h"
#include "spawn.h"

#define EXPORTED __attribute__((visibility("default")))

union argument {
    int i;
    long l;
    double d;
    void *p;
};

/* As it travels, whole. */
struct call {
    void (*function)(void);
    char signature[MPG_SPAWN_ARGUMENTS_MAX];
    uint32_t count;
    uint32_t thread; /* at the host that runs it: its number (threads.c) */
    union argument arguments[MPG_SPAWN_ARGUMENTS_MAX];
};
_Static_assert(sizeof(struct call) <= MPG_MESSAGE_SMALL_MAX, "it must fit");

static ffi_type *type_of(char letter)
{
    switch (letter) {
    case 'i':
        return &ffi_type_sint;
    case 'l':
        return &ffi_type_slong;
    case 'd':
        return &ffi_type_double;
    case 'p':
        return &ffi_type_pointer;
    default:
        return NULL;
    }
}

static void *run(void *argument)
{
    struct call *call = argument;
    ffi_cif cif;
    ffi_type *types[MPG_SPAWN_ARGUMENTS_MAX];
    void *values[MPG_SPAWN_ARGUMENTS_MAX];
    ffi_arg result;
    for (uint32_t i = 0; i < call->count; i++) {
        types[i] = type_of(call->signature[i]);
        values[i] = &call->arguments[i];
    }
    if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, call->count, &ffi_type_void,
                     types) != FFI_OK)
        mpg__fatal("libffi cannot prepare a call of %u arguments", call->count);
    uint32_t thread = call->thread;
    mpg__thread_begin(thread);
    ffi_call(&cif, call->function, &result, values);
    free(call);
    mpg__thread_end(thread);
    return NULL;
}

/* In the server thread. */
static void start_thread(const void *bytes, uint32_t count, uint32_t number)
{
    struct call *call = calloc(1, sizeof *call);
    pthread_t thread;
    sigset_t none, before;
    if (!call)
        mpg__fatal("no memory to start a thread");
    if (count != sizeof *call)
        mpg__fatal("a host asks for a thread in %u bytes, not %zu", count,
                   sizeof *call);
    memcpy(call, bytes, count);
    call->thread = number;
    if (!call->function || call->count > MPG_SPAWN_ARGUMENTS_MAX)
        mpg__fatal("a host asks for a thread of no function, or with %u "
                   "arguments",
                   call->count);
    for (uint32_t i = 0; i < call->count; i++)
        if (!type_of(call->signature[i]))
            mpg__fatal("a host asks for a thread with a bad signature");
    /* The server thread has all signals blocked; the program's threads not. */
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, &before);
    int error = pthread_create(&thread, NULL, run, call);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error)
        mpg__fatal("cannot start a thread: %s", strerror(error));
    pthread_detach(thread);
}

#pragma GCC diagnostic ignored "-Wstrict-prototypes"
EXPORTED int mpg_spawn(int host, void (*function)(), const char *signature, ...)
{
    struct call call = {.function = (void (*)(void))function};
    va_list arguments;
    if (!function || !signature)
        return MPG_EINVAL;
    if (host < 0 || host >= mpg_hosts())
        return MPG_EHOST;
    call.count = (uint32_t)strnlen(signature, MPG_SPAWN_ARGUMENTS_MAX + 1);
    if (call.count > MPG_SPAWN_ARGUMENTS_MAX)
        return MPG_ESIGNATURE;
    for (uint32_t i = 0; i < call.count; i++)
        if (!type_of(call.signature[i] = signature[i]))
            return MPG_ESIGNATURE;
    va_start(arguments, signature);
    for (uint32_t i = 0; i < call.count; i++)
        switch (signature[i]) {
        case 'i':
            call.arguments[i].i = va_arg(arguments, int);
            break;
        case 'l':
            call.arguments[i].l = va_arg(arguments, long);
            break;
        case 'd':
            call.arguments[i].d = va_arg(arguments, double);
            break;
        default:
            call.arguments[i].p = va_arg(arguments, void *);
        }
    va_end(arguments);
    if (!atomic_load(&mpg__engine_is_started))
        mpg__engine_start();
    struct mpg__outside before;
    mpg__enter(&before);
    mpg__thread_ask((unsigned)host, &call, sizeof call);
    mpg__leave(&before);
    return MPG_OK;
}

void mpg__spawn_start(void)
{
    mpg__services.start = start_thread;
}
