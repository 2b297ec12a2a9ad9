/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of the kernel, each different one kept once: 65,536 equal answers cost one number each,
 * and "alike" is an equal number.
 */
#ifndef PROBES_PROOF_ANSWERS_H
#define PROBES_PROOF_ANSWERS_H

#include "probes/routes_hops.h"

#include <stddef.h>
#include <stdint.h>

/* What makes two addresses alike: table, type, legs, refusal; not the prefix that matched. */
struct answer {
	int error;   /* negative errno, 0: the kernel gave a route */
	uint8_t type; /* RTN_; RTN_UNSPEC: no route at all */
	uint32_t table; /* 0: unknown */
	uint32_t object; /* next-hop object whose legs were not told; 0 once resolved */
	struct hop *hops;
	size_t hop_count;
};

struct answers {
	struct answer *items;
	size_t count;
	size_t room;
	uint32_t *slots; /* open addressing; index + 1 */
	size_t slot_count;
	uint32_t latest; /* most answers equal the one before */
};

void answers_release(struct answers *answers);
/* Finds or adds a copy of `answer`. 0 or -ENOMEM. */
int answers_intern(struct answers *answers, const struct answer *answer, uint32_t *index);

#endif
