/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * From names of machines to the addresses that their hosts listen on.
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "hostlist.h"
#include "say.h"

static int look_up(const char *name, int family, int flags,
                   char address[MPG_BOOT_ADDRESS_MAX])
{
    struct addrinfo hints = {
        .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
    struct addrinfo *found;
    int error = getaddrinfo(name, NULL, &hints, &found);

    if (error == 0) {
        error = getnameinfo(found->ai_addr, found->ai_addrlen, address,
                            MPG_BOOT_ADDRESS_MAX, NULL, 0, NI_NUMERICHOST);
        freeaddrinfo(found);
    }
    return error;
}

/* IPv4 first: a name often has both, and all hosts must choose alike. */
static void resolve(struct place *place)
{
    char given[MPG_BOOT_ADDRESS_MAX];
    int error;

    if (place->address[0]) {
        strcpy(given, place->address);
        if (look_up(given, AF_UNSPEC, AI_NUMERICHOST, place->address) != 0)
            die("%s=%s: '%s' is not a numeric address", place->name, given,
                given);
        return;
    }
    if (look_up(place->name, AF_INET, 0, place->address) == 0)
        return;
    error = look_up(place->name, AF_INET6, 0, place->address);
    if (error != 0)
        die("%s: cannot find its address (%s); if the name is right, write "
            "%s=ADDRESS in the host list",
            place->name, gai_strerror(error), place->name);
}

static int is_loopback(const char *address)
{
    struct in6_addr v6;
    struct in_addr v4;

    if (inet_pton(AF_INET, address, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

void hostlist_resolve(struct hostlist *list)
{
    int has_others = 0;

    for (int i = 0; i < list->places_count; i++) {
        struct place *place = &list->places[i];

        if (strcmp(place->name, "localhost") == 0 && !place->address[0])
            strcpy(place->address, "127.0.0.1");
        resolve(place);
        has_others |= strcmp(place->name, list->places[0].name) != 0 &&
                      !(place->is_local && list->places[0].is_local);
    }
    /* On a loopback address a host hears only its own machine. */
    for (int i = 0; has_others && i < list->places_count; i++) {
        const struct place *place = &list->places[i];

        if (is_loopback(place->address))
            die("%s has the address %s, where the other machines cannot reach "
                "it; write %s=ADDRESS in the host list",
                place->name, place->address, place->name);
    }
}
