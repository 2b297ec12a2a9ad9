/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, MET: how a test misleads itself; the fix is the guard.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "MET-01",
		.title = "the probe came from an address outside the range",
		.symptom = "the test is green and builds fail",
		.evidence = "the source address that the test printed",
		.fix = "prove the way back by look-up, or watch real connections from the range",
	},
	{
		.id = "MET-02",
		.title = "one address was tested in the place of 65,536",
		.symptom = "the test is green and some builds fail",
		.evidence = "how many addresses the answer covers",
		.fix = "prove the whole range",
	},
	{
		.id = "MET-03",
		.title = "a proxy from the environment answered",
		.symptom = "green or red, and neither means anything",
		.evidence = "proxy variables in the environment",
		.fix = "test without proxies, and say that they are set",
	},
	{
		.id = "MET-04",
		.title = "the probe ran on GitLab itself or over loopback",
		.symptom = "the test is green and the network was never used",
		.evidence = "the route to the service is of type local",
		.fix = "do not count such a probe; test from the vSwitch",
	},
	{
		.id = "MET-05",
		.title = "ping was taken as proof",
		.symptom = "ping works and TCP does not",
		.evidence = "the protocol of the test",
		.fix = "test TCP on the service port",
	},
	{
		.id = "MET-06",
		.title = "a device in between accepted the connection",
		.symptom = "the connection opens although no server is there",
		.evidence = "no first byte ever comes",
		.fix = "ask for an answer that only the server can give",
	},
	{
		.id = "MET-07",
		.title = "the test runs in a container, a network namespace or a VRF",
		.symptom = "it checks another network stack than GitLab's",
		.evidence = "the namespace against that of process 1, and the control group",
		.fix = "run it where GitLab runs, or choose the namespace on purpose",
	},
	{
		.id = "MET-08",
		.title = "without privilege the test cannot see filters and IPsec policies",
		.symptom = "the test is green and a filter drops",
		.evidence = "the list of what was denied",
		.fix = "treat what was denied as unknown, or run it as root",
	},
	{
		.id = "MET-09",
		.title = "an API user with few permissions gets empty lists",
		.symptom = "the test is green because there seem to be no rules",
		.evidence = "a list that is empty where at least one entry must be",
		.fix = "treat it as unknown, and grant reading",
	},
	{
		.id = "MET-10",
		.title = "the facts are old",
		.symptom = "the judgement fits a network of the past",
		.evidence = "the time of collection",
		.fix = "collect again, and set a maximum age",
	},
	{
		.id = "MET-11",
		.title = "a single attempt was lucky or unlucky",
		.symptom = "results flap",
		.evidence = "how many of how many attempts succeeded",
		.fix = "try more than once and give the counts",
	},
	{
		.id = "MET-12",
		.title = "the test itself sets off a ban or a rate limit",
		.symptom = "an outage that testing made",
		.evidence = "answers that become slower with each attempt",
		.fix = "pace and limit the attempts",
	},
	{
		.id = "MET-13",
		.title = "kernels word the same failure by different error numbers",
		.symptom = "the wrong cause is named",
		.evidence = "the error number together with the routes and rules",
		.fix = "never tell causes apart by the error number alone",
	},
	{
		.id = "MET-14",
		.title = "the request met another site on the same server, which answered 200",
		.symptom = "the test is green and it was not GitLab",
		.evidence = "a header or path that only the right application has",
		.fix = "ask for something that identifies the application",
	},
};

const struct cause_section causes_method = {
	.layer = "MET",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
