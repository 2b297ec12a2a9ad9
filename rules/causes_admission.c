/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, SG: security groups, network ACLs and load balancers.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "SG-01",
		.title = "no inbound rule of the security groups admits the range",
		.symptom = "connections to GitLab on an ECS address time out",
		.evidence = "the set of admitted sources and ports over all groups of the network "
			"interface",
		.fix = "allow the range inbound to the service's TCP ports",
	},
	{
		.id = "SG-02",
		.title = "the security groups admit only part of the range",
		.symptom = "builds fail now and then, as often as the refused part is large",
		.evidence = "the addresses of the /16 that no rule admits",
		.fix = "widen the rule to the whole /16",
	},
	{
		.id = "SG-03",
		.title = "the rules admit some of the needed ports only",
		.symptom = "the first step works and a later one, after a redirect or over ssh, "
			"times out",
		.evidence = "the step that fails and the ports that the rules leave out",
		.fix = "add the missing ports",
	},
	{
		.id = "SG-04",
		.title = "the rules admit ICMP but no TCP",
		.symptom = "ping works and connections time out",
		.evidence = "the protocol of the matching rule",
		.fix = "add a TCP rule for the service ports",
	},
	{
		.id = "SG-05",
		.title = "the rule was entered for the outbound direction",
		.symptom = "connections time out although the rule seems to be there",
		.evidence = "the direction of the rule",
		.fix = "enter it as an inbound rule",
	},
	{
		.id = "SG-06",
		.title = "a deny rule wins over the allow rule by its priority",
		.symptom = "connections time out although an allow rule exists",
		.evidence = "the rule with the lowest priority number that matches; at equal "
			"priority the deny wins",
		.fix = "give the allow rule the smaller number, or narrow the deny",
	},
	{
		.id = "SG-07",
		.title = "the rule is in a group that the interface with the address does not "
			"carry",
		.symptom = "connections time out although a group has the rule",
		.evidence = "the groups of the interface that owns the service address",
		.fix = "attach that group, or add the rule to one that is attached",
	},
	{
		.id = "SG-08",
		.title = "the source of the rule is another security group, of which the range is "
			"no member",
		.symptom = "connections time out although the managed group is named as a source",
		.evidence = "the type of the rule's source",
		.fix = "name the range as a CIDR block",
	},
	{
		.id = "SG-09",
		.title = "an advanced group denies everything that is not listed, in both "
			"directions",
		.symptom = "builds time out, or webhooks from GitLab do not leave",
		.evidence = "the type of the group and its rules in the failing direction",
		.fix = "add explicit rules for both directions",
	},
	{
		.id = "SG-10",
		.title = "isolation within the group blocks traffic that comes from the vSwitch's "
			"own addresses",
		.symptom = "connections from the link's interface time out",
		.evidence = "the inner access policy of the group",
		.fix = "allow the CIDR of the vSwitch as well",
	},
	{
		.id = "SG-11",
		.title = "the prefix list in the rule is out of date or of the wrong family",
		.symptom = "part or all of the range is refused",
		.evidence = "the entries of the list",
		.fix = "put the range into the list",
	},
	{
		.id = "SG-12",
		.title = "the session state of the security group ends while a clone is silent",
		.symptom = "a long clone breaks after about a quarter of an hour without traffic",
		.evidence = "the time of the break matches the 910 seconds for which a session is "
			"kept",
		.fix = "send keepalives, or make the repository smaller",
	},
	{
		.id = "SG-13",
		.title = "automation tries to edit the group that the registry manages",
		.symptom = "pipelines fail with InvalidOperation.ResourceManagedByCloudProduct",
		.evidence = "that code in the answer",
		.fix = "leave the managed group out of the automation",
	},
	{
		.id = "SG-14",
		.title = "the managed group does not let the builder out to a host that it really "
			"contacts",
		.symptom = "the first host answers and a second one times out during the build",
		.evidence = "hosts that the build uses but the link does not list",
		.fix = "add the address under the link's other IP addresses",
	},
	{
		.id = "SG-15",
		.title = "a network ACL, which keeps no state, lacks the outbound rule for answers",
		.symptom = "requests arrive and the answers are lost within the VPC",
		.evidence = "both directions of the ACL: no outbound rule to the range on the "
			"ephemeral ports 1024-65535",
		.fix = "add that outbound rule",
	},
	{
		.id = "SG-16",
		.title = "the network ACL of the link's vSwitch refuses traffic to GitLab",
		.symptom = "no request is ever seen at GitLab",
		.evidence = "the outbound rules of that vSwitch's ACL, and the inbound ones for "
			"the answers",
		.fix = "allow both directions between the vSwitch and GitLab",
	},
	{
		.id = "SG-17",
		.title = "the white list of the load balancer's listener leaves the range out",
		.symptom = "connections by the load balancer are refused or time out",
		.evidence = "the listener's access control state and entries",
		.fix = "add the range to the list",
	},
	{
		.id = "SG-18",
		.title = "the backend's firewall drops the health checks, which come from "
			"100.64.0.0/10",
		.symptom = "the load balancer answers 502 or 503, or refuses",
		.evidence = "the health state of the backends",
		.fix = "allow 100.64.0.0/10 to the health check port",
	},
	{
		.id = "SG-19",
		.title = "the load balancer is of a kind (NLB, ALB) to which security groups and "
			"ACLs do apply",
		.symptom = "connections fail although the documentation says that none are needed",
		.evidence = "the type of the load balancer and the groups on its interfaces",
		.fix = "add rules for the load balancer and for its backends",
	},
	{
		.id = "SG-20",
		.title = "the load balancer has no running listener for that port and protocol",
		.symptom = "\"connection refused\"",
		.evidence = "the listeners and their state",
		.fix = "create or start the listener",
	},
};

const struct cause_section causes_admission = {
	.layer = "SG",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
