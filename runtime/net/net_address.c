/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Numeric addresses.  getaddrinfo would do, but a host may be called for the
 * first time from inside a page fault, where nothing may allocate.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include "base/fatal.h"
#include "net_internal.h"

static bool resolve_ipv6(const char *address, uint16_t port,
                         struct sockaddr_in6 *to)
{
    char text[INET6_ADDRSTRLEN];
    size_t length = strcspn(address, "%");
    if (length >= sizeof text)
        return false;
    memcpy(text, address, length);
    text[length] = 0;
    to->sin6_family = AF_INET6;
    to->sin6_port = htons(port);
    if (address[length])
        to->sin6_scope_id = if_nametoindex(address + length + 1);
    return inet_pton(AF_INET6, text, &to->sin6_addr) == 1;
}

bool mpg__net_resolve(const char *address, uint16_t port,
                      struct sockaddr_storage *to, socklen_t *bytes)
{
    struct sockaddr_in *four = (struct sockaddr_in *)to;
    memset(to, 0, sizeof *to);
    if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        *bytes = sizeof *four;
        return true;
    }
    *bytes = sizeof(struct sockaddr_in6);
    return resolve_ipv6(address, port, (struct sockaddr_in6 *)to);
}

void mpg__net_name(const struct sockaddr_storage *from, char *text,
                   size_t bytes)
{
    const void *address =
        from->ss_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)from)->sin6_addr
            : (const void *)&((const struct sockaddr_in *)from)->sin_addr;
    if (!inet_ntop(from->ss_family, address, text, (socklen_t)bytes))
        mpg__format(text, bytes, "an unknown address");
}
