/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about the registry's instance and the networks of the cloud, and what they share.
 *
 * A section that was not looked at is the engine's matter. Inside a section each question has an
 * answer of its own (struct inquiry): where that was refused or failed cloud_asked() says unknown.
 */
#ifndef RULES_CHECKS_CLOUD_RULES_H
#define RULES_CHECKS_CLOUD_RULES_H

#include "rules/cloud_routes.h"
#include "rules/rule.h"

/* The engine sees to it that the cloud was looked at. */
#define VANTAGE_CLOUD                                                                              \
	(VANTAGE_BIT(VANTAGE_GITLAB_HOST) | VANTAGE_BIT(VANTAGE_IDC_ROUTER) |                      \
	 VANTAGE_BIT(VANTAGE_VSWITCH_HOST) | VANTAGE_BIT(VANTAGE_OFFLINE))
/* How ids of the Personal Edition begin. */
#define CLOUD_PERSONAL_ID "crpi-"
#define CLOUD_READS (SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_CLOUD))

extern const struct rule rule_link_stands;
extern const struct rule rule_link_bound;
extern const struct rule rule_cloud_calls_permitted;
extern const struct rule rule_cloud_credentials_accepted;
extern const struct rule rule_cloud_calls_unthrottled;
extern const struct rule rule_regions_equal;
extern const struct rule rule_zone_not_listed;
extern const struct rule rule_vswitch_of_vpc;
extern const struct rule rule_vswitch_has_addresses;
extern const struct rule rule_instance_runs;
extern const struct rule rule_instance_quota;
extern const struct rule rule_linked_vpc_running;
extern const struct rule rule_private_zone_role;
extern const struct rule rule_builds_inside_mainland;
extern const struct rule rule_last_build_clone;
extern const struct rule rule_private_zone_intact;
extern const struct rule rule_private_address;
extern const struct rule rule_vpc_routes_leave_range;
extern const struct rule rule_cen_carries_routes;
extern const struct rule rule_vpc_route_to_service;
extern const struct rule rule_border_router_up;
extern const struct rule rule_border_sessions_up;
extern const struct rule rule_border_route_to_service;
extern const struct rule rule_border_entries_shown;
extern const struct rule rule_border_return_route;
extern const struct rule rule_border_range_alone;
extern const struct rule rule_border_health_check;
extern const struct rule rule_border_announces_range;

/* A finding about a resource; `resource` NULL: about none. */
struct finding *cloud_finding(struct findings *out, enum finding_status status,
			      const char *resource);
/* `unknown` where the question was refused or failed; true: it was answered. */
bool cloud_asked(const struct inquiry *asked, const char *what, const char *resource,
		 struct findings *out);
/* The same of a table; true: it was read, and it is not empty, which no table can be. */
bool cloud_table_read(const struct list *tables, const struct list *routes, const char *table,
		      struct findings *out);
/* Why it was asked in vain, as a whole section or alone; NULL: answered, or not asked at all. */
const char *cloud_refused(const struct section *section, const struct inquiry *asked);
/* The same of a whole section, for rules that can go without: true when it is FACT_OK. */
bool cloud_section(const struct rule_context *context, enum section_id id, struct findings *out);

/* Why a rule about the section does not apply: nothing that it is about is named; or NULL. */
const char *cloud_no_instance(const struct rule_context *context);
const char *cloud_no_vswitch(const struct rule_context *context);
/* Neither declared by the plan's access nor by its data center. */
bool cloud_is_datacenter(const struct rule_context *context);
const char *cloud_no_datacenter(const struct rule_context *context);

/* The addresses that the link is for: gitlab_ip, other_ips, literal hosts of the plan's URLs. */
#define CLOUD_SERVICES_MAX 64
struct cloud_services {
	struct address items[CLOUD_SERVICES_MAX];
	size_t count;
};
void cloud_services(const struct plan *plan, struct cloud_services *services);

/* The VPC of the link: as named, or as its vSwitch says; NULL: neither tells. */
const char *cloud_link_vpc(const struct rule_context *context);
/* Does link-stands say of this address that the link was made for another one (CTL-11)? */
bool cloud_link_lacks(const struct rule_context *context, const struct address *address);
/* Route table of the link's vSwitch; NULL: not known. */
const char *cloud_link_table(const struct rule_context *context);

/* "/network/vswitch_list/1": place of an item of a list of the facts. */
struct cloud_pointer {
	char text[80];
};
struct cloud_pointer cloud_pointer(const char *list, const struct list *items, const void *item,
				   size_t size);
#define CLOUD_POINTER(list, items, item) cloud_pointer((list), (items), (item), sizeof(*(item)))

/* "100.104.0.0/16 by RouterInterface ri-x (Custom, Available)" */
void cloud_route_words(const struct cloud_route *route, struct text *out);

/* Border routers that the link uses: the plan's, or those that lead to its VPC. */
bool cloud_vbr_is_ours(const struct rule_context *context, const struct vbr_fact *vbr);
/* `unknown` where there is none that could be judged; true: there is at least one. */
bool cloud_vbrs(const struct rule_context *context, struct findings *out);
/* A public address in the place of a private one: private-addresses-named says so. */
bool cloud_is_public(const struct rule_context *context, const struct address *address);

/* Where a border router's leg leads: to the VPC of that id; NULL: no VPC, or not known. */
const char *cloud_leg_vpc(const struct transit_facts *transit, const struct cloud_hop *hop);

/* The state of a router interface, or of its other end, that lets nothing pass; NULL: none. */
const char *cloud_interface_defect(const struct router_interface_fact *interface);
/* Does border-sessions-up fail for this border router? */
bool cloud_sessions_fail(const struct rule_context *context, const struct vbr_fact *vbr,
			 struct findings *out);
/* Where a leg of the vSwitch's route to the data center ends; `why` names what is not good. */
enum cloud_leg { CLOUD_LEG_GOOD, CLOUD_LEG_UNSEEN, CLOUD_LEG_LOST };
enum cloud_leg cloud_leg_to_datacenter(const struct rule_context *context,
				       const struct cloud_hop *hop, struct text *why);
/* The border router that a leg of the vSwitch's route leads to without CEN; NULL: not told. */
const char *cloud_leg_border(const struct rule_context *context, const struct cloud_hop *hop);

/* Do requests to `address` pass this border router? */
enum cloud_passage { CLOUD_PASSED, CLOUD_NOT_PASSED, CLOUD_PASSAGE_UNTOLD };
enum cloud_passage cloud_border_passed(const struct rule_context *context,
				       const struct vbr_fact *vbr, const struct address *address);
/* Do requests to any of the link's services pass it? */
bool cloud_border_is_passed(const struct rule_context *context, const struct vbr_fact *vbr);
/* They do, or the plan names it, or it is the link's and the way was not told. */
bool cloud_border_counts(const struct rule_context *context, const struct vbr_fact *vbr,
			 const struct address *address);

/*
 * Is CEN on the way from the VPC, and what of it breaks the way to `address`? Words go to `why`,
 * the place in the facts to `pointer`; false: nothing does.
 */
struct cen_defect {
	const char *cause; /* NULL: where it leads is not seen */
	struct cloud_pointer pointer;
	const char *resource;
};
bool cloud_uses_cen(const struct rule_context *context);
bool cloud_cen_defect(const struct rule_context *context, const struct address *address,
		      struct cen_defect *defect, struct text *why);

#endif
