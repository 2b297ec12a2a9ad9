/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, DNS: name resolution.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "DNS-01",
		.title = "the cloud side gets a public address for the name that is private in "
			"the data center",
		.symptom = "connections to a public address time out",
		.evidence = "the answers differ by resolver and vantage",
		.fix = "add a PrivateZone record, or use the address in the link",
	},
	{
		.id = "DNS-02",
		.title = "the name exists only in the data center's DNS, and the cloud's resolver "
			"does not forward",
		.symptom = "\"could not resolve host\"",
		.evidence = "NXDOMAIN from the VPC's resolver",
		.fix = "add a forwarding rule or a PrivateZone record",
	},
	{
		.id = "DNS-03",
		.title = "the name has several addresses, and one of them is dead",
		.symptom = "builds fail now and then",
		.evidence = "each address of the answer, tried by itself",
		.fix = "remove the dead address or revive the machine",
	},
	{
		.id = "DNS-04",
		.title = "an IPv6 address comes first and has no path",
		.symptom = "a pause before each connection, or failure",
		.evidence = "the times of the attempts by family",
		.fix = "remove the AAAA record, or provide IPv6",
	},
	{
		.id = "DNS-05",
		.title = "an overlay client drops the answers of the cloud's resolver on this "
			"machine",
		.symptom = "no name resolves, while all routes are right",
		.evidence = "a capture shows the answer arriving, and the resolver never gets it",
		.fix = "let the client accept 100.64.0.0/10 from the cloud's interface, or remove "
			"it here",
	},
	{
		.id = "DNS-06",
		.title = "the PrivateZone that the registry made was edited",
		.symptom = "pushes and pulls fail within the VPC",
		.evidence = "the zone's records differ from the addresses of the endpoint",
		.fix = "restore the records",
	},
	{
		.id = "DNS-07",
		.title = "the name resolves here only because of /etc/hosts or an option",
		.symptom = "the test passes and the build does not",
		.evidence = "the answer came from the hosts file or an option",
		.fix = "create a record that builders see too",
	},
	{
		.id = "DNS-08",
		.title = "the name is an alias of a public load balancer or CDN",
		.symptom = "connections go to public addresses and time out",
		.evidence = "the chain of CNAME records",
		.fix = "publish a private record for the cloud side",
	},
	{
		.id = "DNS-09",
		.title = "truncated answers cannot be fetched because DNS over TCP or large UDP "
			"is blocked",
		.symptom = "some names fail at some times",
		.evidence = "an answer with the truncation bit, followed by a failed TCP attempt",
		.fix = "allow port 53 over TCP, and UDP with EDNS sizes",
	},
	{
		.id = "DNS-10",
		.title = "the link lists an address, and the binding uses a name whose address "
			"has moved",
		.symptom = "builds break after a failover",
		.evidence = "the planned address is not among the current answers",
		.fix = "list every address the name can have",
	},
	{
		.id = "DNS-11",
		.title = "search list, ndots or name service order give another host than intended",
		.symptom = "the test talks to the wrong machine",
		.evidence = "the trace of the resolver: which name was asked where",
		.fix = "use the fully qualified name",
	},
	{
		.id = "DNS-12",
		.title = "the resolver cannot answer (SERVFAIL): its forwarder or its DNSSEC "
			"validation is broken",
		.symptom = "\"could not resolve host\"",
		.evidence = "response code 2 from that server",
		.fix = "repair forwarding or the signatures of the zone",
	},
	{
		.id = "DNS-13",
		.title = "the resolver refuses this client (REFUSED)",
		.symptom = "\"could not resolve host\"",
		.evidence = "response code 5 from that server",
		.fix = "add the client's network to the resolver's access list",
	},
	{
		.id = "DNS-14",
		.title = "the name exists but has no IPv4 address",
		.symptom = "\"could not resolve host\"",
		.evidence = "an empty answer with response code 0",
		.fix = "add an A record",
	},
	{
		.id = "DNS-15",
		.title = "the resolver does not answer at all",
		.symptom = "a long pause, then \"could not resolve host\"",
		.evidence = "a time-out, a closed port or an ICMP error from the resolver's "
			"address",
		.fix = "correct the resolver's address, or open the way to it",
	},
};

const struct cause_section causes_names = {
	.layer = "DNS",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
