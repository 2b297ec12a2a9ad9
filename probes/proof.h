/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof over a whole range: what this kernel would do with every reply of a service, as maximal
 * classes of addresses; and whether it would let in what comes from there.
 *
 * The kernel answers, piece by piece; the model (rules/facts_fib.h) only names what a bare errno
 * cannot. Where an answer depends on the leg that the kernel picks for one address (packets that
 * enter, legs on several devices), every address of that piece is asked.
 */
#ifndef PROBES_PROOF_H
#define PROBES_PROOF_H

#include "probes/lookup.h"
#include "probes/proof_answers.h"
#include "probes/proof_cuts.h"
#include "rules/facts.h"
#include "rules/facts_fib.h"

/* How the legs of one route are picked for replies of one source: probes/proof_legs.h. */
struct legs_choice {
	uint64_t route;
	uint32_t source;
	uint32_t from, to; /* answers: as the kernel gave it, and with unused legs marked */
	bool certain;
};

struct legs {
	struct legs_choice *choices;
	size_t count;
	size_t room;
	uint32_t asked; /* look-ups for choices */
	bool read;      /* the two below were looked for */
	bool known;     /* legs are picked by addresses, or by addresses and ports */
	bool by_ports;
};

struct proof {
	const struct facts *facts; /* rules, links, addresses, services, routes.entries are there */
	struct fib *fib;
	struct lookup *lookup;
	struct answers answers;
	struct legs legs;
	struct route_message message; /* scratch */
	struct port_cuts sent;    /* packets sent from here */
	struct port_cuts entered; /* packets that enter by an interface */
	uint32_t *marks;
	size_t mark_count;
	struct declared_return declared;
	uint32_t declared_device; /* index; 0: none */
};

/*
 * Are local and main one trie here (routes_facts.merged_tables)? The kernel then says "main" of a
 * route to an address of this machine.
 */
int proof_tables_merged(const struct facts *facts, struct lookup *lookup, bool *merged,
			struct fault *fault);
/* `facts` and `lookup` outlive the proof. 0 or -ENOMEM. */
int proof_init(struct proof *proof, const struct facts *facts, struct lookup *lookup,
	       struct fault *fault);
void proof_release(struct proof *proof);
/* Can it be proved here: an address of this machine, or replies that enter by an interface? */
bool proof_possible(const struct service_fact *service);
/* Adds the classes of one service, for every mark, over the settled `cuts`. */
int proof_classes(struct proof *proof, const struct service_fact *service, const struct cuts *cuts,
		  struct list *classes, struct fault *fault);
/* Adds the way in to a service by one interface, over the settled `cuts`. */
struct way_in {
	const struct service_fact *service;
	const char *arrival;
};
int proof_ingress(struct proof *proof, const struct way_in *way, const struct cuts *cuts,
		  struct list *ingress, struct fault *fault);

#endif
