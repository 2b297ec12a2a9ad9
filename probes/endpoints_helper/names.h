/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names: asked of every server of the resolver configuration and of every extra one, by c-ares, one
 * channel a server, A and AAAA. Each host is asked once; later callers get the same answer.
 *
 * What this machine connects to is what a build would: --resolve (servers are asked all the same,
 * and nobody waits for them), else the first server in order
 * that knows (that the name is not there is an answer, too), and the hosts file only where none
 * has an address, for no build sees that file. An address literal is its own answer and leaves no
 * row; so does localhost, which is loopback whatever a server says (RFC 6761 section 6.3). A name
 * without a dot is asked for with the domains of the search list, one after the other, and as it
 * stands. At most NAMES_MAX_ADDRESSES of one answer are kept.
 */
#ifndef PROBES_ENDPOINTS_HELPER_NAMES_H
#define PROBES_ENDPOINTS_HELPER_NAMES_H

#include "probes/endpoints_helper/helper.h"

#define NAMES_MAX_ADDRESSES 64
#define NAMES_LOOKS_MAX 8

/* `count` 0: no address. The array lives as long as the run. */
typedef void names_done(void *owner, const struct address *addresses, size_t count);

/* The address that needs no name server: of a literal, or localhost. -EINVAL: it is a name. */
int names_literal(const char *host, struct address *address);
int names_open(struct run *run);
/* Ends what is still open and adds all rows to the facts. */
void names_close(struct run *run);
/*
 * Asks for the addresses of a host that nothing is sent to: for rules, and in less time than what
 * it must not delay. The first NAMES_LOOKS_MAX of a run, each once.
 */
void names_look(struct run *run, const char *host);
/*
 * The port matters for --resolve alone. `done` may be called before this returns. 0 or -ENOMEM
 * (also latched).
 */
int names_resolve(struct run *run, const char *host, uint32_t port, names_done *done,
		  void *owner);

#endif
