/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where answers can change: boundaries inside a range of addresses, and inside the ephemeral ports.
 *
 * Between two neighbouring cuts every address meets the same routes of every table and the same
 * selectors of every rule, so one look-up speaks for all of them.
 */
#ifndef PROBES_PROOF_CUTS_H
#define PROBES_PROOF_CUTS_H

#include "rules/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* First addresses of pieces: after cuts_settle() in order, each once, the first being `first`. */
struct cuts {
	uint32_t first, last;
	uint32_t *starts;
	size_t count;
	size_t room;
	bool settled;
	int error; /* latched -ENOMEM */
};

void cuts_init(struct cuts *cuts, const struct prefix *range);
void cuts_release(struct cuts *cuts);
/* Cuts at both ends of first..last, as far as they lie inside. */
void cuts_add(struct cuts *cuts, uint32_t first, uint32_t last);
void cuts_add_prefix(struct cuts *cuts, const struct prefix *prefix);
/* Sorts; 0 or -ENOMEM. */
int cuts_settle(struct cuts *cuts);
/* Last address of piece `index`. */
uint32_t cuts_end(const struct cuts *cuts, size_t index);
/* What every range meets: addresses, `from` and `to` of rules, blocks the kernel treats apart. */
void cuts_add_policy(struct cuts *cuts, const struct facts *facts);

/* The ports from which a client may come: 1024..65535. */
#define EPHEMERAL_FIRST 1024u
#define EPHEMERAL_LAST 65535u

/*
 * Intervals of ephemeral ports that rules tell apart. `forwarded`: the packet enters by an
 * interface, so that the kernel also looks up the way back to its source, ports swapped.
 */
struct port_cuts {
	uint16_t *starts;
	size_t count;
};

int port_cuts_make(struct port_cuts *cuts, const struct rules_facts *rules, bool forwarded);
void port_cuts_release(struct port_cuts *cuts);
uint32_t port_cuts_end(const struct port_cuts *cuts, size_t index);

/* Mark 0 and every mark that a rule names, in order, each once. Freed by the caller. */
int marks_of_rules(const struct rules_facts *rules, uint32_t **marks, size_t *count);

#endif
