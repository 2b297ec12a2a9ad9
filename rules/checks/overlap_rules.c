/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overlap rules, one a kind of owner: what captures a class is found in overlap_owner.c, worded in
 * overlap_describe.c; here stand the rows.
 */
#include "rules/checks/overlap_rules.h"

#include "rules/checks/overlap_owner.h"
#include "rules/text.h"

#include <string.h>

#define HEADING "Prerequisites"
#define WHY                                                                                        \
	"Reverse access comes from 100.104.0.0/16. What this machine holds of it itself, or "      \
	"sends into a tunnel, it never sends back to the registry: builds from those addresses "   \
	"time out."

/* One finding a device, or a kind of overlay where each pod has a device of its own. */
static const void *group_owner(const struct capture *capture)
{
	if (strcmp(capture->cause, "OVL-07") == 0)
		return capture->owner;
	if (capture->link)
		return capture->link;
	return capture->route ? (const void *)capture->route : capture->owner;
}

static void judge_for(const struct rule *rule, const struct rule_context *context,
		      const struct class_view *view, struct class_answer *answer)
{
	struct capture capture;
	size_t i;

	if (!overlap_find(context, view, &capture))
		return;
	for (i = 0; rule->causes[i]; i++) {
		if (strcmp(rule->causes[i], capture.cause) != 0)
			continue;
		answer->status = STATUS_FAIL;
		memcpy(answer->causes[0], capture.cause, strlen(capture.cause) + 1);
		answer->owner = group_owner(&capture);
	}
}

static void judge_local_address(const struct rule_context *context, const struct class_view *view,
				struct class_answer *answer)
{
	judge_for(&rule_overlap_local_address, context, view, answer);
}

static void judge_connected(const struct rule_context *context, const struct class_view *view,
			    struct class_answer *answer)
{
	judge_for(&rule_overlap_connected_network, context, view, answer);
}

static void judge_container(const struct rule_context *context, const struct class_view *view,
			    struct class_answer *answer)
{
	judge_for(&rule_overlap_container_network, context, view, answer);
}

static void judge_overlay(const struct rule_context *context, const struct class_view *view,
			  struct class_answer *answer)
{
	judge_for(&rule_overlap_overlay_tunnel, context, view, answer);
}

static void judge_wan(const struct rule_context *context, const struct class_view *view,
		      struct class_answer *answer)
{
	judge_for(&rule_overlap_wan, context, view, answer);
}

const struct rule rule_overlap_local_address = {
	.code = "overlap-local-address",
	.area = "overlap",
	.title = "no address of 100.104.0.0/16 is an address of this machine",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "OVL-04" },
	.after = { NULL },
	.why = WHY,
	.evidence = "the kernel's look-up of every address of the range answers `local`; the "
		    "address and its interface are named",
	.remedies = {
		{ "linux", "ip address del ADDRESS/LENGTH dev INTERFACE" },
		{ "netplan", "remove the address from the interface's `addresses`, then: netplan "
			     "apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION -ipv4.addresses "
				    "ADDRESS/LENGTH && nmcli device reapply INTERFACE" },
		{ "keepalived", "take the address out of virtual_ipaddress and reload" },
	},
	.document = "000",
	.heading = HEADING,
	.judge_class = judge_local_address,
	.describe_class = overlap_describe,
};

const struct rule rule_overlap_connected_network = {
	.code = "overlap-connected-network",
	.area = "overlap",
	.title = "no network of this machine holds addresses of 100.104.0.0/16",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "OVL-01", "OVL-02", "OVL-03" },
	.after = { "overlap-local-address" },
	.why = WHY " A data center's networks must not overlap the range at all.",
	.evidence = "an on-link route (no gateway) decides for addresses of the range: longer "
		    "than /16 (OVL-01), covering it (OVL-02) or exactly it (OVL-03)",
	.remedies = {
		{ "linux", "ip address del ADDRESS/LENGTH dev INTERFACE (renumber the network); "
			   "where it covers the range: ip route replace 100.104.0.0/16 via "
			   "GATEWAY dev INTERFACE" },
		{ "netplan", "renumber the network in `addresses` and `routes`, then: netplan "
			     "apply" },
		{ "networkmanager", "nmcli connection modify CONNECTION ipv4.addresses NEW/LENGTH "
				    "&& nmcli device reapply INTERFACE" },
		{ "libvirt", "virsh net-edit NETWORK, choose another <ip address=...>, then virsh "
			     "net-destroy NETWORK && virsh net-start NETWORK" },
	},
	.document = "000",
	.heading = HEADING,
	.judge_class = judge_connected,
	.describe_class = overlap_describe,
};

const struct rule rule_overlap_container_network = {
	.code = "overlap-container-network",
	.area = "overlap",
	.title = "no container or pod network holds addresses of 100.104.0.0/16",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "OVL-05", "OVL-07" },
	.after = { "overlap-local-address", "overlap-connected-network" },
	.why = WHY " Container networks are made from pools that nobody looks at.",
	.evidence = "a route by a container bridge or pod interface (docker0, br-<id>, podman*, "
		    "cni0, flannel*, cali*, cilium*, tunl0 ...) decides for addresses of the "
		    "range",
	.remedies = {
		{ "docker", "set `default-address-pools` and `bip` in /etc/docker/daemon.json "
			    "outside 100.104.0.0/16, then recreate the network: docker network rm "
			    "NETWORK && docker network create NETWORK" },
		{ "podman", "set `default_subnet_pools` in containers.conf, then: podman network "
			    "rm NETWORK && podman network create NETWORK" },
		{ "kubernetes", "give the cluster another pod range (kube-controller-manager "
				"--cluster-cidr and the network plugin's pool), or expose GitLab "
				"from a machine outside the cluster" },
		{ "linux", "ip address del ADDRESS/LENGTH dev BRIDGE" },
	},
	.document = "000",
	.heading = HEADING,
	.judge_class = judge_container,
	.describe_class = overlap_describe,
};

const struct rule rule_overlap_overlay_tunnel = {
	.code = "overlap-overlay-tunnel",
	.area = "overlap",
	.title = "no reply to 100.104.0.0/16 enters a tunnel that nobody declared",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "OVL-08", "OVL-09", "OVL-10" },
	.after = { "overlap-local-address", "overlap-connected-network",
		   "overlap-container-network" },
	.why = WHY " Overlay networks like 100.64.0.0/10 for the same reason that the registry "
		   "does.",
	.evidence = "the route of the class leaves by a tunnel: Tailscale, WireGuard, NetBird, "
		    "Cloudflare WARP, Twingate, or any tun, ppp, gre, ipip, sit, vti or xfrm "
		    "interface that the plan does not declare as the way back",
	.remedies = {
		{ "tailscale", "tailscale set --accept-routes=false, or stop advertising what "
			       "overlaps 100.104.0.0/16" },
		{ "wireguard", "narrow AllowedIPs so that 100.104.0.0/16 is not inside, then: wg "
			       "syncconf INTERFACE <(wg-quick strip INTERFACE)" },
		{ "netbird", "choose an overlay network outside 100.104.0.0/16 in the account's "
			     "settings" },
		{ "warp", "exclude 100.104.0.0/16 in the split-tunnel list of the device profile" },
		{ "linux", "ip route replace 100.104.0.0/16 via GATEWAY dev INTERFACE table "
			   "TABLE, where TABLE is the one that sends it into the tunnel" },
	},
	.document = "000",
	.heading = HEADING,
	.judge_class = judge_overlay,
	.describe_class = overlap_describe,
};

const struct rule rule_overlap_wan = {
	.code = "overlap-wan",
	.area = "overlap",
	.title = "the provider's network (WAN) does not hold addresses of 100.104.0.0/16",
	.severity = SEVERITY_BLOCKER,
	.reads = PATH_READS,
	.vantages = PATH_VANTAGES,
	.causes = { "OVL-12" },
	.after = { "overlap-local-address", "overlap-connected-network",
		   "overlap-container-network", "overlap-overlay-tunnel" },
	.why = WHY " Providers number their customers from 100.64.0.0/10.",
	.evidence = "the on-link route was learnt by DHCP, its address is leased and carries the "
		    "default route, or (on a router) it holds the default's gateway",
	.remedies = {
		{ "linux", "ip route replace 100.104.0.0/16 via GATEWAY dev INTERFACE: the more "
			   "specific route wins where the WAN only covers the range" },
		{ "provider", "ask for a WAN address outside 100.104.0.0/16 where it lies inside" },
	},
	.document = "000",
	.heading = HEADING,
	.judge_class = judge_wan,
	.describe_class = overlap_describe,
};
