/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The variables of OpenMP's environment: one table.  They are host 0's: what
 * they say travels to the others with each region.  A value that cannot be is
 * said once and ignored, as other implementations do.
 */
#include "icv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/config.h"
#include "base/fatal.h"
#include "base/mutex.h"
#include "omp.h"
#include "team.h"

enum type { NUMBER, TRUTH, BYTES, SCHEDULE, WORDS };

static struct variable {
    const char *name;
    enum type type;
    int chunk; /* of SCHEDULE */
    uint64_t min, max;
    uint64_t value;   /* of SCHEDULE the kind */
    const char *text; /* as it was given, of WORDS; else NULL */
} variables[MPG_OMP_VARIABLES] = {
    /* The number of threads is filled in. */
    {"OMP_NUM_THREADS", NUMBER, 0, 1, 1024, 0, NULL},
    {"OMP_THREAD_LIMIT", NUMBER, 0, 1, INT32_MAX, INT32_MAX, NULL},
    {"OMP_MAX_ACTIVE_LEVELS", NUMBER, 0, 0, INT32_MAX, 1, NULL},
    {"OMP_DYNAMIC", TRUTH, 0, 0, 1, 0, NULL},
    {"OMP_NESTED", TRUTH, 0, 0, 1, 0, NULL},
    {"OMP_SCHEDULE", SCHEDULE, 1, 0, 0, omp_sched_dynamic, NULL},
    {"OMP_STACKSIZE", BYTES, 0, 65536, UINT64_C(1) << 40, 0, NULL},
    {"OMP_WAIT_POLICY", WORDS, 0, 0, 0, 0, "PASSIVE"},
    {"OMP_PROC_BIND", WORDS, 0, 0, 0, 0, "FALSE"},
    {"OMP_PLACES", WORDS, 0, 0, 0, 0, ""},
    {"OMP_CANCELLATION", TRUTH, 0, 0, 1, 0, NULL},
    {"OMP_MAX_TASK_PRIORITY", NUMBER, 0, 0, INT32_MAX, 0, NULL},
    {"OMP_DEFAULT_DEVICE", NUMBER, 0, 0, INT32_MAX, 0, NULL},
    {"OMP_DISPLAY_ENV", WORDS, 0, 0, 0, 0, "FALSE"},
    {"OMP_DISPLAY_AFFINITY", TRUTH, 0, 0, 1, 0, NULL},
    {"OMP_AFFINITY_FORMAT", WORDS, 0, 0, 0, 0, ""},
};

uint64_t mpg__omp_stack_bytes;

/* Values.  Each answers false when the text is none. */

static bool read_number(struct variable *variable, const char *text)
{
    char *rest;
    uint64_t value = strtoull(text, &rest, 10);
    while (isspace((unsigned char)*rest))
        rest++;
    /* A list is for nested levels, which are teams of one. */
    if (rest == text || strchr(text, '-') || (*rest && *rest != ',') ||
        value < variable->min || value > variable->max)
        return false;
    variable->value = value;
    return true;
}

static bool read_truth(struct variable *variable, const char *text)
{
    variable->value = !strcasecmp(text, "true") || !strcmp(text, "1");
    return variable->value || !strcasecmp(text, "false") || !strcmp(text, "0");
}

/* Kibibytes, unless a letter says otherwise. */
static bool read_bytes(struct variable *variable, const char *text)
{
    static const char letters[] = "bkmgt";
    char *rest;
    uint64_t value = strtoull(text, &rest, 10);
    while (isspace((unsigned char)*rest))
        rest++;
    const char *letter = strchr(letters, tolower((unsigned char)*rest));
    unsigned shift = *rest && letter ? 10 * (unsigned)(letter - letters) : 10;
    if (rest == text || !letter || (*rest && rest[1]) ||
        value > variable->max >> shift || value << shift < variable->min)
        return false;
    variable->value = value << shift;
    return true;
}

static bool read_schedule(struct variable *variable, const char *text)
{
    static const char *const kinds[] = {"static", "dynamic", "guided", "auto"};
    const char *colon = strchr(text, ':');
    text = colon ? colon + 1 : text; /* All are monotonic. */
    for (unsigned i = 0; i < 4; i++) {
        size_t length = strlen(kinds[i]);
        if (strncasecmp(text, kinds[i], length))
            continue;
        text += length + strspn(text + length, " ");
        if (*text && *text != ',')
            return false;
        variable->value = i + 1;
        variable->chunk = *text ? atoi(text + 1) : 0;
        return variable->chunk > 0 || !*text;
    }
    return false;
}

static bool read_words(struct variable *variable, const char *text)
{
    variable->text = text;
    return true;
}

static uint32_t share_of_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long share = cores / (long)mpg__local_hosts();
    return share > 0 ? (uint32_t)share : 1;
}

static void read_all(void)
{
    static bool (*const readers[])(struct variable *, const char *) = {
        read_number, read_truth, read_bytes, read_schedule, read_words};
    variables[MPG_OMP_NUM_THREADS].value = share_of_cores();
    for (unsigned i = 0; i < MPG_OMP_VARIABLES; i++) {
        struct variable *variable = &variables[i];
        const char *text = getenv(variable->name);
        struct variable given = *variable;
        if (!text || !*text)
            continue;
        while (isspace((unsigned char)*text))
            text++;
        if (readers[variable->type](&given, text))
            *variable = given;
        else if (!mpg__engine.node.self)
            mpg__warn("%s: '%s' cannot be its value, and is ignored",
                      variable->name, text);
    }
    if (mpg__config.threads)
        variables[MPG_OMP_NUM_THREADS].value = mpg__config.threads;
    mpg__omp_stack_bytes = variables[MPG_OMP_STACKSIZE].value;
}

static void read_once(void)
{
    static mpg__mutex lock;
    static bool is_read;
    mpg__mutex_lock(&lock);
    if (!is_read)
        read_all();
    is_read = true;
    mpg__mutex_unlock(&lock);
}

uint64_t mpg__omp_value(enum mpg__omp_variable variable)
{
    read_once();
    return variables[variable].value;
}

const char *mpg__omp_text(enum mpg__omp_variable variable)
{
    read_once();
    return variables[variable].text;
}

uint32_t mpg__omp_threads_a_host(void)
{
    return (uint32_t)mpg__omp_value(MPG_OMP_NUM_THREADS);
}

void mpg__icv_read(struct mpg__icv *icv)
{
    uint64_t threads =
        (uint64_t)mpg__omp_threads_a_host() * mpg__engine.node.hosts;
    uint64_t limit = variables[MPG_OMP_THREAD_LIMIT].value;
    *icv = (struct mpg__icv){
        .threads = (uint32_t)(threads < limit ? threads : limit),
        .schedule = (uint32_t)variables[MPG_OMP_SCHEDULE].value,
        .chunk = variables[MPG_OMP_SCHEDULE].chunk,
        .max_levels = (uint32_t)variables[MPG_OMP_MAX_ACTIVE_LEVELS].value,
        .is_dynamic = variables[MPG_OMP_DYNAMIC].value != 0,
        .shows_affinity = variables[MPG_OMP_DISPLAY_AFFINITY].value != 0,
        .limit = (uint32_t)limit,
        .allocator = omp_default_mem_alloc};
}

/* OMP_DISPLAY_ENV. */

static void print(const struct variable *variable)
{
    static const char *const kinds[] = {"?", "STATIC", "DYNAMIC", "GUIDED",
                                        "AUTO"};
    fprintf(stderr, "  [host] %s = '", variable->name);
    switch (variable->type) {
    case TRUTH:
        fprintf(stderr, "%s", variable->value ? "TRUE" : "FALSE");
        break;
    case BYTES:
        fprintf(stderr, "%lluB", (unsigned long long)variable->value);
        break;
    case SCHEDULE:
        fprintf(stderr, "%s", kinds[variable->value & 7]);
        if (variable->chunk)
            fprintf(stderr, ",%d", variable->chunk);
        break;
    case WORDS:
        fprintf(stderr, "%s", variable->text);
        break;
    default:
        fprintf(stderr, "%llu", (unsigned long long)variable->value);
    }
    fprintf(stderr, "'\n");
}

bool mpg__omp_wants_display(void)
{
    read_once();
    const char *text = variables[MPG_OMP_DISPLAY_ENV].text;
    return !strcasecmp(text, "true") || !strcasecmp(text, "verbose") ||
           !strcmp(text, "1");
}

void mpg__omp_display(void)
{
    read_once();
    fprintf(stderr, "OPENMP DISPLAY ENVIRONMENT BEGIN\n  _OPENMP = '201811'\n");
    for (unsigned i = 0; i < MPG_OMP_VARIABLES; i++)
        print(&variables[i]);
    fprintf(stderr, "OPENMP DISPLAY ENVIRONMENT END\n");
}

EXPORTED void omp_display_env(int verbose)
{
    (void)verbose;
    mpg__omp_display();
}
