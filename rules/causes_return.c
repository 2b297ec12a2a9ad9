/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, RT: the way back on the service's host.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "RT-01",
		.title = "no route leads back to the range, so answers follow the default route "
			"to the Internet edge",
		.symptom = "binding and cloning end with \"connection timed out\"",
		.evidence = "the look-up for the range ends at the default route or nowhere; "
			"half-open connections from the range pile up in SYN-RECV",
		.fix = "add a persistent route for the whole /16 by the gateway that leads to the "
			"VBR",
	},
	{
		.id = "RT-02",
		.title = "only part of the range is routed back",
		.symptom = "builds fail now and then, as often as the missing part is large",
		.evidence = "some addresses of the range leave by the right gateway and the rest "
			"by another or by none",
		.fix = "replace the partial routes by one for the whole /16",
	},
	{
		.id = "RT-03",
		.title = "a route or rule of type blackhole, unreachable or prohibit swallows the "
			"answers",
		.symptom = "clients time out, and a local test says \"network is unreachable\" or "
			"\"no route to host\"",
		.evidence = "the type of the route or rule that matches the range, often part of "
			"a list of reserved networks",
		.fix = "delete it, or put a route for the /16 above it",
	},
	{
		.id = "RT-04",
		.title = "a rule on the source address sends the answers into a table that has no "
			"way to the range",
		.symptom = "GitLab answers the LAN and never the cloud, on a machine with several "
			"addresses or interfaces",
		.evidence = "a rule \"from ADDRESS lookup TABLE\" and no route for the range in "
			"that table",
		.fix = "add the route for the range to that table as well",
	},
	{
		.id = "RT-05",
		.title = "a rule on port, protocol, mark or user sends the real answers elsewhere",
		.symptom = "a plain route look-up looks perfect and the traffic dies all the same",
		.evidence = "a look-up with the full tuple of the answer gives another result "
			"than one by destination",
		.fix = "correct the rule, or add the route to the table it points to",
	},
	{
		.id = "RT-06",
		.title = "the route exists, but the order of the rules never lets it be used",
		.symptom = "the right entry is in the table and has no effect",
		.evidence = "rules with suppress_prefixlength or goto, or a VRF, that come before "
			"the table with the route",
		.fix = "reorder the rules, or put the route into the table that is really "
			"consulted",
	},
	{
		.id = "RT-07",
		.title = "the next hop is dead: its link is down, or its neighbour does not answer",
		.symptom = "clients time out, local attempts report \"no route to host\"",
		.evidence = "the route's linkdown or dead flag, the state of the interface, a "
			"neighbour entry in FAILED",
		.fix = "repair the link or the gateway, or route by one that lives",
	},
	{
		.id = "RT-08",
		.title = "the range is routed by a gateway that has no way to the VBR",
		.symptom = "answers leave this machine and get lost: a standby router or a "
			"firewall without that leg took them",
		.evidence = "the next hop differs from the one that was declared; a TCP trace "
			"ends there",
		.fix = "change the route to the gateway on the VBR's side",
	},
	{
		.id = "RT-09",
		.title = "a multipath route has a leg that does not lead back",
		.symptom = "a fixed part of the connections fails, and the same source port fails "
			"every time",
		.evidence = "the list of next hops, each judged by itself; a sweep over source "
			"ports",
		.fix = "repair or remove the bad leg, so that every leg has the same way back",
	},
	{
		.id = "RT-10",
		.title = "a second route for the same prefix with a lower metric has won",
		.symptom = "it worked until a reboot, a DHCP renewal or the start of a VPN",
		.evidence = "two entries of equal prefix whose metrics and protocols differ",
		.fix = "give the wanted route the lower metric and remove its rival where it is "
			"configured",
	},
	{
		.id = "RT-11",
		.title = "the route was typed in and stands in no configuration",
		.symptom = "everything works until the next reboot or network reload",
		.evidence = "the route's protocol is boot, and no file of netplan, NetworkManager "
			"or ifcfg names it",
		.fix = "write the route into the network configuration of the system",
	},
	{
		.id = "RT-12",
		.title = "strict reverse-path filtering meets a way back by another interface",
		.symptom = "requests arrive at the interface and vanish without a log line",
		.evidence = "rp_filter is 1 (the larger of all and the interface), the look-up "
			"for the arriving interface fails, the counter IPReversePathFilter grows",
		.fix = "mend the route first; where asymmetry is meant, set rp_filter to 2 on "
			"that interface",
	},
	{
		.id = "RT-13",
		.title = "reverse-path filtering drops the range because there is no route to it "
			"at all",
		.symptom = "requests vanish at the interface even with the loose filter",
		.evidence = "rp_filter is 2 and the reverse look-up finds nothing",
		.fix = "add the route to the range; the filter is then content",
	},
	{
		.id = "RT-14",
		.title = "an IPsec policy claims traffic to the range",
		.symptom = "all routes are right and still no answer leaves",
		.evidence = "an outgoing XFRM policy that covers the range; XfrmOutNoStates or "
			"XfrmOutPolBlock grows",
		.fix = "add a bypass policy for the range, or narrow the tunnel's selectors",
	},
	{
		.id = "RT-15",
		.title = "answers leave by another interface than the one on which the requests "
			"arrive",
		.symptom = "packets reach the machine and are never acknowledged, because a "
			"switch or the cloud drops the foreign source address",
		.evidence = "the interface of the answer is not the one that holds the service "
			"address",
		.fix = "route by source address, one table for each interface",
	},
	{
		.id = "RT-16",
		.title = "GitLab runs in a guest or container, and the machine in front does not "
			"forward to it",
		.symptom = "the request reaches the host and never the guest",
		.evidence = "ip_forward is off, or the FORWARD chain refuses",
		.fix = "switch forwarding on and publish the port",
	},
	{
		.id = "RT-17",
		.title = "several interfaces in one subnet answer ARP for each other",
		.symptom = "connections fail now and then, depending on whose answer came first",
		.evidence = "equal subnets on two interfaces with the arp_ignore, arp_announce "
			"and arp_filter defaults",
		.fix = "set arp_ignore and arp_announce, or put the interfaces into different "
			"subnets",
	},
	{
		.id = "RT-18",
		.title = "a stale route exception holds a far too small MTU",
		.symptom = "transfers crawl or stall although the routes are right",
		.evidence = "a cached exception with an MTU and an expiry for addresses of the "
			"range",
		.fix = "flush the route cache and find out who sends those ICMP messages",
	},
};

const struct cause_section causes_return = {
	.layer = "RT",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
