/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vSwitch of the link: it belongs to the planned VPC and account and has the planned network
 * (CLD-12), and it has an address left for the link's network interface (CTL-05), which takes one
 * that is Available.
 */
#include "rules/checks/cloud_rules.h"

#include <strings.h>

static struct cloud_pointer vswitch_place(const struct network_facts *network,
					  const struct vswitch_fact *vswitch)
{
	return CLOUD_POINTER("/network/vswitch_list", &network->vswitch_list, vswitch);
}

/* The link's vSwitch, or what is in the way of judging it. */
static const struct vswitch_fact *find_vswitch(const struct network_facts *network,
					       const char *what, struct findings *out)
{
	const struct vswitch_fact *vswitch;
	struct finding *finding;

	if (!cloud_asked(&network->vswitch, what, network->vswitch_id, out))
		return NULL;
	vswitch = network_link_vswitch(network);
	if (vswitch)
		return vswitch;
	finding = cloud_finding(out, STATUS_UNKNOWN, network->vswitch_id);
	finding_message(out, finding, "%s: there is no such vSwitch in the planned region", what);
	finding_settle(out, finding, "reachback check --link-vswitch-id VSWITCH");
	return NULL;
}

static void add_other_vpc(const struct rule_context *context, const struct vswitch_fact *vswitch,
			  struct findings *out)
{
	const struct network_facts *network = &context->facts->network;
	const char *planned = context->facts->plan.link.vpc_id;
	struct finding *finding = cloud_finding(out, STATUS_FAIL, vswitch->id);

	finding_cause(out, finding, "CLD-12");
	finding_message(out, finding, "vSwitch %s belongs to %s, the plan names %s", vswitch->id,
			vswitch->vpc_id, planned);
	finding_expected(out, finding, "a vSwitch of %s", planned);
	finding_evidence(out, finding, vswitch_place(network, vswitch).text, "VPC %s",
			 vswitch->vpc_id);
	finding_evidence(out, finding, "/plan/link/vpc_id", "%s", planned);
	finding_remedy(out, finding, "plan", "name the VPC that reaches GitLab, and one of its "
					     "own vSwitches");
}

/* A vSwitch that another account shares: the link's interface may not be put there. */
static void add_other_owner(const struct rule_context *context, const struct vswitch_fact *vswitch,
			    const struct vpc_fact *vpc, struct findings *out)
{
	const struct network_facts *network = &context->facts->network;
	struct finding *finding = cloud_finding(out, STATUS_WARN, vswitch->id);

	finding_cause(out, finding, "CLD-12");
	finding_message(out, finding, "vSwitch %s is shared by account %s: whether the registry "
			"may put its interface there is not told", vswitch->id,
			vswitch->owner);
	finding_expected(out, finding, "vSwitch and VPC of one account");
	finding_evidence(out, finding, vswitch_place(network, vswitch).text, "owner %s%s%s",
			 vswitch->owner, vswitch->share_type ? ", " : "",
			 vswitch->share_type ? vswitch->share_type : "");
	finding_evidence(out, finding, CLOUD_POINTER("/network/vpcs", &network->vpcs, vpc).text,
			 "owner %s", vpc->owner);
	finding_remedy(out, finding, "plan", "name a vSwitch that the VPC's own account has made");
}

/* A mistaken id, or a mistaken network: the host's proof runs over the plan's. */
static void add_other_network(const struct rule_context *context,
			      const struct vswitch_fact *vswitch, struct findings *out)
{
	const struct network_facts *network = &context->facts->network;
	struct finding *finding = cloud_finding(out, STATUS_WARN, vswitch->id);
	char planned[PREFIX_TEXT_MAX], told[PREFIX_TEXT_MAX];

	(void)prefix_print(&context->facts->plan.link.vswitch_cidr, planned);
	(void)prefix_print(&vswitch->cidr, told);
	finding_cause(out, finding, "CLD-12");
	finding_message(out, finding, "vSwitch %s has %s, the plan says %s: what is proved on "
			"hosts for the vSwitch is proved for other addresses", vswitch->id, told,
			planned);
	finding_expected(out, finding, "link.vswitch_cidr %s", told);
	finding_evidence(out, finding, vswitch_place(network, vswitch).text, "CIDR %s", told);
	finding_evidence(out, finding, "/plan/link/vswitch_cidr", "%s", planned);
	finding_remedy(out, finding, "plan", "set link.vswitch_cidr to %s, or name the vSwitch "
					     "that is meant, and check again on every host", told);
}

static bool is_other_network(const struct prefix *planned, const struct prefix *told)
{
	return planned->known && told->known &&
	       !(planned->length <= told->length &&
		 prefix_contains(planned, prefix_first(told)));
}

static void evaluate_vpc(const struct rule_context *context, struct findings *out)
{
	const struct network_facts *network = &context->facts->network;
	const char *planned = context->facts->plan.link.vpc_id;
	const struct vswitch_fact *vswitch = find_vswitch(network, "whose vSwitch it is", out);
	const struct vpc_fact *vpc;

	if (!vswitch)
		return;
	vpc = network_vpc(network, vswitch->vpc_id);
	if (planned && vswitch->vpc_id && !text_equal(planned, vswitch->vpc_id))
		add_other_vpc(context, vswitch, out);
	else if (vpc && vpc->owner && vswitch->owner && !text_equal(vpc->owner, vswitch->owner))
		add_other_owner(context, vswitch, vpc, out);
	if (is_other_network(&context->facts->plan.link.vswitch_cidr, &vswitch->cidr))
		add_other_network(context, vswitch, out);
}

const struct rule rule_vswitch_of_vpc = {
	.code = "vswitch-of-vpc",
	.area = "cloud",
	.title = "the vSwitch belongs to the planned VPC and its account",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_NETWORK),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CLD-12" },
	.why = "the registry puts its interface on the vSwitch: in another VPC it reaches what "
	       "that VPC reaches, which is not GitLab",
	.evidence = "VPC, owner and CIDR block that the API tells for the vSwitch, against the "
		    "plan and the VPC's owner",
	.remedies = {
		{ "plan", "name the VPC that reaches GitLab, and one of its own vSwitches" },
	},
	.document = "000",
	.heading = "Step 1: Create a VPC link",
	.skip = cloud_no_vswitch,
	.eval = evaluate_vpc,
};

/* Not there yet, or not told: nothing shows that the interface can be put there. */
static void add_unavailable(const struct network_facts *network,
			    const struct vswitch_fact *vswitch, struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_UNKNOWN, vswitch->id);

	finding_message(out, finding, "whether vSwitch %s takes an interface is not known: its "
				      "status is %s", vswitch->id,
			vswitch->status ? vswitch->status : "not told");
	finding_expected(out, finding, "Available");
	finding_evidence(out, finding, vswitch_place(network, vswitch).text, "status %s",
			 vswitch->status ? vswitch->status : "not told");
	finding_settle(out, finding, "reachback check, once the vSwitch is Available");
}

static void evaluate_addresses(const struct rule_context *context, struct findings *out)
{
	const struct network_facts *network = &context->facts->network;
	const struct vswitch_fact *vswitch = find_vswitch(network, "its free addresses", out);
	struct finding *finding;

	if (!vswitch)
		return;
	if (!vswitch->free_addresses.known) {
		finding = cloud_finding(out, STATUS_UNKNOWN, vswitch->id);
		finding_message(out, finding, "how many addresses are free was not told");
		finding_settle(out, finding, "reachback check");
		return;
	}
	if (vswitch->free_addresses.value &&
	    (!vswitch->status || strcasecmp(vswitch->status, "Available") != 0)) {
		add_unavailable(network, vswitch, out);
		return;
	}
	if (vswitch->free_addresses.value) {
		finding = cloud_finding(out, STATUS_PASS, vswitch->id);
		finding_message(out, finding, "%u addresses of the vSwitch are free",
				vswitch->free_addresses.value);
		return;
	}
	finding = cloud_finding(out, STATUS_FAIL, vswitch->id);
	finding_cause(out, finding, "CTL-05");
	finding_message(out, finding, "vSwitch %s has no free address: the link's interface needs "
				      "one", vswitch->id);
	finding_expected(out, finding, "at least one free address");
	finding_evidence(out, finding, vswitch_place(network, vswitch).text,
			 "0 free addresses");
	finding_remedy(out, finding, "cloud", "choose another vSwitch of the VPC in a supported "
					      "zone, or release addresses of this one");
}

static const char *skip_addresses(const struct rule_context *context)
{
	if (context->facts->link_expected)
		return "the link was made: its address is taken already";
	return cloud_no_vswitch(context);
}

const struct rule rule_vswitch_has_addresses = {
	.code = "vswitch-has-addresses",
	.area = "cloud",
	.title = "the vSwitch has an address left for the link",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_NETWORK),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-05" },
	.why = "the registry puts a network interface on the vSwitch, and access from the VPC to "
	       "the registry takes another address there",
	.evidence = "AvailableIpAddressCount and Status of the vSwitch",
	.remedies = {
		{ "cloud", "choose another vSwitch, or release addresses" },
	},
	.document = "002",
	.heading = "Usage notes",
	.skip = skip_addresses,
	.eval = evaluate_addresses,
};
