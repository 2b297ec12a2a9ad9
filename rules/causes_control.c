/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, CTL: control plane, quota and build settings.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "CTL-01",
		.title = "the build rule asks for servers outside the Chinese mainland, which "
			"cannot reach the VPC",
		.symptom = "everything is green and VPC resources stay unreachable",
		.evidence = "that option of the build rule",
		.fix = "clear the option",
	},
	{
		.id = "CTL-02",
		.title = "the zone of the vSwitch does not support VPC mode",
		.symptom = "the link cannot be created",
		.evidence = "the zone against the vendor's table of a given date",
		.fix = "choose a vSwitch in a supported zone",
	},
	{
		.id = "CTL-03",
		.title = "the vendor's pages disagree about the zone",
		.symptom = "advice that contradicts itself",
		.evidence = "which page of which date lists the zone",
		.fix = "ask the vendor before relying on it",
	},
	{
		.id = "CTL-04",
		.title = "GitLab or the VPC is in another region than the registry instance",
		.symptom = "the VPC cannot be chosen, or is not reached",
		.evidence = "the regions of the three",
		.fix = "use an instance in the region of the VPC",
	},
	{
		.id = "CTL-05",
		.title = "the vSwitch has no free address left",
		.symptom = "the network interface of the link is not created",
		.evidence = "the number of available addresses of the vSwitch",
		.fix = "choose another vSwitch, or free addresses",
	},
	{
		.id = "CTL-06",
		.title = "a quota is used up: interfaces, security groups or VPCs of the edition",
		.symptom = "an error on creation",
		.evidence = "the quota against what is in use",
		.fix = "raise the quota, the edition, or remove what is not needed",
	},
	{
		.id = "CTL-07",
		.title = "the edition of the instance does not offer this",
		.symptom = "the menu entry is missing",
		.evidence = "the edition that the API reports",
		.fix = "upgrade the instance to an edition that has it",
	},
	{
		.id = "CTL-08",
		.title = "the RAM user lacks a permission, or the service-linked role does not "
			"exist",
		.symptom = "Forbidden.RAM or NoPermission",
		.evidence = "the answer of a harmless call",
		.fix = "grant the permission that is named, or create the role",
	},
	{
		.id = "CTL-09",
		.title = "temporary credentials have expired, the clock is off, or the endpoint "
			"is wrong",
		.symptom = "signature or timestamp errors",
		.evidence = "the local clock against the Date header of the answer",
		.fix = "refresh the credentials, set the clock, correct the endpoint",
	},
	{
		.id = "CTL-10",
		.title = "the binding uses another link, or the public network",
		.symptom = "builds go by the Internet",
		.evidence = "the network type and the link in the binding",
		.fix = "choose VPC and this link in the binding",
	},
	{
		.id = "CTL-11",
		.title = "GitLab's address has changed since the link was made",
		.symptom = "it worked and then stopped for good",
		.evidence = "the planned address against the current one",
		.fix = "make the link anew with the current address",
	},
	{
		.id = "CTL-12",
		.title = "the link's network interface or managed security group was deleted",
		.symptom = "it stops from one moment to the next",
		.evidence = "the interface is missing in the API's list",
		.fix = "make the link anew, and exempt it from clean-up jobs",
	},
	{
		.id = "CTL-13",
		.title = "the link is still being made, or its failure went unnoticed",
		.symptom = "binding fails at once",
		.evidence = "the state of the link",
		.fix = "wait until it is running, or make it again",
	},
	{
		.id = "CTL-14",
		.title = "a retried call has made a second link",
		.symptom = "the wrong one of the two is bound",
		.evidence = "two links with equal VPC and vSwitch in the list",
		.fix = "delete one, and look at the list before each retry",
	},
	{
		.id = "CTL-15",
		.title = "the API throttles",
		.symptom = "errors now and then",
		.evidence = "the code of the answer",
		.fix = "wait and retry with growing pauses",
	},
	{
		.id = "CTL-16",
		.title = "a public address stands in the field for the private one",
		.symptom = "GitLab is not reached",
		.evidence = "the class of the address",
		.fix = "enter the private address",
	},
};

const struct cause_section causes_control = {
	.layer = "CTL",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
