/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: asked of every server of the resolver configuration and of every extra one, by c-ares, one
 * channel a server, A and AAAA. Each host is asked once; later callers get the same answer.
 *
 * What this machine connects to: --resolve, else the hosts file, else the first server in order
 * that answered. An address literal is its own answer and leaves no row. At most
 * NAMES_MAX_ADDRESSES of one answer are kept.
 */
#ifndef PROBES_ENDPOINTS_HELPER_NAMES_H
#define PROBES_ENDPOINTS_HELPER_NAMES_H

#include "probes/endpoints_helper/helper.h"

#define NAMES_MAX_ADDRESSES 64

/* `count` 0: no address. The array lives as long as the run. */
typedef void names_done(void *owner, const struct address *addresses, size_t count);

int names_open(struct run *run);
void names_close(struct run *run);
/* `done` may be called before this returns. 0 or -ENOMEM (also latched). */
int names_resolve(struct run *run, const char *host, names_done *done, void *owner);

#endif
