/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Which rules of the protocol an exploration has fired, and where they led.
 *
 * Which rows the table of copy.c has is asked of the code itself: a step from
 * a made-up state is either refused, or there is a row.  A few rows are for
 * copy sets that are supersets, which begin at 65 hosts; no small world fires
 * them (unit.proto_random does).
 */
#include "model.h"

#include <string.h>

enum { STATES = 6, COLUMNS = 12, UNPIN = 11 };
enum { HOME_STATES = 3, HOME_COLUMNS = 6 };

static const char *const states[STATES] = {"INVALID", "READING",   "WRITING",
                                           "SHARED",  "UPGRADING", "OWNED"};
static const char *const columns[COLUMNS] = {
    "want read",    "want write",  "COPY",       "GRANT_READ",
    "TAKE",         "GRANT_WRITE", "GONE",       "SUPPLY_READ",
    "SUPPLY_WRITE", "SUPPLY_PUSH", "INVALIDATE", "unpin"};
static const uint8_t messages[COLUMNS] = {
    [2] = MPG_MESSAGE_COPY,         [3] = MPG_MESSAGE_GRANT_READ,
    [4] = MPG_MESSAGE_TAKE,         [5] = MPG_MESSAGE_GRANT_WRITE,
    [6] = MPG_MESSAGE_GONE,         [7] = MPG_MESSAGE_SUPPLY_READ,
    [8] = MPG_MESSAGE_SUPPLY_WRITE, [9] = MPG_MESSAGE_SUPPLY_PUSH,
    [10] = MPG_MESSAGE_INVALIDATE};

static const char *const home_states[HOME_STATES] = {"IDLE", "READING",
                                                     "WRITING"};
static const char *const home_columns[HOME_COLUMNS] = {
    "READ_REQUEST", "WRITE_REQUEST", "PUSH_REQUEST",
    "DONE, a read", "DONE, a write", "next"};

static uint64_t fired[STATES][COLUMNS];
static uint8_t led_to[STATES][COLUMNS]; /* bits of states */
static uint64_t home_fired[HOME_STATES][HOME_COLUMNS];

unsigned rows_state(const struct mpg__copy *copy)
{
    if (copy->access == MPG_ACCESS_WRITE)
        return 5;
    if (copy->access == MPG_ACCESS_READ)
        return copy->asked == MPG_ACCESS_WRITE ? 4 : 3;
    return copy->asked;
}

const char *rows_state_name(unsigned state)
{
    return states[state];
}

/* COLUMNS: none. */
static unsigned column_of(const struct mpg__event *event)
{
    if (event->kind == MPG_EVENT_WANT)
        return event->access == MPG_ACCESS_WRITE;
    if (event->kind == MPG_EVENT_UNPIN)
        return UNPIN;
    unsigned column = 2;
    while (event->kind == MPG_EVENT_MESSAGE && column < UNPIN &&
           messages[column] != event->message->kind)
        column++;
    return event->kind == MPG_EVENT_MESSAGE && column < UNPIN ? column
                                                              : COLUMNS;
}

static unsigned home_column_of(const struct mpg__event *event)
{
    if (event->kind == MPG_EVENT_NEXT)
        return 5;
    if (event->message->kind == MPG_MESSAGE_DONE)
        return event->message->flags & MPG_FLAG_WAS_READ ? 3 : 4;
    return event->message->kind - MPG_MESSAGE_READ_REQUEST;
}

void rows_count(const struct mpg__event *event)
{
    unsigned column = event->copy ? column_of(event) : COLUMNS;
    if (column < COLUMNS)
        fired[rows_state(event->copy)][column]++;
    if (event->home)
        home_fired[event->home->state][home_column_of(event)]++;
}

void rows_arrived(const struct mpg__event *event, unsigned before)
{
    unsigned column = COLUMNS;
    if (event->kind != MPG_EVENT_MESSAGE || event->message)
        column = column_of(event);
    if (column < COLUMNS)
        led_to[before][column] |= (uint8_t)(1u << rows_state(event->copy));
}

/* Which rows are there? */

static struct mpg__copy copy_in(unsigned state)
{
    static const struct mpg__copy copies[STATES] = {
        {0},
        {.asked = MPG_ACCESS_READ},
        {.asked = MPG_ACCESS_WRITE},
        {.access = MPG_ACCESS_READ},
        {.access = MPG_ACCESS_READ, .asked = MPG_ACCESS_WRITE},
        {.access = MPG_ACCESS_WRITE}};
    return copies[state];
}

static bool has_row(unsigned state, unsigned column)
{
    struct mpg__wait waits[2];
    struct mpg__node node;
    struct mpg__actions actions;
    struct mpg__copy copy = copy_in(state);
    struct mpg__message message = {.kind = messages[column], .need = 2};
    struct mpg__event event = {
        .kind = column < 2 ? MPG_EVENT_WANT : MPG_EVENT_MESSAGE,
        .access = column ? MPG_ACCESS_WRITE : MPG_ACCESS_READ,
        .message = &message,
        .copy = &copy};
    mpg__node_init(&node, 0, 2, waits, 2);
    mpg__proto_step(&node, &event, &actions);
    return !actions.count || actions.list[0].kind != MPG_ACTION_FATAL;
}

/* A host without a copy that is told to drop it, or one with a copy that gets
 * the bytes once more. */
static bool is_for_supersets(unsigned state, unsigned column)
{
    switch (messages[column]) {
    case MPG_MESSAGE_INVALIDATE:
        return state < 3;
    case MPG_MESSAGE_COPY:
        return state == 3 || state == 4;
    case MPG_MESSAGE_TAKE:
        return state == 4;
    default:
        return false;
    }
}

unsigned rows_report(FILE *out)
{
    unsigned rows = 0, count = 0, missing = 0;
    for (unsigned i = 0; i < STATES; i++)
        for (unsigned k = 0; k < UNPIN; k++) {
            bool is_row = has_row(i, k);
            rows += is_row;
            count += fired[i][k] != 0;
            if (!is_row || fired[i][k] || is_for_supersets(i, k))
                continue;
            fprintf(out, "%s %s on %s",
                    missing ? "," : "rows not fired:", states[i], columns[k]);
            missing++;
        }
    fprintf(out, "%s%u of %u rows of copy.c fired\n", missing ? "\n" : "",
            count, rows);
    return missing;
}

/* The diagram. */

static void put_arrow(FILE *out, unsigned from, unsigned to)
{
    bool has_label = false;
    for (unsigned k = 0; k < COLUMNS; k++) {
        if (from == to || !(led_to[from][k] >> to & 1))
            continue;
        if (!has_label)
            fprintf(out, "    %s --> %s: ", states[from], states[to]);
        fprintf(out, "%s%s", has_label ? ", " : "", columns[k]);
        has_label = true;
    }
    if (has_label)
        fputc('\n', out);
}

static void put_copy_rows(FILE *out)
{
    fprintf(out, "| |");
    for (unsigned i = 0; i < STATES; i++)
        fprintf(out, " %s |", states[i]);
    fprintf(out, "\n|---|---|---|---|---|---|---|\n");
    for (unsigned k = 0; k < COLUMNS; k++) {
        fprintf(out, "| %s |", columns[k]);
        for (unsigned i = 0; i < STATES; i++) {
            bool has_some = false;
            for (unsigned to = 0; to < STATES; to++)
                if (led_to[i][k] >> to & 1) {
                    fprintf(out, "%s %s", has_some ? "," : "",
                            to == i ? "stays" : states[to]);
                    has_some = true;
                }
            if (!has_some && k < UNPIN && has_row(i, k))
                fprintf(out, " (%s)",
                        is_for_supersets(i, k) ? "supersets" : "not seen");
            fprintf(out, " |");
        }
        fputc('\n', out);
    }
}

static void put_home_rows(FILE *out)
{
    fprintf(out, "| |");
    for (unsigned i = 0; i < HOME_STATES; i++)
        fprintf(out, " %s |", home_states[i]);
    fprintf(out, "\n|---|---|---|---|\n");
    for (unsigned k = 0; k < HOME_COLUMNS; k++) {
        fprintf(out, "| %s |", home_columns[k]);
        for (unsigned i = 0; i < HOME_STATES; i++)
            fprintf(out, " %s |", home_fired[i][k] ? "seen" : "");
        fputc('\n', out);
    }
}

void rows_diagram(FILE *out)
{
    fprintf(out, "```mermaid\nstateDiagram-v2\n    [*] --> INVALID\n");
    for (unsigned from = 0; from < STATES; from++)
        for (unsigned to = 0; to < STATES; to++)
            put_arrow(out, from, to);
    fprintf(out, "```\n\nA copy, by event and state:\n\n");
    put_copy_rows(out);
    fprintf(out, "\nWhat a home hears, and in which state:\n\n");
    put_home_rows(out);
}
