/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One sheet of questions: pieces of a range by intervals of ports, for one service and mark, and
 * the answer to each. Internal to the proof.
 */
#ifndef PROBES_PROOF_SHEET_H
#define PROBES_PROOF_SHEET_H

#include "probes/proof.h"

/* What one look-up told. */
struct cell {
	uint32_t answer; /* index into proof->answers */
	bool spread;     /* refused, and the next address may be answered differently */
	struct prefix matched; /* of the route; unknown where none */
	uint64_t route; /* legs_route() */
};

struct sheet {
	struct proof *proof;
	const struct port_cuts *ports;
	struct lookup_tuple base; /* what all questions share */
	const char *iif;  /* name of base.iif */
	const char *oif;  /* name of base.oif */
	bool inward;      /* addresses of the range are sources, else destinations */
	/* inward, and the service is not of this machine: the routes to it were not kept, and a
	   refusal does not tell them */
	bool beyond;
	struct {
		bool known, matter;
	} unknown_legs; /* sheet_unknown_legs_matter(), asked once */
	struct cuts cuts; /* own copy, refined where needed */
	struct cell *cells; /* piece by piece, port interval by port interval */
};

/* Asks everything. On success the caller releases the sheet, on failure nothing is left. */
int sheet_make(struct sheet *sheet, const struct cuts *cuts, struct fault *fault);
void sheet_release(struct sheet *sheet);
const struct answer *sheet_answer(const struct sheet *sheet, size_t piece, size_t port);
struct cell *sheet_cell(const struct sheet *sheet, size_t piece, size_t port);

/* May packets that enter by sheet->iif be let in on one of these legs and not on another? */
bool sheet_hops_matter(const struct sheet *sheet, const struct hop *hops, size_t count);
/* The same of the legs (struct next_hop) of a route from the dump. */
bool sheet_legs_matter(const struct sheet *sheet, const struct list *legs);
/* The same where the legs are not known. */
bool sheet_unknown_legs_matter(struct sheet *sheet);
/* Was a packet refused before a leg was picked for it? */
bool sheet_refused_early(int error);

#endif
