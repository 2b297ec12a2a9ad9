/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, OVL: address plan and overlaps.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "OVL-01",
		.title = "a network of the data center lies inside the reverse-access range",
		.symptom = "the link binds, then a steady share of builds times out: as large a "
			"share as that network takes of the /16",
		.evidence = "a route more specific than the /16 that matches addresses of the "
			"range and does not lead to the VBR",
		.fix = "renumber that network, or translate the range at the edge beside the VBR; "
			"more routes do not separate equal addresses",
	},
	{
		.id = "OVL-02",
		.title = "a wider block that covers the range is routed to somewhere inside the "
			"data center",
		.symptom = "every build times out, although nobody ever assigned an address of "
			"the range",
		.evidence = "the best route for the range is shorter than /16 (100.64.0.0/10, "
			"say) and its next hop is an internal core or lab router",
		.fix = "add the whole /16 towards the VBR on every router that holds the covering "
			"route",
	},
	{
		.id = "OVL-03",
		.title = "the very same /16 already serves another cloud or another site",
		.symptom = "one of the two users of the range works and the other never does",
		.evidence = "a route of exactly this prefix whose next hop or AS path belongs to "
			"somebody else",
		.fix = "move the other user to a different range, or keep the two apart in VRFs",
	},
	{
		.id = "OVL-04",
		.title = "this machine owns an address of the range itself, on an interface, as a "
			"virtual address or on loopback",
		.symptom = "builds that happen to come from that one address always fail, all "
			"others work",
		.evidence = "an entry of type local within the range in the local routing table",
		.fix = "take the address off the interface and out of the configuration that sets "
			"it",
	},
	{
		.id = "OVL-05",
		.title = "a Docker or Podman bridge was given a subnet inside the range",
		.symptom = "one attempt in 256, or one in 16, times out without any pattern in "
			"time",
		.evidence = "a connected route inside the range on a bridge such as docker0, "
			"podman1 or br-*",
		.fix = "choose other address pools in daemon.json or containers.conf, then create "
			"the network anew",
	},
	{
		.id = "OVL-06",
		.title = "an address pool that includes the range is configured, but no network "
			"of it exists yet",
		.symptom = "everything works today and breaks when the next container or virtual "
			"network is created",
		.evidence = "daemon.json, a CNI configuration or libvirt network XML whose pool "
			"overlaps the range",
		.fix = "take the range out of the pool now, before a network is made from it",
	},
	{
		.id = "OVL-07",
		.title = "a Kubernetes cluster hands out pod addresses from the range "
			"(100.96.0.0/11 is a common default)",
		.symptom = "the answer to the cloud is delivered to a pod or a node instead of "
			"the VBR",
		.evidence = "routes of a CNI or BGP daemon, CNI configuration or node pod CIDRs "
			"that overlap the range",
		.fix = "rebuild the cluster network on another range, or offer GitLab through a "
			"load balancer outside the cluster",
	},
	{
		.id = "OVL-08",
		.title = "a Tailscale or Headscale client claims 100.64.0.0/10 on this machine",
		.symptom = "the cloud gets no answer from GitLab while the LAN does, and cloud "
			"DNS can die with it",
		.evidence = "the interface tailscale0, its rule and table for 100.64.0.0/10, and "
			"the DROP rule for that block in chain ts-input",
		.fix = "accept the range ahead of the client's DROP, switch off its netfilter "
			"mode, or move GitLab to a machine without it",
	},
	{
		.id = "OVL-09",
		.title = "an overlay agent (Cloudflare WARP, Twingate, NetBird) routes addresses "
			"of the range into its tunnel",
		.symptom = "connections arrive and the answers vanish in the overlay",
		.evidence = "a tun device with routes or rules that overlap the range",
		.fix = "exclude the range in the split-tunnel settings of the agent",
	},
	{
		.id = "OVL-10",
		.title = "the AllowedIPs of a WireGuard peer cover addresses of the range",
		.symptom = "answers are encrypted towards a peer that cannot use them, or are "
			"dropped for want of a handshake",
		.evidence = "a route of the range by a wg interface, and the peer's AllowedIPs",
		.fix = "narrow the AllowedIPs of that peer so that the range is left out",
	},
	{
		.id = "OVL-11",
		.title = "a firewall gives addresses of the range to VPN users or uses them as "
			"its SNAT pool",
		.symptom = "now and then a completely different machine answers the cloud",
		.evidence = "the pool in the firewall's configuration, and ARP entries or routes "
			"of the range on the firewall",
		.fix = "move the pool to addresses outside the range",
	},
	{
		.id = "OVL-12",
		.title = "an Internet access behind carrier NAT brings 100.64.0.0/10 addresses "
			"onto the edge router",
		.symptom = "the edge takes the cloud for a neighbour of its provider and sends "
			"the answers there",
		.evidence = "a connected or DHCP route on the edge that overlaps the range",
		.fix = "add the explicit /16 towards the VBR, which wins by its length; if the "
			"provider uses the range itself, ask it for another address",
	},
	{
		.id = "OVL-13",
		.title = "two VPCs or two regions reach the same data center, and both use the "
			"same reverse-access range",
		.symptom = "the first link that was made works and the second one never does",
		.evidence = "requests enter by one circuit while the answers leave by the other",
		.fix = "give each circuit its own VRF or a policy route marked at ingress, place "
			"a load balancer in each VPC, or build from one VPC",
	},
	{
		.id = "OVL-14",
		.title = "an old VPC or a peered VPC has a CIDR inside 100.64.0.0/10 that takes "
			"in the range",
		.symptom = "packets for the range stay inside the VPC instead of going back to "
			"the builder",
		.evidence = "the CIDR blocks of the VPCs and the route entries of their tables",
		.fix = "migrate that VPC to a private block; new ones of this kind are refused "
			"anyway",
	},
	{
		.id = "OVL-15",
		.title = "a prefix looks similar to the range but shares no address with it",
		.symptom = "a check warns about 100.64.0.0/13, 100.88.0.0/16 or 100.100.0.0/16 "
			"although nothing is wrong",
		.evidence = "the first and last address of both prefixes: they are disjoint, or "
			"the shorter one only covers the range by the right way",
		.fix = "leave the network alone and correct the check",
	},
	{
		.id = "OVL-16",
		.title = "a planned network of the site contains addresses of the range",
		.symptom = "nothing yet; the link dies on the day of the merger or migration",
		.evidence = "the CIDRs of the data center as they are declared in the plan",
		.fix = "reserve the whole /16 in the address plan, and move the planned network",
	},
};

const struct cause_section causes_overlap = {
	.layer = "OVL",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
