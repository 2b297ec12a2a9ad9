/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is let in: ranked rules over peer addresses and ports, answered for every address of a range
 * at once. Knows nothing of security groups or ACLs; admission_groups.h and admission_acls.h turn
 * those into atoms.
 *
 * An atom is one box: peer addresses x destination ports x the peer's own ports. The atom with the
 * smallest rank decides; of equal ranks one that refuses; where no atom holds, it is refused.
 * The sweep takes O(n log n) for n atoms, whatever the size of the range.
 */
#ifndef RULES_ADMISSION_H
#define RULES_ADMISSION_H

#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

#define ADMISSION_PORTS 65535u
/* No rule decides: the default does. */
#define ADMISSION_NO_RULE UINT32_MAX

struct port_span {
	uint32_t first, last;
};

struct admission_atom {
	struct span peers;
	struct port_span ports;      /* destination */
	struct port_span peer_ports; /* source */
	uint64_t rank;
	bool admits;
	uint32_t rule; /* the caller's name of it */
};

struct admission_question {
	struct span peers;
	uint32_t port;
	uint32_t peer_port;
};

/* A run of peer addresses that one rule decides. */
struct admission_piece {
	struct span peers;
	bool admitted;
	uint32_t rule; /* or ADMISSION_NO_RULE */
};

/*
 * Answers the question for every peer: pieces in order, disjoint, covering all of question->peers,
 * neighbours never alike. `pieces` (struct admission_piece) is cleared first. 0 or -ENOMEM.
 */
int admission_sweep(const struct list *atoms, const struct admission_question *question,
		    struct list *pieces);

/*
 * The first ports of the classes into which `ports` falls: within a class no atom's destination
 * ports begin or end (of peer_ports where `peer`). `starts` (uint32_t) is cleared first. -ENOMEM.
 */
int admission_port_classes(const struct list *atoms, struct port_span ports, bool peer,
			   struct list *starts);

/*
 * What is refused for some of the ports `ports` (destination) or some of the peer's ports
 * `peer_ports`: pieces in order with the rule that refuses, of the lowest such ports. Only refused
 * pieces are listed. 0 or -ENOMEM.
 */
int admission_refused(const struct list *atoms, struct span peers, struct port_span ports,
		      struct port_span peer_ports, struct list *pieces);

/* Addresses in the pieces. */
uint64_t admission_size(const struct list *pieces);
void admission_span_set(const struct list *pieces, struct span_set *out);
/* Frees a list of atoms, pieces or starts. */
void admission_release(struct list *list);

#endif
