/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, CLD: routing in the cloud.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "CLD-01",
		.title = "the VBR has no route that takes the range back into the VPC",
		.symptom = "the answer reaches the cloud's edge and goes no further",
		.evidence = "the VBR's route entries from the API, while the host and its routers "
			"look right",
		.fix = "add a route for the range with the VPC as its target",
	},
	{
		.id = "CLD-02",
		.title = "the API refuses a route inside 100.64.0.0/10",
		.symptom = "the console reports InvalidCidrBlock or a similar error",
		.evidence = "the code in the API's answer",
		.fix = "ask the vendor which way is open for this VBR, CEN for instance; its "
			"pages contradict each other",
	},
	{
		.id = "CLD-03",
		.title = "the VBR's route for the range points to the wrong VPC or router "
			"interface",
		.symptom = "another VPC receives the answers",
		.evidence = "the next hop's id differs from that of the planned VPC",
		.fix = "change the target of the route",
	},
	{
		.id = "CLD-04",
		.title = "the route table of the link's vSwitch does not know the data center's "
			"prefix",
		.symptom = "requests never leave the VPC",
		.evidence = "the entries of the table that this very vSwitch uses",
		.fix = "add the prefix to that table, or switch propagation on",
	},
	{
		.id = "CLD-05",
		.title = "CEN or the transit router does not associate, propagate or permit the "
			"routes",
		.symptom = "requests or answers end at the transit router",
		.evidence = "its route tables, associations and propagations, and its route maps "
			"in order of priority",
		.fix = "associate and propagate both attachments, and permit the prefixes in the "
			"map",
	},
	{
		.id = "CLD-06",
		.title = "two sites advertise the same subnet into CEN",
		.symptom = "traffic for GitLab ends at the other site",
		.evidence = "a route in state conflict",
		.fix = "withdraw one of the two, or advertise different prefixes",
	},
	{
		.id = "CLD-07",
		.title = "the BGP peer sends more routes than the VBR accepts (110)",
		.symptom = "the subnets that were added last are missing",
		.evidence = "the number of routes on the peer",
		.fix = "summarise before advertising",
	},
	{
		.id = "CLD-08",
		.title = "the BGP session to the VBR is down",
		.symptom = "all routes are gone at once",
		.evidence = "the state of the peer, its AS numbers and password, and how many "
			"peers the group has (8 at most)",
		.fix = "correct the settings that differ, and bring the session up",
	},
	{
		.id = "CLD-09",
		.title = "the VBR is being attached to or detached from an ECR",
		.symptom = "API calls fail for a while with VbrAttachEcrInMiddleStatus",
		.evidence = "that code in the answer",
		.fix = "wait until the change is over and try again",
	},
	{
		.id = "CLD-10",
		.title = "a Cloud Firewall policy at the VPC border refuses the traffic",
		.symptom = "connections time out although routes and security groups are right",
		.evidence = "the firewall's node in a path analysis, or its log",
		.fix = "allow the range to the service addresses and ports",
	},
	{
		.id = "CLD-11",
		.title = "an IPv4 gateway or a central egress VPC takes the traffic another way",
		.symptom = "requests or answers are led to the inspection VPC and lost",
		.evidence = "the path analysis and the route entries name that next hop",
		.fix = "exclude the range and the service subnet from the detour",
	},
	{
		.id = "CLD-12",
		.title = "the link sits in a VPC or shared vSwitch that cannot reach GitLab",
		.symptom = "the link is created without error, and only another VPC can reach "
			"GitLab",
		.evidence = "the planned ids against the owner and VPC that the API reports for "
			"the vSwitch",
		.fix = "create the link in the VPC that has the route to GitLab",
	},
	{
		.id = "CLD-13",
		.title = "the answer leaves by a secondary interface whose EIP is in cut-through "
			"mode, which no longer reaches 100.64.0.0/10",
		.symptom = "this machine cannot answer the range by that interface",
		.evidence = "the EIP's binding mode from the API and the interface in the look-up",
		.fix = "route 100.64.0.0/10 by the primary interface",
	},
};

const struct cause_section causes_cloud = {
	.layer = "CLD",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
