/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Record tables of where packets go: policy rules, services, routes and the proof, XFRM policies,
 * cached exceptions.
 */
#include "rules/facts.h"

#include "rules/facts_record.h"

static const char *const action_words[] = { "lookup",	   "goto",     "nop", "blackhole",
					    "unreachable", "prohibit", NULL };

static const struct field rule_fields[] = {
	FIELD(rule_fact, priority, FIELD_REQUIRED, "preference; the kernel's order"),
	FIELD_WORDS(rule_fact, action, action_words, FIELD_REQUIRED, "what a match does"),
	FIELD(rule_fact, table, 0, "table of a lookup; 0 for l3mdev"),
	FIELD(rule_fact, from, 0, "source; null: any"),
	FIELD(rule_fact, to, 0, "destination; null: any"),
	FIELD(rule_fact, iif, 0, "incoming interface"),
	FIELD(rule_fact, oif, 0, "outgoing interface"),
	FIELD(rule_fact, iif_detached, FIELD_OMIT, "the incoming interface does not exist"),
	FIELD(rule_fact, oif_detached, FIELD_OMIT, "the outgoing interface does not exist"),
	FIELD(rule_fact, mark, 0, "packet mark"),
	FIELD(rule_fact, mask, FIELD_OMIT, "mask of the mark"),
	FIELD_UP_TO(rule_fact, tos, 255, FIELD_OMIT, "type of service; 0: any"),
	FIELD_UP_TO(rule_fact, dscp, 63, FIELD_OMIT, "differentiated services code point"),
	FIELD_UP_TO(rule_fact, ipproto, 255, FIELD_OMIT, "IP protocol"),
	FIELD_UP_TO(rule_fact, sport_first, 65535, FIELD_OMIT, "first source port"),
	FIELD_UP_TO(rule_fact, sport_last, 65535, FIELD_OMIT, "last source port"),
	FIELD_UP_TO(rule_fact, dport_first, 65535, FIELD_OMIT, "first destination port"),
	FIELD_UP_TO(rule_fact, dport_last, 65535, FIELD_OMIT, "last destination port"),
	FIELD(rule_fact, uid_first, FIELD_OMIT, "first user"),
	FIELD(rule_fact, uid_last, FIELD_OMIT, "last user"),
	FIELD(rule_fact, suppress_length, FIELD_OMIT, "routes up to this length are thrown away"),
	FIELD(rule_fact, suppress_group, FIELD_OMIT, "routes by this group are thrown away"),
	FIELD(rule_fact, goto_priority, FIELD_OMIT, "where a goto leads"),
	FIELD(rule_fact, goto_unresolved, FIELD_OMIT, "and it leads nowhere"),
	FIELD(rule_fact, l3mdev, FIELD_OMIT, "table of the VRF"),
	FIELD(rule_fact, invert, FIELD_OMIT, "matches what the selectors do not"),
	FIELD(rule_fact, tunnel, FIELD_OMIT, "tunnel id, low 32 bits"),
	FIELD(rule_fact, protocol, 0, "who made it: kernel, boot, static, zebra ..."),
	FIELD(rule_fact, unknown_selectors, FIELD_OMIT,
	      "attributes that this program does not know"),
	{ .name = NULL },
};
static const struct record rule_record = { "policy_rule", sizeof(struct rule_fact), rule_fields };

static const struct field rules_fields[] = {
	SECTION_FIELDS(rules_facts),
	FIELD_LIST_OF(rules_facts, rules, &rule_record, 0, "policy rules in the kernel's order"),
	{ .name = NULL },
};
const struct record rules_record = { "rules", sizeof(struct rules_facts), rules_fields };

static const struct field next_hop_fields[] = {
	FIELD(next_hop, via, 0, "gateway; null: on-link"),
	FIELD(next_hop, dev, 0, "interface; null: none"),
	FIELD(next_hop, weight, FIELD_REQUIRED, "share of a multipath route, 1 or more"),
	FIELD(next_hop, onlink, FIELD_OMIT, "the gateway is taken to be on-link"),
	FIELD(next_hop, dead, FIELD_OMIT, "the kernel does not use it"),
	FIELD(next_hop, linkdown, FIELD_OMIT, "its interface has no carrier"),
	FIELD(next_hop, unused, FIELD_OMIT,
	      "of a class: the kernel never picks it for these replies"),
	{ .name = NULL },
};
static const struct record next_hop_record = { "next_hop", sizeof(struct next_hop),
					       next_hop_fields };

static const struct field route_fields[] = {
	FIELD(route_fact, table, FIELD_REQUIRED, "routing table"),
	FIELD(route_fact, destination, FIELD_REQUIRED, "destination"),
	FIELD(route_fact, type, FIELD_REQUIRED, "unicast, local, blackhole, throw ..."),
	FIELD(route_fact, protocol, 0, "who made it: kernel, static, dhcp, bird, zebra, bgp ..."),
	FIELD(route_fact, scope, 0, "global, link, host ..."),
	FIELD(route_fact, metric, 0, "priority: the lowest wins"),
	FIELD_UP_TO(route_fact, tos, 255, FIELD_OMIT, "type of service; 0: any"),
	FIELD(route_fact, source, FIELD_OMIT, "preferred source"),
	FIELD(route_fact, next_hop_id, FIELD_OMIT, "next-hop object"),
	FIELD(route_fact, mtu, FIELD_OMIT, "path MTU of the route"),
	FIELD_LIST_OF(route_fact, next_hops, &next_hop_record, 0, "in the kernel's order"),
	{ .name = NULL },
};
static const struct record route_record = { "route", sizeof(struct route_fact), route_fields };

static const struct field service_fields[] = {
	FIELD(service_fact, service, FIELD_REQUIRED, "address:port whose replies are proved"),
	FIELD(service_fact, address, 0, "source of the reply"),
	FIELD_UP_TO(service_fact, port, 65535, FIELD_REQUIRED, "source port of the reply"),
	FIELD(service_fact, origin, 0, "option, plan, listener, wildcard, link, kernel, published"),
	FIELD(service_fact, detail, 0, "the URL, listener or published port it came from"),
	FIELD(service_fact, local, 0, "the address is one of this machine's"),
	FIELD(service_fact, uid, 0, "owner of the listening socket"),
	FIELD(service_fact, mark, 0, "mark of the listening socket, which its replies carry"),
	FIELD(service_fact, dev, 0, "device to which the listening socket is bound"),
	FIELD(service_fact, iif, 0, "interface by which replies enter; null: sent from here"),
	FIELD(service_fact, way_length, FIELD_OMIT,
	      "length of the prefix that leads to the service by that interface"),
	FIELD(service_fact, arrival, 0, "interface on which reverse access arrives"),
	FIELD(service_fact, arrivals, FIELD_OMIT,
	      "where nothing tells: the other interfaces on which it could arrive"),
	FIELD(service_fact, error, FIELD_OMIT,
	      "name of the errno with which the kernel refuses the way to a forwarded service"),
	FIELD_LIST_OF(service_fact, towards, &route_record, FIELD_OMIT,
		      "then the routes of all tables that cover its address"),
	FIELD(service_fact, resolved, 0, "false: its proof cannot be made, see detail"),
	{ .name = NULL },
};
static const struct record service_record = { "service", sizeof(struct service_fact),
					      service_fields };

static const struct field services_fields[] = {
	SECTION_FIELDS(services_facts),
	FIELD_LIST_OF(services_facts, services, &service_record, 0, "by address, port, iif"),
	FIELD(services_facts, declared_near, FIELD_OMIT,
	      "1: the declared next hop is on a network of this machine, 0: it is on none"),
	FIELD(services_facts, declared_dev, FIELD_OMIT, "the interface of that network"),
	{ .name = NULL },
};
const struct record services_record = { "services", sizeof(struct services_facts),
					services_fields };

static const struct field class_ports_fields[] = {
	FIELD_UP_TO(class_ports, first, 65535, FIELD_REQUIRED, "first destination port"),
	FIELD_UP_TO(class_ports, last, 65535, FIELD_REQUIRED, "last destination port"),
	FIELD(class_ports, type, FIELD_REQUIRED, "the kernel's word"),
	FIELD(class_ports, table, 0, "table that answered"),
	FIELD_LIST_OF(class_ports, next_hops, &next_hop_record, 0, "every leg"),
	FIELD(class_ports, error, 0, "name of the errno when the kernel refused"),
	{ .name = NULL },
};
static const struct record class_ports_record = { "class_ports", sizeof(struct class_ports),
						  class_ports_fields };

static const struct field class_fields[] = {
	FIELD(class_fact, service, FIELD_REQUIRED, "address:port whose replies these are"),
	FIELD(class_fact, iif, 0, "interface by which replies enter; null: sent from here"),
	FIELD(class_fact, mark, FIELD_REQUIRED, "packet mark"),
	FIELD(class_fact, first, FIELD_REQUIRED, "first address"),
	FIELD(class_fact, last, FIELD_REQUIRED, "last address"),
	FIELD(class_fact, type, FIELD_REQUIRED, "the kernel's word; none: no route at all"),
	FIELD(class_fact, table, 0, "table that answered"),
	FIELD(class_fact, destination, 0, "prefix of the route that matched"),
	FIELD_LIST_OF(class_fact, next_hops, &next_hop_record, 0, "every leg"),
	FIELD(class_fact, error, 0, "name of the errno when the kernel refused"),
	FIELD_LIST_OF(class_fact, ports, &class_ports_record, FIELD_OMIT,
		      "answers by destination port, where they differ"),
	{ .name = NULL },
};
static const struct record class_record = { "class", sizeof(struct class_fact), class_fields };

static const struct field ingress_fields[] = {
	FIELD(ingress_fact, service, FIELD_REQUIRED, "address:port that is reached"),
	FIELD(ingress_fact, arrival, 0, "interface of arrival"),
	FIELD(ingress_fact, first, FIELD_REQUIRED, "first address"),
	FIELD(ingress_fact, last, FIELD_REQUIRED, "last address"),
	FIELD(ingress_fact, error, 0, "name of the errno; null: accepted"),
	{ .name = NULL },
};
static const struct record ingress_record = { "ingress", sizeof(struct ingress_fact),
					      ingress_fields };

static const struct field routes_fields[] = {
	SECTION_FIELDS(routes_facts),
	FIELD(routes_facts, scanned, 0, "routes that were read"),
	FIELD_LIST_OF(routes_facts, entries, &route_record, 0, "routes that overlap the range"),
	FIELD_LIST_OF(routes_facts, classes, &class_record, 0,
		      "the proof over 100.104.0.0/16, by service, iif, mark, first"),
	FIELD_LIST_OF(routes_facts, vswitch_classes, &class_record, 0,
		      "the same over link.vswitch_cidr"),
	FIELD_LIST_OF(routes_facts, ingress, &ingress_record, 0, "the way in"),
	FIELD(routes_facts, lookups, 0, "questions that the kernel was asked"),
	FIELD(routes_facts, merged_tables, FIELD_OMIT,
	      "no policy rule was ever added: local and main are looked up as one table"),
	{ .name = NULL },
};
const struct record routes_record = { "routes", sizeof(struct routes_facts), routes_fields };

static const struct field xfrm_policy_fields[] = {
	FIELD(xfrm_policy_fact, direction, FIELD_REQUIRED, "out, in, forward"),
	FIELD(xfrm_policy_fact, action, FIELD_REQUIRED, "allow, block"),
	FIELD(xfrm_policy_fact, source, 0, "selector"),
	FIELD(xfrm_policy_fact, destination, 0, "selector"),
	FIELD(xfrm_policy_fact, priority, 0, "the lowest wins"),
	FIELD(xfrm_policy_fact, index, 0, "number of the policy"),
	FIELD_UP_TO(xfrm_policy_fact, ipproto, 255, FIELD_OMIT, "IP protocol"),
	FIELD_UP_TO(xfrm_policy_fact, sport, 65535, FIELD_OMIT, "source port"),
	FIELD_UP_TO(xfrm_policy_fact, sport_mask, 65535, FIELD_OMIT, "its mask"),
	FIELD_UP_TO(xfrm_policy_fact, dport, 65535, FIELD_OMIT, "destination port"),
	FIELD_UP_TO(xfrm_policy_fact, dport_mask, 65535, FIELD_OMIT, "its mask"),
	FIELD(xfrm_policy_fact, mark, FIELD_OMIT, "packet mark"),
	FIELD(xfrm_policy_fact, mark_mask, FIELD_OMIT, "its mask"),
	FIELD(xfrm_policy_fact, if_id, FIELD_OMIT, "number of the xfrm interface"),
	FIELD(xfrm_policy_fact, dev, 0, "interface; null: any"),
	FIELD(xfrm_policy_fact, has_template, 0, "false with allow: a bypass"),
	FIELD(xfrm_policy_fact, optional_template, 0, "plain packets are let through, too"),
	{ .name = NULL },
};
static const struct record xfrm_policy_record = { "xfrm_policy", sizeof(struct xfrm_policy_fact),
						  xfrm_policy_fields };

static const struct field xfrm_fields[] = {
	SECTION_FIELDS(xfrm_facts),
	FIELD_LIST_OF(xfrm_facts, policies, &xfrm_policy_record, 0,
		      "policies that meet the range, in the kernel's order"),
	FIELD(xfrm_facts, blocks_in, 0, "what is received without a policy is dropped"),
	FIELD(xfrm_facts, blocks_out, 0, "what is sent without a policy is dropped"),
	FIELD(xfrm_facts, blocks_forward, 0, "what is forwarded without a policy is dropped"),
	{ .name = NULL },
};
const struct record xfrm_record = { "xfrm", sizeof(struct xfrm_facts), xfrm_fields };

static const struct field exception_fields[] = {
	FIELD(exception_fact, destination, FIELD_REQUIRED, "address inside the range"),
	FIELD(exception_fact, via, 0, "gateway"),
	FIELD(exception_fact, dev, 0, "interface"),
	FIELD(exception_fact, mtu, 0, "path MTU that was learnt"),
	FIELD(exception_fact, mtu_locked, 0, "and does not shrink further"),
	FIELD(exception_fact, redirected, 0, "made by a redirect"),
	FIELD(exception_fact, expires_s, 0, "seconds until it is forgotten"),
	{ .name = NULL },
};
static const struct record exception_record = { "exception", sizeof(struct exception_fact),
						exception_fields };

static const struct field exceptions_fields[] = {
	SECTION_FIELDS(exceptions_facts),
	FIELD_LIST_OF(exceptions_facts, exceptions, &exception_record, 0,
		      "cached routes inside the range, by destination"),
	{ .name = NULL },
};
const struct record exceptions_record = { "exceptions", sizeof(struct exceptions_facts),
					  exceptions_fields };
