/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * mpgexplore: every run of a small job, breadth first, so that the first run
 * found to be wrong is a shortest one.
 *
 * A job: each host may begin up to K operations, any ones, in any order, at
 * any time.  So all programs of up to K operations a host are in it, and for
 * each all orders of deliveries and of what threads do.  Three things are
 * checked beside what the judge says of every step:
 *
 *   - In a state in which nobody has to move (nothing is under way, no thread
 *     can go on; operations may yet begin) nobody may be waiting: so a wake-up
 *     that is lost shows although somebody else's next operation would make
 *     good for it.
 *   - No run is endless: the states do not form a cycle.  With the first this
 *     means that every operation of every run is completed.
 *   - Nobody is overtaken (judge.c).
 */
#include "model.h"

#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct model_config model = {.hosts = 2,
                             .minipages = 1,
                             .threads = 1,
                             .ops = 2,
                             .operations = (1u << OPS) - 1};

enum { CLEAN = 0, VIOLATED = 1, UNFINISHED = 2, MISUSED = 64 };

static uint32_t states_max = 100000000;
static double seconds_max;

/* States to be expanded: number, bytes, packed; one level after the other. */
struct level {
    uint8_t *bytes;
    uint64_t used, room;
};

static jmp_buf failed;
static char failure[256];

void model_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure, sizeof failure, format, arguments);
    va_end(arguments);
    longjmp(failed, 1);
}

_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line);
_Noreturn void mpg__assert_fail(const char *condition, const char *file,
                                int line)
{
    const char *name = strrchr(file, '/');
    (void)line; /* A trace says more, and the page does not change with it. */
    model_fail("%s: assertion failed: %s", name ? name + 1 : file, condition);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* A trace. */

/* Makes the moves that lead to a state, the last of them the `last` given. */
static struct state traced;

static unsigned say_move(unsigned step, unsigned number)
{
    static struct move moves[MOVES_MAX];
    moves_of(&traced, moves);
    fprintf(model.out, "%6u  ", step);
    move_say(&traced, &moves[number]);
    move_make(&traced, &moves[number]);
    return step + 1;
}

static unsigned say_way_to(uint32_t number)
{
    unsigned move;
    uint32_t parent = visited_parent(number, &move), depth = 0;
    static uint16_t way[65536];
    for (; parent != UINT32_MAX; parent = visited_parent(parent, &move))
        way[depth++] = (uint16_t)move;
    state_open(&traced);
    unsigned step = 1;
    while (depth)
        step = say_move(step, way[--depth]);
    return step;
}

/* `last`: the move that fails, or MOVES_MAX when the state itself does. */
static int report_violation(uint32_t number, unsigned last)
{
    char said[sizeof failure];
    memcpy(said, failure, sizeof said);
    model.is_verbose = true;
    fprintf(model.out, "violation; a shortest way to it:\n");
    unsigned step = say_way_to(number);
    if (setjmp(failed) == 0 && last != MOVES_MAX)
        say_move(step, last);
    fprintf(model.out, "violation: %s\n", said);
    return VIOLATED;
}

/* The moves along a cycle.  With symmetry a turn around it may end in a state
 * that is the first one by other names. */
static int report_cycle(uint32_t first, const uint32_t *next)
{
    model.is_verbose = true;
    fprintf(model.out, "violation; a shortest way to it:\n");
    unsigned step = say_way_to(first);
    fprintf(model.out, "        and from here on, again and again:\n");
    uint32_t number = first;
    do {
        static struct move moves[MOVES_MAX];
        unsigned count = moves_of(&traced, moves), i;
        for (i = 0; i < count; i++) {
            static struct state after;
            uint32_t found;
            after = traced;
            model.is_verbose = false;
            move_make(&after, &moves[i]);
            model.is_verbose = true;
            if (visited_find(state_hash(&after), &found) &&
                found == next[number])
                break;
        }
        step = say_move(step, i);
        number = next[number];
    } while (number != first);
    fprintf(model.out, "violation: this run never ends\n");
    return VIOLATED;
}

/* Exploring. */

static void append(struct level *level, uint32_t number,
                   const struct packed *packed)
{
    uint64_t bytes = 2 * sizeof number + packed->bytes;
    if (level->used + bytes > level->room) {
        level->room = 2 * level->room + (1u << 16);
        level->bytes = realloc(level->bytes, level->room);
        if (!level->bytes) {
            fprintf(stderr, "mpgexplore: out of memory\n");
            exit(UNFINISHED);
        }
    }
    uint8_t *at = level->bytes + level->used;
    memcpy(at, &number, sizeof number);
    memcpy(at + sizeof number, &packed->bytes, sizeof number);
    memcpy(at + 2 * sizeof number, packed->byte, packed->bytes);
    level->used += bytes;
}

static const uint8_t *take(const uint8_t *at, uint32_t *number,
                           struct packed *packed)
{
    memcpy(number, at, sizeof *number);
    memcpy(&packed->bytes, at + sizeof *number, sizeof *number);
    memcpy(packed->byte, at + 2 * sizeof *number, packed->bytes);
    return at + 2 * sizeof *number + packed->bytes;
}

static void expand(uint32_t number, const struct packed *packed,
                   struct level *following, volatile unsigned *at_move)
{
    static struct state state, after;
    static struct packed packed_after;
    static struct move moves[MOVES_MAX];
    *at_move = MOVES_MAX;
    state_unpack(&state, packed->byte);
    state_pack(&state, &packed_after);
    if (packed_after.bytes != packed->bytes ||
        memcmp(packed_after.byte, packed->byte, packed->bytes) != 0)
        model_fail("a state is another one when it is unpacked");
    unsigned count = moves_of(&state, moves);
    if (!count || moves[0].kind == MOVE_BEGIN)
        judge_rest(&state);
    for (unsigned i = 0; i < count; i++) {
        bool is_new;
        *at_move = i;
        after = state;
        move_make(&after, &moves[i]);
        state_pack(&after, &packed_after);
        /* An operation that changes nothing is as good as none. */
        if (moves[i].kind == MOVE_BEGIN &&
            packed_is_same_but_budget(packed, &packed_after))
            continue;
        uint32_t successor =
            visited_add(state_hash(&after), number, i, &is_new);
        visited_follow(successor);
        if (is_new)
            append(following, successor, &packed_after);
    }
    visited_expanded();
}

static bool is_over_limit(double start)
{
    static unsigned calls;
    if (visited_count() > states_max)
        return true;
    return seconds_max > 0 && ++calls % 1024 == 0 &&
           now() - start > seconds_max;
}

/* What is kept across a failure in the middle of a state. */
static struct {
    struct level level, following;
    unsigned depth;
    uint32_t number;
    volatile unsigned at_move;
} run;

static int explore(double start)
{
    static struct packed packed;
    static struct state first;
    bool is_new;
    if (setjmp(failed))
        return report_violation(run.number, run.at_move);
    state_open(&first);
    state_pack(&first, &packed);
    append(&run.following,
           visited_add(state_hash(&first), UINT32_MAX, 0, &is_new), &packed);
    for (; run.following.used; run.depth++) {
        struct level done = run.level;
        run.level = run.following;
        run.following = done;
        run.following.used = 0;
        const uint8_t *at = run.level.bytes;
        while (at < run.level.bytes + run.level.used) {
            at = take(at, &run.number, &packed);
            expand(run.number, &packed, &run.following, &run.at_move);
            if (is_over_limit(start))
                return UNFINISHED;
        }
    }
    return CLEAN;
}

/* The report, and the options. */

static void say_world(unsigned symmetries)
{
    fprintf(model.out,
            "%u hosts, %u minipages, %u locks, %u threads and up to %u "
            "operations a host:",
            model.hosts, model.minipages, model.locks, model.threads,
            model.ops);
    for (unsigned i = 0; i < OPS; i++)
        if (model.operations >> i & 1)
            fprintf(model.out, " %s", op_name(i));
    fprintf(model.out, "%s; %u symmetries\n",
            model.is_landing_slow ? "; bytes arrive slowly" : "", symmetries);
}

static void say_extent(double start)
{
    fprintf(model.out,
            "%u states, %llu transitions, depth %u, %.1f s "
            "(states told apart by 128-bit hashes)\n",
            visited_count(), (unsigned long long)visited_transitions(),
            run.depth, now() - start);
}

static int run_and_report(bool must_fire_all)
{
    double start = now();
    uint32_t on_cycle, *next;
    say_world(state_symmetries());
    int result = explore(start);
    if (result == CLEAN && visited_cycle(&on_cycle, &next)) {
        result = report_cycle(on_cycle, next);
        free(next);
    }
    say_extent(start);
    unsigned missing = rows_report(model.out);
    if (result == CLEAN && must_fire_all && missing) {
        fprintf(model.out, "violation: rows that nothing fires\n");
        result = VIOLATED;
    }
    fprintf(model.out, "%s\n",
            result == CLEAN      ? "explored whole, and clean"
            : result == VIOLATED ? "not clean"
                                 : "not finished within its limits");
    return result;
}

static void usage(FILE *out)
{
    fprintf(
        out,
        "usage: mpgexplore [options]\n"
        "Explores every run of a small job through the coherence protocol.\n"
        "  --hosts H       hosts, 1 to %d\n"
        "  --minipages M   minipages, 1 to %d; the home of m is host m mod H\n"
        "  --locks L       locks, 0 to %d\n"
        "  --threads T     threads of a host, 1 to %d\n"
        "  --ops K         operations that each host may begin, 0 to %d\n"
        "  --with LIST     which ones: read,write,prefetch,prefetch-write,push,"
        "\n                  lock,barrier (all)\n"
        "  --sharers N     blocks of copy sets at each host, 0 to %d: they "
        "are\n"
        "                  used above %d hosts\n"
        "  --slow-bytes    other things happen while bytes arrive\n"
        "  --outcomes      judge only what programs can notice: who can use a\n"
        "                  minipage, old bytes, waiting for ever; not H1, H5\n"
        "  --states N      give up beyond N states\n"
        "  --seconds S     give up after S seconds\n"
        "  --all-rows      a row of the table that never fired is a violation\n"
        "  --diagram       print what copies did, as a diagram, instead\n"
        "  --mutate NAME   plant a bug; `list' prints their names.  The world\n"
        "                  becomes a suitable one; later options change it\n"
        "Status: 0 explored whole and clean; 1 a violation, with a shortest\n"
        "way to it; 2 not finished within the limits.\n",
        HOSTS_MAX, MINIPAGES_MAX, LOCKS_MAX, THREADS_MAX, OPS_MAX,
        SHARERS_MAX - 1, MPG_HOSTSET_BITS);
}

static unsigned long number_of(const char *option, const char *text,
                               unsigned long least, unsigned long most)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno || *end || end == text || *text == '-' || number < least ||
        number > most) {
        fprintf(stderr,
                "mpgexplore: --%s %s: a number from %lu to %lu, "
                "please\n",
                option, text, least, most);
        exit(MISUSED);
    }
    return number;
}

static unsigned operations_of(char *list)
{
    unsigned operations = 0;
    for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
        unsigned op = 0;
        while (op < OPS && strcmp(name, op_name(op)) != 0)
            op++;
        if (op == OPS) {
            fprintf(stderr, "mpgexplore: --with: there is no operation '%s'\n",
                    name);
            exit(MISUSED);
        }
        operations |= 1u << op;
    }
    return operations;
}

static void plant(const char *name)
{
    if (strcmp(name, "list") == 0) {
        mutate_list();
        exit(CLEAN);
    }
    struct mutate_world world;
    if (!mutate_choose(name, &world)) {
        fprintf(stderr,
                "mpgexplore: --mutate %s: there is no such bug; --mutate list "
                "prints the names\n",
                name);
        exit(MISUSED);
    }
    static const unsigned operations[] = {[MUTATE_MINIPAGE] =
                                              1u << OP_READ | 1u << OP_WRITE,
                                          [MUTATE_LOCK] = 1u << OP_LOCK,
                                          [MUTATE_BARRIER] = 1u << OP_BARRIER};
    model.hosts = world.hosts;
    model.minipages = 1;
    model.locks = world.locks;
    model.threads = world.threads;
    model.ops = world.ops;
    model.operations = operations[world.part];
    fprintf(model.out, "planted: %s: %s\n", name, mutate_what());
}

enum { ALL_ROWS = 256, DIAGRAM, OUTCOMES };
static const struct option options[] = {
    {"hosts", 1, NULL, 'h'},         {"minipages", 1, NULL, 'm'},
    {"locks", 1, NULL, 'l'},         {"threads", 1, NULL, 't'},
    {"ops", 1, NULL, 'k'},           {"with", 1, NULL, 'w'},
    {"sharers", 1, NULL, 'c'},       {"slow-bytes", 0, NULL, 'b'},
    {"states", 1, NULL, 'n'},        {"seconds", 1, NULL, 's'},
    {"all-rows", 0, NULL, ALL_ROWS}, {"diagram", 0, NULL, DIAGRAM},
    {"outcomes", 0, NULL, OUTCOMES}, {"mutate", 1, NULL, 'u'},
    {"help", 0, NULL, '?'},          {NULL, 0, NULL, 0}};

static void set_option(int option, char *value)
{
    switch (option) {
    case 'h':
        model.hosts = (unsigned)number_of("hosts", value, 1, HOSTS_MAX);
        break;
    case 'm':
        model.minipages =
            (unsigned)number_of("minipages", value, 1, MINIPAGES_MAX);
        break;
    case 'l':
        model.locks = (unsigned)number_of("locks", value, 0, LOCKS_MAX);
        break;
    case 't':
        model.threads = (unsigned)number_of("threads", value, 1, THREADS_MAX);
        break;
    case 'k':
        model.ops = (unsigned)number_of("ops", value, 0, OPS_MAX);
        break;
    case 'c':
        model.sharers =
            (unsigned)number_of("sharers", value, 0, SHARERS_MAX - 1);
        break;
    case 'w':
        model.operations = operations_of(value);
        break;
    case OUTCOMES:
        model.is_outcome_all = true;
        break;
    case 'b':
        model.is_landing_slow = true;
        break;
    case 'n':
        states_max = (uint32_t)number_of("states", value, 1, UINT32_MAX / 2);
        break;
    case 's':
        seconds_max = (double)number_of("seconds", value, 1, 1000000);
        break;
    case 'u':
        plant(value);
        break;
    default:
        exit(MISUSED); /* getopt has said why. */
    }
}

int main(int argc, char **argv)
{
    int option;
    bool must_fire_all = false, is_diagram = false;
    model.out = stdout;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?' && !optopt && optind <= argc &&
            strcmp(argv[optind - 1], "--help") == 0) {
            usage(stdout);
            return CLEAN;
        }
        if (option == ALL_ROWS)
            must_fire_all = true;
        else if (option == DIAGRAM)
            is_diagram = true;
        else
            set_option(option, optarg);
    }
    if (optind < argc) {
        fprintf(stderr, "mpgexplore: what is '%s'?  See --help\n",
                argv[optind]);
        return MISUSED;
    }
    if (!model.locks)
        model.operations &= ~(1u << OP_LOCK);
    if ((model.operations >> OP_BARRIER & 1) &&
        model.hosts * model.ops > ROUNDS_MAX) {
        fprintf(stderr,
                "mpgexplore: --ops %u: with barriers, hosts times operations "
                "are at most %d; see --with\n",
                model.ops, ROUNDS_MAX);
        return MISUSED;
    }
    if (is_diagram)
        model.out = stderr;
    int result = run_and_report(must_fire_all);
    if (is_diagram && result == CLEAN)
        rows_diagram(stdout);
    return result;
}
