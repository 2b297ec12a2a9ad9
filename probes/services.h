/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Internal to the services probe: which pairs of address and port are proved (services.c), the
 * socket that serves one (services_socket.c), containers in their place (services_published.c),
 * from which sources the kernel would reply (services_sources.c), by which interfaces packets of a
 * service come and go (services_ways.c).
 */
#ifndef PROBES_SERVICES_H
#define PROBES_SERVICES_H

#include "probes/lookup.h"
#include "probes/probe.h"
#include "probes/proof_cuts.h"
#include "rules/facts.h"

/* A new service of `origin`; its socket and `local` are found out. An equal one is not added. */
struct service_wish {
	const struct address *address;
	uint32_t port;
	const char *origin, *detail;
};
int service_add(struct facts *facts, const struct service_wish *wish, struct service_fact **added);

/* 0.0.0.0 or [::] */
bool service_is_any(const struct address *address);
/* Does what comes to `address` from outside reach a socket bound to `dev` (NULL: to none)? */
bool service_hears(const struct facts *facts, const char *dev, const struct address *address);
/* Nothing that comes from outside reaches a socket bound to loopback or to what has gone. */
bool service_is_reached(const struct facts *facts, const struct listener_fact *listener);

/*
 * The ports whose containers are wanted, each at an address of this machine, or at any of them
 * (ADDRESS_NONE). However many: none is left out.
 */
struct service_wants {
	struct list list; /* struct probe_service */
};
int service_want(struct service_wants *wants, const struct address *address, uint32_t port);
void service_wants_release(struct service_wants *wants);
/* NAT rules send this port elsewhere, in place of the socket that listens there. */
bool service_is_diverted(const struct facts *facts, const struct address *address, uint32_t port);
/*
 * What connections to an address and port of this host end at: the service itself unless NAT rules
 * divert it, and the other sockets of this host to which they send it. `*added` (may be NULL): the
 * service itself; NULL: it is diverted.
 */
int service_add_own(struct facts *facts, const struct service_wish *wish,
		    struct service_fact **added);
/* Adds the containers behind wanted ports. */
int service_add_containers(struct facts *facts, const struct service_wants *wants);

/*
 * Sources that the kernel would choose for replies of a socket to the range. Routes are read and
 * the kernel is asked no more often than the policy rules tell sockets apart.
 */
struct sources {
	struct facts *facts;
	uint64_t deadline_ms;
	bool ready; /* the three below are there */
	struct cuts cuts;
	struct port_cuts ports;
	struct lookup lookup;
	struct list known; /* struct sources_answer */
};

/* What the choice depends on beside the client. */
struct sources_question {
	uint32_t port, uid, mark;
	const char *dev; /* to which the socket is bound; NULL: to none */
};

/* In order, each once, without loopback and addresses of the range. */
struct sources_answer {
	struct lookup_tuple asked;
	uint32_t *items;
	size_t count, room;
};

void sources_init(struct sources *sources, struct facts *facts, uint64_t deadline_ms);
void sources_release(struct sources *sources);
/*
 * Where the kernel has no way to the range at all: the addresses of the device, every address of
 * this host where there is no device or none is on it. `*answer` is valid until the next question.
 */
int sources_find(struct sources *sources, const struct sources_question *question,
		 const struct sources_answer **answer, struct fault *fault);

/* The interface that holds this address and takes packets from outside; NULL: none. */
const char *service_holder(const struct facts *facts, const struct address *address);
/* Index of the interface by which the kernel reaches `destination`; 0: none. */
int service_way_out(struct lookup *lookup, const struct lookup_tuple *tuple, uint32_t *oif,
		    struct fault *fault);
/* Fills iif (on a router) and arrival of every service. */
int service_ways(struct facts *facts, uint64_t deadline_ms, struct fault *fault);

#endif
