/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words, evidence and remedies that the class rules share. Everything is taken from the facts; a
 * word in capitals (GATEWAY, CONNECTION) stands only where nothing in them tells the value.
 */
#ifndef RULES_CHECKS_RETURN_WORDS_H
#define RULES_CHECKS_RETURN_WORDS_H

#include "rules/checks/return_path.h"
#include "rules/text.h"

#define WORDS_MAX 8192

/* What describe_class was given, and what it found out once. */
struct say {
	const struct rule_context *context;
	const struct class_group *group;
	struct findings *out;
	struct finding *finding;
	struct path path; /* of the group's example */
};

void say_init(struct say *say, const struct rule_context *context, const struct class_group *group,
	      struct findings *out, struct finding *finding);
/* The range under proof: 100.104.0.0/16, or the plan's vSwitch CIDR. */
const struct prefix *say_range(const struct say *say);
/* The text; on failure other words, with a lack of memory latched in the findings. */
const char *say_text(const struct say *say, const struct text *text);

/*
 * The distinct routes behind the addresses of the group, in order, at most `most` of them; returns
 * how many there are in all (those beyond the first `most` are counted as classes).
 */
size_t say_routes(const struct say *say, const struct route_fact **routes, size_t most);

void words_add_table(struct text *text, uint32_t table);	 /* "main" */
void words_add_hops(struct text *text, const struct list *hops); /* "via 172.20.5.1 dev eth0" */
void words_add_route(struct text *text, const struct route_fact *route);
/* "100: from all to 100.104.0.0/16 prohibit", and without its priority " from all to ..." */
void words_add_rule(struct text *text, const struct rule_fact *rule);
void words_add_rule_body(struct text *text, const struct rule_fact *rule);
/* " table 100"; nothing for main, where `ip` needs none. */
void words_add_table_option(struct text *text, uint32_t table);

/* Evidence with JSON pointers; NULL items add nothing. */
void say_class(const struct say *say);
void say_route(const struct say *say, const struct route_fact *route);
void say_rule(const struct say *say, const struct rule_fact *rule);
void say_link(const struct say *say, const struct link_fact *link);
void say_address(const struct say *say, const struct address_fact *address);
void say_neighbour(const struct say *say, const struct neighbour_fact *neighbour);
void say_sysctl(const struct say *say, const char *dev, const char *leaf);
void say_counter(const struct say *say, const char *name);
/*
 * What is wrong with the declared next hop in itself, in words: it is on no network of this machine
 * (and no route holds it as onlink), or is this machine's own address; NULL: nothing.
 */
const char *say_declared_flaw(const struct rule_context *context);
/* The declared way back, as expectation and evidence; nothing when undeclared. */
void say_declared(const struct say *say);

/* Where replies should go. */
struct way {
	bool known;
	struct address via; /* none: a tunnel needs no gateway */
	const char *dev;    /* NULL: the kernel finds it */
	bool onlink;        /* the kernel must not look for the gateway's own network */
};

/*
 * The declared way; else the first of `good` (may be NULL); else that of a good class of the same
 * proof; else unknown, and the remedies say GATEWAY.
 */
void say_way(const struct say *say, const struct list *good, struct way *way);
/*
 * Does the kernel take a route by this gateway only as `onlink`: no network of the machine holds it
 * (some route has it so already), or a policy rule refuses the way to it?
 */
bool say_needs_onlink(const struct rule_context *context, const struct address *via,
		       const char *dev);
/* A gateway that some route of these facts already uses on this interface; NULL: none. */
const struct next_hop *say_gateway_on(const struct rule_context *context, const char *dev);
/* " via 172.20.5.1 dev eth0" */
void words_add_way(struct text *text, const struct way *way);

/* A route to set, in the table where it counts. */
struct wanted_route {
	struct prefix prefix;
	uint32_t table;
	uint32_t metric; /* 0: none */
};
/* `ip route replace`, netplan, NetworkManager and, on a router, FRR. */
void say_set_route(const struct say *say, const struct wanted_route *wanted, const struct way *way);
/* `ip rule del` of exactly this rule, also among others of its priority. */
void say_delete_rule(const struct say *say, const struct rule_fact *rule);
/* `ip route del` of exactly this route; where FRR owns it, what makes FRR let go of it. */
void say_delete_route(const struct say *say, const struct route_fact *route);
/* Did one of FRR's daemons make it, as the kernel's protocol of the route tells? */
bool route_is_frr(const struct route_fact *route);
/* Is it a static route of FRR's? What `ip` changes of such a route FRR puts back. */
bool route_is_frr_static(const struct route_fact *route);
/* FRR's `no ip route` for each next hop of its static route that is unwanted. NULL: for all. */
void say_delete_frr_hops(const struct say *say, const struct route_fact *route,
			 bool (*unwanted)(const struct say *say, const struct next_hop *hop));
/* An `ip rule` for the range (on a router both ways) in front of `offender`, asking `table`. */
void say_rule_before(const struct say *say, const struct rule_fact *offender, uint32_t table);

#endif
