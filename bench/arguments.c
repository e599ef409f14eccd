/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * The command line, the same for mpgbench and the programs beside it.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

static const char *wrong(const char *format, const char *word)
{
    static char text[160];
    snprintf(text, sizeof text, format, word);
    return text;
}

const char *parse_arguments(int count, char **words, struct arguments *into)
{
    int at = 1;
    *into = (struct arguments){0};
    for (; at < count && words[at][0] == '-'; at++) {
        const char *word = words[at];
        if (!strcmp(word, "--help")) {
            into->wants_help = true;
        } else if (!strcmp(word, "--list")) {
            into->wants_list = true;
        } else if (strcmp(word, "--json") && strcmp(word, "--part")) {
            return wrong("unknown option '%s'", word);
        } else if (++at == count) {
            return wrong("%s needs a value", word);
        } else if (word[2] == 'j') {
            into->json = words[at];
        } else if (sscanf(words[at], "%u,%u", &into->before, &into->total) !=
                   2) {
            return wrong("--part is '%s'; it must be two numbers", words[at]);
        }
    }
    into->words = words + at;
    into->words_count = count - at;
    for (; at < count; at++)
        if (!is_known(words[at]))
            return wrong("there is no case or group '%s'", words[at]);
    return NULL;
}
