/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: asked of every server of the resolver configuration and of every extra one, by c-ares, one
 * channel a server, A and AAAA. Each host is asked once; later callers get the same answer.
 *
 * What this machine connects to, as its C library would have it: --resolve, else the hosts file,
 * else the first server in order that knows (that the name is not there is an answer, too). An
 * address literal is its own answer and leaves no row. A name without a dot is asked for with the
 * domains of the search list, one after the other, and as it stands. At most NAMES_MAX_ADDRESSES of
 * one answer are kept.
 */
#ifndef PROBES_ENDPOINTS_HELPER_NAMES_H
#define PROBES_ENDPOINTS_HELPER_NAMES_H

#include "probes/endpoints_helper/helper.h"

#define NAMES_MAX_ADDRESSES 64

/* `count` 0: no address. The array lives as long as the run. */
typedef void names_done(void *owner, const struct address *addresses, size_t count);

int names_open(struct run *run);
/* Ends what is still open and adds all rows to the facts. */
void names_close(struct run *run);
/*
 * The port matters for --resolve alone. `done` may be called before this returns. 0 or -ENOMEM
 * (also latched).
 */
int names_resolve(struct run *run, const char *host, uint32_t port, names_done *done,
		  void *owner);

#endif
