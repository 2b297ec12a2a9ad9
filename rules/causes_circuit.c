/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, EC: the data center's network and Express Connect.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "EC-01",
		.title = "a router of the data center has no route for the range towards the VBR",
		.symptom = "the answer leaves the GitLab host and dies further on",
		.evidence = "the router's own look-up for the range ends in its default or "
			"nowhere; SYN-RECV at the host, and a trace of the way back stops",
		.fix = "bring the /16 into the core, by a static route or from the VBR by BGP",
	},
	{
		.id = "EC-02",
		.title = "a router sends the range to an old circuit, another circuit or the WAN",
		.symptom = "like a missing route: answers leave and never arrive",
		.evidence = "the next hop of the range is not the peer of the planned VBR",
		.fix = "point the route at the right VBR peer",
	},
	{
		.id = "EC-03",
		.title = "the BGP import filter drops the range as a bogon",
		.symptom = "the cloud advertises the prefix and the route never appears",
		.evidence = "the prefix is among the routes received but not among those "
			"accepted; a prefix list denies 100.64.0.0/10 and longer",
		.fix = "permit the /16 ahead of the deny line",
	},
	{
		.id = "EC-04",
		.title = "uRPF or an access list on the VBR-facing interface drops sources in "
			"100.64.0.0/10",
		.symptom = "no request ever reaches the host",
		.evidence = "a capture at the edge shows the SYN coming in and none going out",
		.fix = "exempt the range on that interface",
	},
	{
		.id = "EC-05",
		.title = "a zone firewall has no policy from the range to GitLab's ports",
		.symptom = "time-outs or resets, depending on how the firewall refuses",
		.evidence = "ICMP type 3 code 13 from the firewall, or a reset whose TTL is "
			"closer than the host's own",
		.fix = "add and log a policy from the range to the service ports",
	},
	{
		.id = "EC-06",
		.title = "a stateful firewall sees only one direction of the connection",
		.symptom = "the handshake's second packet is dropped",
		.evidence = "log lines about asymmetric or out-of-state traffic; the counter of "
			"invalid packets",
		.fix = "lead both directions through the same firewall, or bypass TCP state for "
			"the range",
	},
	{
		.id = "EC-07",
		.title = "a NAT policy rewrites the source of the answers",
		.symptom = "the client resets the connection because the answer comes from a "
			"stranger",
		.evidence = "the SYN-ACK carries another source than the address that was asked",
		.fix = "exempt traffic to the range from NAT",
	},
	{
		.id = "EC-08",
		.title = "requests go to a translated address and answers come from the real one",
		.symptom = "the client never accepts the answer",
		.evidence = "the address pairs of the two directions do not match",
		.fix = "translate both directions alike, or use a load balancer",
	},
	{
		.id = "EC-09",
		.title = "a more specific route of GitLab's subnet is advertised by another "
			"circuit or region",
		.symptom = "slow connections, or drops at stateful devices",
		.evidence = "two origins or two prefix lengths for that subnet; traces differ by "
			"direction",
		.fix = "align the advertised prefixes and their preferences",
	},
	{
		.id = "EC-10",
		.title = "traffic is shared among several circuits, and one of them has no way "
			"back",
		.symptom = "a constant part of the flows fails",
		.evidence = "look-ups or traces over many flows: each flow always goes one way, "
			"and one way is bad",
		.fix = "add the return route on every circuit",
	},
	{
		.id = "EC-11",
		.title = "the circuit is down, locked or in arrears, or the VBR is not active",
		.symptom = "nothing works at all, and routes cannot be added",
		.evidence = "the state of the VBR and the physical connection from the API",
		.fix = "settle the account or repair the circuit, then wait until the VBR is "
			"active",
	},
	{
		.id = "EC-12",
		.title = "health checks of the VBR are dropped or come back by another path, so "
			"the circuit is declared faulty",
		.symptom = "it works, stops, and works again",
		.evidence = "a timeline of failures that matches the switches of the route; the "
			"health check's settings",
		.fix = "exempt the probes from rate limits, and add a host route so that they "
			"return the same way",
	},
	{
		.id = "EC-13",
		.title = "the VLAN or the peer addresses of the VBR subinterface do not match",
		.symptom = "neither ARP nor BGP comes up",
		.evidence = "the neighbour entry of the peer address is FAILED",
		.fix = "correct the VLAN tag or the addresses on one side",
	},
	{
		.id = "EC-14",
		.title = "the path carries smaller packets than the two ends believe",
		.symptom = "log-in works and the clone hangs at \"Receiving objects\"",
		.evidence = "a ladder of segment sizes breaks at one value; retransmissions of "
			"full-size segments",
		.fix = "set the MTU of the circuit on the hosts, or clamp the TCP segment size at "
			"the edge",
	},
	{
		.id = "EC-15",
		.title = "the ICMP message \"fragmentation needed\" is filtered on the way",
		.symptom = "large transfers stall and small ones do not",
		.evidence = "large probes with the don't-fragment bit get no answer at all, and "
			"the size ladder shows the limit",
		.fix = "permit ICMP type 3 code 4 along the path",
	},
	{
		.id = "EC-16",
		.title = "a policer or QoS class drops bursts",
		.symptom = "slow clones with retransmissions of every size",
		.evidence = "losses do not depend on the segment size",
		.fix = "raise the policer or shape in front of it",
	},
	{
		.id = "EC-17",
		.title = "the route is known and not installed on one switch, because its table "
			"is full or a summary hides it",
		.symptom = "machines in some racks fail and in others not",
		.evidence = "results collected in several racks differ",
		.fix = "make room in the table, or install the /16 on that switch",
	},
	{
		.id = "EC-18",
		.title = "the site is joined by VPN, whose routes may not lie in 100.64.0.0/10",
		.symptom = "the return route cannot be entered at the VPN gateway",
		.evidence = "the plan or the API shows a VPN connection in the place of Express "
			"Connect",
		.fix = "use Express Connect, or offer GitLab inside the VPC by a load balancer or "
			"proxy",
	},
};

const struct cause_section causes_circuit = {
	.layer = "EC",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
