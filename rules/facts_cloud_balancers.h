/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "balancers": load balancers that own addresses of the plan, their listeners, access
 * control and backends. Part of the facts (rules/facts.h).
 *
 * Words are kept as the API spelled them. What of a listener could not be read says so in a state
 * of its own.
 */
#ifndef RULES_FACTS_CLOUD_BALANCERS_H
#define RULES_FACTS_CLOUD_BALANCERS_H

#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

struct backend_fact {
	char *id;     /* server */
	char *health; /* "normal", "abnormal", "unavailable", "Healthy" ... */
	char *group;  /* server group of an ALB, where forwarding rules choose one; else NULL */
	struct maybe port;
};

struct listener_entry_fact {
	uint32_t port;
	struct maybe last; /* of a range of ports that begins with `port`; unknown: it is one */
	char *protocol; /* "tcp", "http", "https", "udp" ... */
	char *status;   /* "running", "stopped" ...; NULL: not said */
	int control_state; /* enum fact_state: of what follows, up to the entries */
	char *control_note;
	bool controlled;   /* an access control list is on */
	char *control;     /* "white", "black" */
	struct strings entries; /* CIDRs of all its lists */
	int health_state;  /* enum fact_state, of the backends */
	char *health_note;
	struct list backends; /* struct backend_fact, by group, id and port */
};

struct balancer_fact {
	char *id;
	char *kind;   /* "clb", "nlb", "alb" */
	char *status; /* "active", "inactive" ... */
	char *business; /* "Normal", "FinancialLocked", "Abnormal" ...; NULL: not said */
	char *vpc_id, *vswitch_id;
	struct strings addresses; /* IPv4, sorted */
	struct strings groups;    /* security groups, sorted: NLB and ALB alone have some */
	int listeners_state; /* enum fact_state */
	char *listeners_note;
	struct list listeners; /* struct listener_entry_fact, by port */
};

struct balancers_facts {
	struct section section;
	struct list balancers; /* struct balancer_fact, by id */
};

/* The balancer with this address; NULL when none has it. */
const struct balancer_fact *balancers_of(const struct balancers_facts *balancers,
					 const struct address *address);
/* The documented order of every list. */
void balancers_sort(struct balancers_facts *balancers);

#endif
