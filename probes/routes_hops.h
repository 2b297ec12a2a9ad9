/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Legs of a route as the kernel tells them: one route message decoded, next-hop objects resolved,
 * and their translation into facts. Shared by the scan and by the proof.
 */
#ifndef PROBES_ROUTES_HOPS_H
#define PROBES_ROUTES_HOPS_H

#include "probes/rtnl.h"
#include "rules/facts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel never picks this leg for the packets in question; no RTNH_F_ has this bit. */
#define HOP_UNUSED 0x80u

/* One leg; without padding, so that legs compare as bytes. */
struct hop {
	uint32_t oif;
	uint16_t weight; /* 1.. */
	uint8_t flags;   /* RTNH_F_ONLINK, _DEAD, _LINKDOWN, HOP_UNUSED */
	uint8_t family;  /* of `via`; ADDRESS_NONE: on-link */
	uint8_t via[16];
};
_Static_assert(sizeof(struct hop) == 24, "legs are compared as bytes");

struct hops {
	struct hop *items;
	size_t count;
	size_t room;
};

void hops_release(struct hops *hops);
int hops_add(struct hops *hops, const struct hop *hop);

/* What a route message says, but for what only a dump needs. */
struct route_message {
	uint8_t type; /* RTN_ */
	uint8_t length; /* of the destination */
	uint32_t destination; /* host order */
	uint32_t table;
	uint32_t next_hop_id; /* 0: none */
	uint32_t flags; /* rtm_flags */
	struct hops hops; /* kept between messages; replaced by each */
};

/* -EBADMSG when a length lies, -ENOMEM. */
int route_message_decode(const struct nlmsghdr *header, struct route_message *message);

/* Asks the kernel for next-hop object `id` and adds its legs (a group: those of its members). */
int hops_of_object(struct rtnl *rtnl, uint32_t id, struct hops *hops, struct fault *fault);

/* Name of interface `index`, by the links section, else asked for; "if7" when it has gone. Heap. */
char *hop_device(const struct facts *facts, uint32_t index);
/* Index of the interface, 0 when there is none. */
uint32_t device_index(const struct facts *facts, const char *name);
/* Fills a list of struct next_hop. */
int hops_to_facts(const struct facts *facts, const struct hop *hops, size_t count,
		  struct list *list);

#endif
