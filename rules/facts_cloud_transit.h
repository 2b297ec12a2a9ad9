/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "transit": what lies between the VPC and the data center. Virtual border routers with
 * their circuits, routes, router interfaces and BGP sessions; CEN with its transit routers, their
 * attachments and tables. Part of the facts (rules/facts.h).
 *
 * Words stand as the API spelled them.
 */
#ifndef RULES_FACTS_CLOUD_TRANSIT_H
#define RULES_FACTS_CLOUD_TRANSIT_H

#include "rules/facts_cloud_inquiry.h"
#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>

/* A virtual border router. */
struct vbr_fact {
	char *id, *name, *status; /* "active" ... */
	char *route_table;
	char *circuit, *circuit_status, *circuit_business; /* "Enabled", "Normal" ... */
	struct address local_gateway, peer_gateway;
	char *mask;
	struct maybe vlan, mtu;
	struct strings cens; /* sorted */
	char *ecr, *ecr_status;
};

struct router_interface_fact {
	char *id, *router_id, *router_type; /* "VBR", "VRouter" */
	char *vpc_id;
	char *opposite_id, *opposite_router_id, *opposite_router_type;
	char *opposite_vpc_id, *opposite_region;
	char *status, *opposite_status;            /* "Active" */
	char *business_status, *opposite_business; /* "Normal" */
	struct address health_source, health_target; /* of its health check */
};

struct bgp_peer_fact {
	char *id, *router_id;
	struct address address;
	char *status; /* "Established" ... */
	struct maybe received, advertised, limit; /* routes */
};

struct bgp_network_fact {
	char *router_id, *vpc_id, *status;
	struct prefix prefix;
};

/* A network that is attached to CEN. */
struct cen_member_fact {
	char *cen_id, *id, *type, *region, *status; /* "VPC", "VBR"; "Attached" */
};

/* A route as a member of CEN sees it. */
struct cen_route_fact {
	char *cen_id, *member_id, *table;
	struct prefix destination;
	char *type, *status, *publish_status;
	char *next_hop_type, *next_hop_id;
	struct strings conflicts; /* "vbr-b 172.20.0.0/16", sorted */
	struct strings maps;      /* route maps that acted on it, sorted */
};

struct transit_router_fact {
	char *id, *cen_id, *region, *type, *status; /* "Enterprise", "Basic" */
};

struct attachment_fact {
	char *id, *transit_router;
	char *resource_type, *resource_id, *region, *status; /* "VPC"; "Attached" */
	struct maybe publishes; /* routes of the transit router to the network */
	struct inquiry associations;
	char *table, *association; /* associated table, and its state: "Active" */
};

/* An entry of a transit router's table. */
struct transit_route_fact {
	char *table;
	struct prefix destination;
	char *type, *status; /* "Propagated", "Static"; "Active", "Rejected" ... */
	char *next_hop_type, *resource_type, *resource_id; /* "Attachment", "BlackHole" */
};

struct transit_facts {
	struct section section;
	char *vbr_id;  /* that was asked about; NULL: all of the region */
	struct inquiry vbrs;
	struct list vbr_list; /* struct vbr_fact, by id */
	struct list tables; /* struct table_fact, by id: of border and transit routers */
	struct list routes; /* struct cloud_route, by table and destination */
	struct inquiry interfaces;
	struct list interface_list; /* struct router_interface_fact, by id */
	struct inquiry peers;
	struct list peer_list; /* struct bgp_peer_fact, by router and id */
	struct inquiry networks;
	struct list network_list; /* struct bgp_network_fact, by router and prefix */
	struct inquiry members;
	struct list member_list; /* struct cen_member_fact, by CEN and id */
	struct inquiry cen_routes;
	struct list cen_route_list; /* struct cen_route_fact, by member and destination */
	struct inquiry routers;
	struct list router_list; /* struct transit_router_fact, by id */
	struct inquiry attachments;
	struct list attachment_list; /* struct attachment_fact, by id */
	struct list transit_routes; /* struct transit_route_fact, by table and destination */
};

/* NULL when there is none. */
const struct vbr_fact *transit_vbr(const struct transit_facts *transit, const char *id);
const struct router_interface_fact *transit_interface(const struct transit_facts *transit,
						      const char *id);
/* The one that names this id as its other end. */
const struct router_interface_fact *transit_opposite(const struct transit_facts *transit,
						     const char *id);
/* The documented order of every list. */
void transit_sort(struct transit_facts *transit);

#endif
