/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The facts: what one machine showed, and what the user intends (the plan). One JSON document,
 * schema "reachback.facts/1"; `collect` writes it, `judge` reads it. Probes fill it, rules read it.
 *
 * Invariants:
 *  - observed, never inferred: inference is a rule's work;
 *  - a section that is not FACT_OK is never read by a rule (the engine sees to it);
 *  - "not looked at", "not permitted", "failed" and "empty" are four different answers;
 *  - no secret has a field here; every foreign string was cleaned by text_clean();
 *  - lists are sorted (facts_sort), so two collections diff cleanly; classes are never capped;
 *  - all memory belongs to the struct facts: facts_release() frees it.
 *
 * The record tables of all these structs are in rules/facts_*.c; the schema, the reader, the
 * writer and the documentation come from them.
 */
#ifndef RULES_FACTS_H
#define RULES_FACTS_H

#include "rules/facts_cloud.h"
#include "rules/facts_endpoints.h"
#include "rules/facts_host.h"
#include "rules/facts_listeners.h"
#include "rules/facts_trace.h"
#include "rules/fault.h"
#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FACTS_SCHEMA "reachback.facts/1"

/* Bits of sections, for what rules read and probes need. */
enum section_id {
	SECTION_PLAN,
	SECTION_HOST,
	SECTION_LINKS,
	SECTION_ADDRESSES,
	SECTION_RULES,
	SECTION_SERVICES,
	SECTION_ROUTES,
	SECTION_NEIGHBOURS,
	SECTION_SYSCTLS,
	SECTION_XFRM,
	SECTION_COUNTERS,
	SECTION_LISTENERS,
	SECTION_CONFIGS,
	SECTION_EXCEPTIONS,
	SECTION_TRACE,
	SECTION_ENDPOINTS,
	SECTION_METADATA,
	SECTION_CLOUD,
	SECTION_INSTANCE,
	SECTION_NETWORK,
	SECTION_TRANSIT,
	SECTION_PRIVATE_ZONES,
	SECTION_GROUPS,
	SECTION_BALANCERS,
	SECTION_COUNT
};
#define SECTION_BIT(id) (1u << (id))
/* The sections that calls of the cloud's API fill. */
#define SECTIONS_OF_CLOUD                                                                          \
	(SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_INSTANCE) |                              \
	 SECTION_BIT(SECTION_NETWORK) | SECTION_BIT(SECTION_TRANSIT) |                             \
	 SECTION_BIT(SECTION_PRIVATE_ZONES) | SECTION_BIT(SECTION_GROUPS) |                        \
	 SECTION_BIT(SECTION_BALANCERS))

/* rules: the routing policy data base (RTM_GETRULE, AF_INET), in the kernel's order. */
enum rule_action {
	RULE_LOOKUP,
	RULE_GOTO,
	RULE_NOP,
	RULE_BLACKHOLE,
	RULE_UNREACHABLE,
	RULE_PROHIBIT
};

struct rule_fact {
	uint32_t priority;
	int action;     /* enum rule_action */
	uint32_t table; /* of RULE_LOOKUP; 0 for l3mdev */
	struct prefix from; /* unknown: any */
	struct prefix to;
	char *iif;
	char *oif;
	bool iif_detached;
	bool oif_detached;
	struct maybe mark; /* FRA_FWMARK, with mask */
	uint32_t mask;
	uint32_t tos;
	struct maybe dscp;
	struct maybe ipproto;
	struct maybe sport_first, sport_last;
	struct maybe dport_first, dport_last;
	struct maybe uid_first, uid_last;
	struct maybe suppress_length; /* suppress_prefixlength */
	struct maybe suppress_group;  /* suppress_ifgroup */
	struct maybe goto_priority;
	bool goto_unresolved; /* FIB_RULE_UNRESOLVED */
	bool l3mdev;
	bool invert; /* "not" */
	struct maybe tunnel; /* FRA_TUN_ID, low 32 bits */
	char *protocol; /* "kernel", "boot", "static", "zebra" ... */
	struct strings unknown_selectors; /* attributes that are not known here, by number */
};

struct rules_facts {
	struct section section;
	struct list rules; /* struct rule_fact */
};

/* services: the (address, port) pairs whose replies are proved, and why these. */
struct service_fact {
	char *service;          /* "172.20.5.10:443" */
	struct address address; /* source of the reply */
	uint32_t port;
	char *origin;   /* "option", "plan", "listener", "wildcard", "link", "kernel", ... */
	char *detail;   /* the URL, the listener or the published port it came from; NULL */
	bool local;     /* the address is one of this machine's */
	struct maybe uid;  /* of the listening socket */
	/* SO_MARK of the listening socket: its replies carry it; unknown: unread */
	struct maybe mark;
	char *dev;         /* SO_BINDTODEVICE of the listening socket: replies leave by it; NULL */
	char *iif;      /* interface by which replies enter to be forwarded; NULL: sent from here */
	struct maybe way_length; /* of the prefix that leads to it by that interface */
	char *arrival;  /* interface on which reverse access for it arrives; NULL: not known */
	/* where nothing tells: the other interfaces that it could be, `arrival` is the likeliest */
	struct strings arrivals;
	char *error; /* a forwarded service: the kernel refuses the way to it, errno's name; NULL */
	struct list towards; /* struct route_fact: then the routes of all tables that cover it */
	bool resolved;  /* false: a name or address whose proof cannot be made; see detail */
};

struct services_facts {
	struct section section;
	struct list services; /* struct service_fact, by address, port, iif */
	/* the declared next hop is on a network of this machine: 1, 0; unknown: none, no answer */
	struct maybe declared_near;
	char *declared_dev; /* the interface of that network; NULL */
};

/* routes: what overlaps the range in any table, and the proof. */
struct next_hop {
	struct address via; /* none: on-link */
	char *dev;          /* NULL: none (blackhole ...) */
	uint32_t weight;    /* 1.. */
	bool onlink;        /* RTNH_F_ONLINK */
	bool dead;          /* RTNH_F_DEAD */
	bool linkdown;      /* RTNH_F_LINKDOWN */
	bool unused;        /* of a class: the kernel never picks this leg for these replies */
};

struct route_fact {
	uint32_t table;
	struct prefix destination;
	char *type; /* "unicast", "local", "broadcast", "blackhole", "unreachable", "throw" ... */
	char *protocol; /* "kernel", "boot", "static", "dhcp", "zebra", "bgp" ... or number */
	char *scope;    /* "global", "link", "host" ... */
	uint32_t metric;
	uint32_t tos;
	struct address source; /* RTA_PREFSRC */
	struct maybe next_hop_id; /* RTA_NH_ID */
	struct maybe mtu;         /* RTAX_MTU */
	struct list next_hops;    /* struct next_hop, in the kernel's order */
};

/*
 * What the kernel answered for one interval of destination ports where dport rules make answers
 * differ within one class. The class itself carries the worst of them.
 */
struct class_ports {
	uint32_t first, last;
	char *type;
	struct maybe table;
	struct list next_hops; /* struct next_hop */
	char *error;
};

/* A class: a maximal run of addresses that the kernel treats alike. */
struct class_fact {
	char *service;
	char *iif; /* NULL: locally sent */
	uint32_t mark;
	struct address first, last;
	char *type;         /* the kernel's word; "none": no route at all */
	struct maybe table; /* unknown where nothing answered */
	struct prefix destination; /* prefix of the matched route; unknown where none */
	struct list next_hops;     /* struct next_hop; every leg of a multipath route */
	char *error; /* errno's name ("ENETUNREACH") when the kernel refused; NULL */
	struct list ports; /* struct class_ports; empty when dport makes no difference */
};

/*
 * The way in: would the kernel accept a packet from these addresses to the service on the arrival
 * interface (reverse-path filter and martian checks included)? Same partition rules as classes.
 */
struct ingress_fact {
	char *service;
	char *arrival;
	struct address first, last;
	char *error; /* NULL: accepted */
};

struct routes_facts {
	struct section section;
	uint64_t scanned; /* routes that were read */
	/* struct route_fact: what overlaps or covers the range (or the vSwitch CIDR) */
	struct list entries;
	struct list classes; /* struct class_fact, by service, iif, mark, first: 100.104.0.0/16 */
	struct list vswitch_classes; /* over plan.link.vswitch_cidr; empty when undeclared */
	struct list ingress; /* struct ingress_fact over 100.104.0.0/16 */
	uint32_t lookups; /* questions that the kernel was asked */
	/*
	 * Until a policy rule is added for the first time, tables local and main are one trie: the
	 * longest prefix of both wins, not "local first" (net/ipv4/fib_frontend.c, fib_unmerge).
	 */
	bool merged_tables;
};

/* neighbours: of the next hops that classes use. */
struct neighbour_fact {
	struct address address;
	char *dev;
	char *state; /* "reachable", "stale", "failed", "incomplete", "permanent", "none" ... */
	bool failed_twice; /* failed, and still so one second later */
	bool own; /* noarp, with the interface's own link-layer address in place of one */
};

struct neighbours_facts {
	struct section section;
	struct list neighbours; /* struct neighbour_fact, by address, dev */
};

/* sysctls: "net.ipv4.conf.eth0.rp_filter" = "1"; names with dots in the interface keep them. */
struct sysctl_fact {
	char *name;
	char *value;
};

struct sysctls_facts {
	struct section section;
	struct list sysctls; /* struct sysctl_fact, by name */
};

/* xfrm: IPsec policies (XFRM_MSG_GETPOLICY; needs CAP_NET_ADMIN). */
struct xfrm_policy_fact {
	char *direction; /* "out", "in", "forward" */
	char *action;    /* "allow", "block" */
	struct prefix source, destination; /* IPv4 selectors */
	uint32_t priority;
	uint32_t index;
	struct maybe ipproto;
	struct maybe sport, sport_mask, dport, dport_mask;
	struct maybe mark, mark_mask;
	struct maybe if_id;
	char *dev; /* selector's interface; NULL: any */
	bool has_template; /* false with "allow": a bypass */
	bool optional_template; /* every template is "level use" */
};

struct xfrm_facts {
	struct section section;
	/* struct xfrm_policy_fact, in the kernel's order; those that meet the range */
	struct list policies;
	/* what meets no policy is dropped (setdefault ... block) */
	bool blocks_in, blocks_out, blocks_forward;
};

/* counters: /proc/net/netstat, snmp, xfrm_stat: those that speak of lost replies. */
struct counter_fact {
	char *name; /* "TcpExt.IPReversePathFilter", "Xfrm.OutNoStates" ... */
	uint64_t value; /* since the namespace was made */
};

struct counters_facts {
	struct section section;
	struct list counters; /* struct counter_fact, by name */
};

/* configs: prefixes that container, VPN and VM configuration will use, overlapping the range. */
struct config_fact {
	char *owner; /* "docker", "podman", "cni", "kubernetes", "libvirt", "wireguard" ... */
	char *path;  /* file, or "interface NAME" */
	char *key;   /* "default-address-pools/0/base" ... */
	struct prefix prefix;
	uint32_t pool_size; /* length of the networks cut from a pool; 0: it is no pool */
};

struct configs_facts {
	struct section section;
	struct strings read;   /* files that were there and were read */
	struct strings denied; /* files that are there and could not be read */
	struct list configs; /* struct config_fact: those that overlap the range; by path, key */
};

/* exceptions: cached routes for single destinations (RTM_F_CLONED): path MTU, redirects. */
struct exception_fact {
	struct address destination;
	struct address via;
	char *dev;
	struct maybe mtu;
	bool mtu_locked;
	bool redirected;
	struct maybe expires_s;
};

struct exceptions_facts {
	struct section section;
	struct list exceptions; /* struct exception_fact inside the range, by destination */
};

struct facts {
	char *schema;  /* FACTS_SCHEMA */
	char *version; /* of the program that observed */
	char *started; /* RFC 3339 UTC, seconds: "2026-11-20T12:00:00Z" */
	uint32_t took_ms;
	struct plan plan; /* with the options applied; its section.state is FACT_OK when given */
	struct host_facts host;
	struct links_facts links;
	struct addresses_facts addresses;
	struct rules_facts rules;
	struct services_facts services;
	struct routes_facts routes;
	struct neighbours_facts neighbours;
	struct sysctls_facts sysctls;
	struct xfrm_facts xfrm;
	struct counters_facts counters;
	struct listeners_facts listeners; /* rules/facts_listeners.h */
	struct configs_facts configs;
	struct exceptions_facts exceptions;
	struct trace_facts trace;         /* rules/facts_trace.h */
	struct endpoints_facts endpoints; /* rules/facts_endpoints.h */
	struct metadata_facts metadata;   /* rules/facts_cloud.h */
	struct cloud_facts cloud;
	struct instance_facts instance;
	struct network_facts network;
	struct transit_facts transit;
	struct private_zones_facts private_zones;
	struct groups_facts groups;
	struct balancers_facts balancers;
	bool no_cloud, link_expected; /* --no-cloud; `verify`: the link was made already */
};

extern const struct record facts_record;

void facts_init(struct facts *facts);
void facts_release(struct facts *facts);
/* Reads a whole document (strict JSON, schema checked). On error `facts` is released. */
int facts_read(const char *bytes, size_t length, struct facts *facts, struct fault *fault);
/*
 * The same for a part of a document, without facts_check(): sections hold each other to their word,
 * so the caller checks the whole once the part has its place.
 */
int facts_read_part(const char *bytes, size_t length, struct facts *facts, struct fault *fault);
/* `pretty`: -1 compact, 0 indented. Check text_error() afterwards. */
void facts_write(const struct facts *facts, struct text *out, int pretty);
/* The JSON Schema (2020-12) of the whole document. */
void facts_schema(struct text *out);
/*
 * What the types cannot say, over facts that were read: classes in order, disjoint and covering,
 * known words, sane numbers. A damaged or hand-made file must not become a verdict. facts_read()
 * calls it. -EINVAL with a JSON pointer.
 */
int facts_check(const struct facts *facts, struct fault *fault);
/* Sorts every list into the documented order; -ENOMEM never happens. */
void facts_sort(struct facts *facts);

/* One section, by id: its name in JSON, its head, its record; and moving it between facts. */
const char *section_name(enum section_id id);
struct section *facts_section(struct facts *facts, enum section_id id);
const struct section *facts_section_const(const struct facts *facts, enum section_id id);
const struct record *section_record(enum section_id id);
/* Releases `to`'s section and moves `from`'s there, leaving `from`'s empty. */
void facts_move_section(struct facts *to, struct facts *from, enum section_id id);

/* Look-ups that probes and rules share; NULL or false when there is none. */
const struct link_fact *facts_link(const struct facts *facts, const char *name);
const struct address_fact *facts_local_address(const struct facts *facts,
					       const struct address *address);
bool facts_has_address(const struct facts *facts, const char *dev); /* any at all */
/* Does the published port lead to this machine itself? */
bool facts_published_here(const struct facts *facts, const struct published_fact *published);
const struct sysctl_fact *facts_sysctl(const struct facts *facts, const char *name);
/* Value of a conf sysctl that the kernel takes as max(all, interface); false when unread. */
bool facts_conf_max(const struct facts *facts, const char *dev, const char *leaf, uint32_t *value);
const struct service_fact *facts_service(const struct facts *facts, const char *service,
					 const char *iif);
const struct neighbour_fact *facts_neighbour(const struct facts *facts,
					     const struct address *address, const char *dev);

/* The vantage (design: "who runs it, where"). */
enum vantage {
	VANTAGE_GITLAB_HOST,
	VANTAGE_IDC_ROUTER,
	VANTAGE_VSWITCH_HOST,
	VANTAGE_OFFLINE,
	VANTAGE_COUNT
};
#define VANTAGE_BIT(v) (1u << (v))
extern const char *const vantage_words[VANTAGE_COUNT + 1];
/*
 * Decides the vantage from plan (an explicit one wins), addresses, host and listeners, and says why
 * in `reason` (may be NULL). Never fails: what cannot be read leads to gitlab-host.
 */
enum vantage facts_vantage(const struct facts *facts, struct text *reason);
/*
 * Nothing shows whether this machine is the GitLab host or a router: it forwards, nobody said where
 * GitLab is, nothing listens on a service port, and NAT rules that may publish one are not known.
 */
bool facts_vantage_guessed(const struct facts *facts);

/* The declared way back at this vantage: by_vantage overrides the bare keys. */
struct declared_return {
	struct address next_hop; /* none: undeclared */
	const char *dev;         /* NULL: undeclared */
};
void facts_declared_return(const struct facts *facts, enum vantage vantage,
			   struct declared_return *out);

#endif
