/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failure catalogue, HOST: filters, NAT and sockets of the host.
 */
#include "rules/causes.h"

static const struct cause rows[] = {
	{
		.id = "HOST-01",
		.title = "an input rule of the host firewall drops 100.64.0.0/10 as a bogus source",
		.symptom = "only connections from the cloud time out",
		.evidence = "the handle of the matching rule and its counter, which grows with "
			"each attempt",
		.fix = "accept the range on the service ports in front of that rule",
	},
	{
		.id = "HOST-02",
		.title = "the firewalld zone of the interface, or a zone chosen by source, does "
			"not allow the service",
		.symptom = "the client times out or is told \"administratively prohibited\"",
		.evidence = "the active zones with their sources and services; ICMP type 3 code "
			"10 or 13 at the client",
		.fix = "add the service and the range as a source to the right zone, permanently",
	},
	{
		.id = "HOST-03",
		.title = "a rate limit of the host firewall counts parallel builds as an attack",
		.symptom = "the first connections succeed and later ones are dropped",
		.evidence = "a ufw limit or hashlimit rule on the port; failures grow with the "
			"number of attempts",
		.fix = "exempt the range from the limit, or raise it",
	},
	{
		.id = "HOST-04",
		.title = "the FORWARD chain refuses traffic to a containerised GitLab",
		.symptom = "connections to the published port time out from the cloud",
		.evidence = "policy DROP or a rule in DOCKER-USER that the range runs into",
		.fix = "allow the range in DOCKER-USER ahead of the refusal",
	},
	{
		.id = "HOST-05",
		.title = "a Kubernetes network policy, a Cilium host firewall or an XDP or TC "
			"program filters the range",
		.symptom = "connections time out while the packet filter rules look clean",
		.evidence = "programs attached to the interface by XDP or clsact, and the policy "
			"objects of the cluster",
		.fix = "allow the range in the policy that the program enforces",
	},
	{
		.id = "HOST-06",
		.title = "legacy iptables and nftables rules are both loaded",
		.symptom = "nobody finds the rule that drops",
		.evidence = "tables of the legacy modules that hold rules beside the nft rule set",
		.fix = "move all rules to one of the two and unload the other",
	},
	{
		.id = "HOST-07",
		.title = "connection tracking calls the packets invalid because it sees one "
			"direction only",
		.symptom = "the handshake gets half way and then there is silence",
		.evidence = "a rule that drops ct state invalid, and its counter",
		.fix = "make the path symmetric, or exempt the range from that rule",
	},
	{
		.id = "HOST-08",
		.title = "the connection tracking table is full",
		.symptom = "random drops under load, for all clients alike",
		.evidence = "nf_conntrack_count close to nf_conntrack_max, drops in the statistics",
		.fix = "raise the maximum or shorten the time-outs",
	},
	{
		.id = "HOST-09",
		.title = "the listen queue of the service overflows",
		.symptom = "now and then a connection takes one to three seconds to open",
		.evidence = "the counters ListenOverflows and ListenDrops grow",
		.fix = "raise somaxconn and the backlog of the web server, or give it more workers",
	},
	{
		.id = "HOST-10",
		.title = "the service listens on loopback, on another address or on another port, "
			"or the container port is not published",
		.symptom = "\"connection refused\"",
		.evidence = "no listening socket for the address and port of the plan",
		.fix = "bind the service to the planned address and port, or publish the port",
	},
	{
		.id = "HOST-11",
		.title = "the service listens on IPv6 alone",
		.symptom = "IPv4 connections are refused, IPv6 ones are not",
		.evidence = "a listener on [::] with the v6only option and none on IPv4",
		.fix = "add a listener on 0.0.0.0, or clear v6only",
	},
	{
		.id = "HOST-12",
		.title = "masquerading hides the address of the builder from GitLab",
		.symptom = "allow-lists, rate limits and audit logs see the gateway, and one ban "
			"hits everybody",
		.evidence = "GitLab logs an address outside the range; a masquerade rule in "
			"postrouting",
		.fix = "exclude the range from masquerading, use the host network, or hand the "
			"source over by PROXY protocol",
	},
	{
		.id = "HOST-13",
		.title = "a user-space proxy of the container runtime opens the connection anew",
		.symptom = "GitLab sees the bridge address instead of the builder",
		.evidence = "docker-proxy or a rootless network helper holds the listening socket",
		.fix = "switch userland-proxy off, or run the container in the host network",
	},
	{
		.id = "HOST-14",
		.title = "kube-proxy replaces the source because the service uses "
			"externalTrafficPolicy Cluster",
		.symptom = "GitLab sees a node address for all clients",
		.evidence = "the specification of the Kubernetes service",
		.fix = "set externalTrafficPolicy to Local",
	},
	{
		.id = "HOST-15",
		.title = "fail2ban, Rack::Attack or an endpoint agent has banned addresses of the "
			"range",
		.symptom = "it worked, then came 403 or silence after a few failed logins",
		.evidence = "ban chains or sets of the packet filter that hold such addresses, or "
			"the body of the 403",
		.fix = "lift the ban and put the range on the allow-list of that tool",
	},
	{
		.id = "HOST-16",
		.title = "an access list of the server itself refuses the range",
		.symptom = "403, or the connection closes straight after it opened",
		.evidence = "the connection is accepted and ends before any response; deny rules "
			"in hosts.deny or the web server",
		.fix = "allow the range in that list",
	},
	{
		.id = "HOST-17",
		.title = "an old kernel rejects connections by TCP timestamps of builders that "
			"share an address",
		.symptom = "every second attempt is ignored",
		.evidence = "PAWSPassive or PAWSActive grows, tcp_tw_recycle is on",
		.fix = "switch tcp_tw_recycle off, or upgrade the kernel",
	},
	{
		.id = "HOST-18",
		.title = "the host or the GitLab workers are overloaded",
		.symptom = "connections open at once and then wait long for the first byte",
		.evidence = "time to connect is short and time to first byte is long; load and "
			"memory of the host",
		.fix = "give the machine or the worker pool more room",
	},
};

const struct cause_section causes_host = {
	.layer = "HOST",
	.rows = rows,
	.count = sizeof(rows) / sizeof(rows[0]),
};
