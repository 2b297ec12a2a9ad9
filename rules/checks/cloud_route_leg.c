/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One leg of the vSwitch's route to a service, followed as far as the API tells: over its router
 * interface to the border router behind it. What cannot be followed is said, and never good.
 */
#include "rules/checks/cloud_rules.h"

#include <strings.h>

struct leg_view {
	const struct rule_context *context;
	const struct transit_facts *transit;
	const struct cloud_hop *hop;
	struct text *why;
};

/* Where a router interface leads; NULL: not told. */
struct leg_end {
	const struct router_interface_fact *interface; /* that tells it */
	const char *router, *type, *vpc;
};

static const char *name_of(const struct cloud_hop *hop)
{
	return hop->id ? hop->id : hop->type ? hop->type : "an entry without a next hop";
}

static bool is_border(const struct transit_facts *transit, const char *router, const char *type)
{
	return (type && !strcasecmp(type, "VBR")) || transit_vbr(transit, router);
}

/* An end at a border router that leads to the VPC and does not name the other end; NULL: none. */
static const struct router_interface_fact *nameless_end(const struct leg_view *view)
{
	const struct list *list = &view->transit->interface_list;
	const char *vpc = cloud_link_vpc(view->context);
	size_t i;

	for (i = 0; vpc && i < list->count; i++) {
		const struct router_interface_fact *one =
			LIST_AT(list, struct router_interface_fact, i);

		if (!one->opposite_id && text_equal(one->opposite_vpc_id, vpc) &&
		    is_border(view->transit, one->router_id, one->router_type))
			return one;
	}
	return NULL;
}

/* By its own entry, which names the other end, or by that of the other end. */
static bool find_end(const struct leg_view *view, struct leg_end *end)
{
	const struct router_interface_fact *one = transit_interface(view->transit, view->hop->id);
	bool is_far;

	if (!one)
		one = transit_opposite(view->transit, view->hop->id);
	if (!one)
		one = nameless_end(view);
	if (!one)
		return false;
	is_far = !text_equal(one->id, view->hop->id) ||
		 is_border(view->transit, one->router_id, one->router_type);
	*end = (struct leg_end){
		.interface = one,
		.router = is_far ? one->router_id : one->opposite_router_id,
		.type = is_far ? one->router_type : one->opposite_router_type,
		.vpc = is_far ? one->vpc_id : one->opposite_vpc_id,
	};
	return true;
}

static const char *border_defect(const struct vbr_fact *vbr)
{
	if (!cloud_word_is(vbr->status, "active"))
		return vbr->status;
	if (!cloud_word_is(vbr->circuit_status, "Enabled"))
		return vbr->circuit_status;
	return cloud_word_is(vbr->circuit_business, "Normal") ? NULL : vbr->circuit_business;
}

/* Of the link's own border router border-router-up tells whether it works. */
static enum cloud_leg judge_border(const struct leg_view *view, const char *router,
				   const struct router_interface_fact *interface)
{
	const struct vbr_fact *vbr = transit_vbr(view->transit, router);
	const char *defect;

	if (!vbr) {
		text_addf(view->why, "border router %s, which the credential does not see",
			  router ? router : "without an id");
		return CLOUD_LEG_UNSEEN;
	}
	if (cloud_vbr_is_ours(view->context, vbr))
		return CLOUD_LEG_GOOD;
	defect = border_defect(vbr);
	if (defect) {
		text_addf(view->why, "border router %s, which is %s", vbr->id, defect);
		return CLOUD_LEG_LOST;
	}
	defect = interface ? cloud_interface_defect(interface) : NULL;
	if (defect) {
		text_addf(view->why, "router interface %s, which is %s", interface->id, defect);
		return CLOUD_LEG_LOST;
	}
	return CLOUD_LEG_GOOD; /* its tables are judged as those of the link's own are */
}

/* Interfaces of another account's VPC are not to be seen. */
static bool is_shared(const struct rule_context *context)
{
	const struct network_facts *network = &context->facts->network;
	const struct vswitch_fact *vswitch = network_link_vswitch(network);
	const struct vpc_fact *vpc = vswitch ? network_vpc(network, vswitch->vpc_id) : NULL;

	return vswitch && (vswitch->share_type ||
			   (vpc && vpc->owner && vswitch->owner &&
			    !text_equal(vpc->owner, vswitch->owner)));
}

static enum cloud_leg judge_interface(const struct leg_view *view)
{
	const struct transit_facts *transit = view->transit;
	const struct cloud_hop *hop = view->hop;
	struct leg_end end;

	if (hop->related_type && !strcasecmp(hop->related_type, "VBR"))
		return judge_border(view, hop->related_id, transit_interface(transit, hop->id));
	if (transit->section.state != FACT_OK || transit->interfaces.state != FACT_OK ||
	    !transit->interface_list.count || !hop->id) {
		text_addf(view->why, "router interface %s, and where it leads was not told%s%s",
			  name_of(hop), transit->interfaces.note ? ": " : "",
			  transit->interfaces.note ? transit->interfaces.note : "");
		return CLOUD_LEG_UNSEEN;
	}
	if (!find_end(view, &end)) {
		text_addf(view->why, "router interface %s, which is gone", hop->id);
		return is_shared(view->context) ? CLOUD_LEG_UNSEEN : CLOUD_LEG_LOST;
	}
	if (is_border(transit, end.router, end.type))
		return judge_border(view, end.router, end.interface);
	if (end.vpc || (end.type && !strcasecmp(end.type, "VRouter"))) {
		text_addf(view->why, "router interface %s, which leads to %s", hop->id,
			  end.vpc ? end.vpc : "another VPC");
		return CLOUD_LEG_LOST;
	}
	text_addf(view->why, "router interface %s, and where it leads was not told", hop->id);
	return CLOUD_LEG_UNSEEN;
}

/* Behind a transit router cen-carries-routes judges. */
static enum cloud_leg judge_router(const struct leg_view *view)
{
	const struct list *list = &view->transit->vbr_list;
	size_t i;

	if (cloud_word_is(view->hop->type, "Ecr")) {
		for (i = 0; i < list->count; i++) {
			const struct vbr_fact *vbr = LIST_AT(list, struct vbr_fact, i);

			if (vbr->ecr && cloud_vbr_is_ours(view->context, vbr) &&
			    (!view->hop->id || text_equal(vbr->ecr, view->hop->id)))
				return CLOUD_LEG_GOOD;
		}
	} else if (!cloud_word_is(view->hop->type, "VpcPeer")) {
		return CLOUD_LEG_GOOD;
	}
	text_addf(view->why, "%s %s, which is not seen to lead to a border router of the link",
		  view->hop->type, name_of(view->hop));
	return CLOUD_LEG_UNSEEN;
}

enum cloud_leg cloud_leg_to_datacenter(const struct rule_context *context,
				       const struct cloud_hop *hop, struct text *why)
{
	struct leg_view view = { .context = context, .transit = &context->facts->transit,
				 .hop = hop, .why = why };

	switch (cloud_hop_way(hop)) {
	case WAY_INTERFACE:
		return judge_interface(&view);
	case WAY_ROUTER:
		return judge_router(&view);
	case WAY_VPC:
		text_addf(why, "VPC %s", name_of(hop));
		return hop->id && !text_equal(hop->id, cloud_link_vpc(context)) ? CLOUD_LEG_LOST
									       : CLOUD_LEG_UNSEEN;
	case WAY_OTHER:
		if (hop->type && !strcasecmp(hop->type, "BlackHole")) {
			text_addf(why, "an entry that drops what it meets");
			return CLOUD_LEG_LOST;
		}
		if (hop->type && !strcasecmp(hop->type, "VBR"))
			return judge_border(&view, hop->id, NULL);
		break;
	default:
		return CLOUD_LEG_GOOD;
	}
	text_addf(why, "%s %s, which cannot be followed", hop->type ? hop->type : "a next hop",
		  hop->id ? hop->id : "without an id");
	return CLOUD_LEG_UNSEEN;
}

const char *cloud_leg_border(const struct rule_context *context, const struct cloud_hop *hop)
{
	const struct transit_facts *transit = &context->facts->transit;
	struct leg_view view = { .context = context, .transit = transit, .hop = hop };
	struct leg_end end;

	if (hop->type && !strcasecmp(hop->type, "VBR"))
		return hop->id;
	if (cloud_hop_way(hop) != WAY_INTERFACE)
		return NULL;
	if (hop->related_type && !strcasecmp(hop->related_type, "VBR"))
		return hop->related_id;
	if (!hop->id || transit->interfaces.state != FACT_OK || !find_end(&view, &end))
		return NULL;
	return is_border(transit, end.router, end.type) ? end.router : NULL;
}
