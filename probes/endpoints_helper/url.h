/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs: taken apart by libcurl's parser, put together again without user information; and what may
 * never be connected to, decided on the final address.
 */
#ifndef PROBES_ENDPOINTS_HELPER_URL_H
#define PROBES_ENDPOINTS_HELPER_URL_H

#include "rules/prefix.h"

#include <stdbool.h>
#include <stdint.h>

struct url {
	char *text;   /* normal form: no user information, no fragment, default port left out */
	char *scheme; /* lower case */
	char *host;   /* lower case, brackets off, no final dot */
	uint32_t port;
	char *path;   /* "/..." with query */
	bool had_user; /* user information was there and was dropped */
};

/*
 * 0; -EINVAL: no URL with a host in ASCII; -ENOMEM. Release in any case. Bounded: 4,096 bytes.
 */
int url_parse(const char *text, struct url *url);
/* `reference` (absolute, //host, /path, ?query or relative) as seen from `base`. */
int url_resolve(const char *base, const char *reference, struct url *url);
void url_release(struct url *url);
/* Same scheme, host and port: where a token of one may go to the other. */
bool url_same_origin(const struct url *a, const struct url *b);
/*
 * Why this address is never connected to ("metadata service", "link-local", "loopback",
 * "multicast", "unspecified", "broadcast"), NULL when it may be. v4-mapped, v4-compatible,
 * v4-translated, 6to4, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), Teredo and ISATAP forms are unwrapped
 * first. `loopback_allowed`: the plan itself names a loopback address.
 */
const char *url_forbidden(const struct address *address, bool loopback_allowed);

#endif
