/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words in which the cloud writes protocols, ports and addresses of its rules.
 *
 * What cannot be understood is neither a match nor none: it is a doubt, and the caller asks once
 * with every doubt taken for the best and once for the worst (admission_groups.h).
 */
#ifndef RULES_ADMISSION_WORDS_H
#define RULES_ADMISSION_WORDS_H

#include "rules/admission.h"

/* A list of struct span or struct port_span that may leave something out. */
struct admission_side {
	struct list spans;
	bool doubt; /* part of it was not understood or not read */
	int error;  /* latched -ENOMEM */
};

enum admission_match { MATCH_NO, MATCH_YES, MATCH_DOUBT };

/* Is it TCP? "TCP", "6", "ALL", "-1" are; NULL and words never heard of are a doubt. */
enum admission_match words_are_tcp(const char *protocol);
bool words_are_icmp(const char *protocol);
/* Do the words mean this one, whatever their capitals? NULL does not. */
bool words_are(const char *words, const char *meant);
/* Adds "80/80", "80", "-1/-1" (all). Ports count from 0. */
void words_add_ports(struct admission_side *side, const char *ports);
/* Adds "a.b.c.d", "a.b.c.d/n" (host bits allowed) or "a.b.c.d-e.f.g.h"; of IPv6 nothing. */
void words_add_peers(struct admission_side *side, const char *peers);
/* Adds every entry of the list `id` (of struct named_list_fact) by `add`; unread: a doubt. */
void words_add_list(struct admission_side *side, const struct list *lists, const char *id,
		    void (*add)(struct admission_side *side, const char *words));
void side_add(struct admission_side *side, uint32_t first, uint32_t last);
void side_release(struct admission_side *side);

/* A rule, read: each combination of its spans is a box. */
struct admission_sides {
	struct admission_side peers, ports, peer_ports;
};

/*
 * Adds the boxes as atoms that are otherwise like `like`, and releases the sides. Where part of a
 * side is in doubt, a `wide` rule takes all there is and another one what is known. -ENOMEM.
 */
int sides_add(struct admission_sides *sides, const struct admission_atom *like, bool wide,
	      struct list *atoms);

#endif
