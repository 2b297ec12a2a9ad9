/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Will a network that is only configured take addresses of the range once it comes up (OVL-06..10)?
 *
 * What is up already shows in the classes, and the overlap rules have it; this rule speaks only of
 * configuration behind which no class stands yet.
 */
#include "rules/checks/checks.h"

#include <errno.h>
#include <string.h>

#define DEVICES_MOST 6

struct owner {
	const char *name;
	const char *cause;
	const char *devices[DEVICES_MOST]; /* prefixes of interface names; NULL-terminated */
	const char *kind;       /* of the link; NULL: names alone tell */
	const char *platform;
	const char *remedy;
};

static const struct owner owners[] = {
	{ "docker", "OVL-06", { "docker", "br-" }, NULL, "docker",
	  "move the network out of the range (bip, fixed-cidr, default-address-pools in "
	  "/etc/docker/daemon.json), systemctl restart docker, and create networks anew" },
	{ "podman", "OVL-06", { "podman", "cni-podman" }, NULL, "podman",
	  "move default_subnet and default_subnet_pools in containers.conf out of the range and "
	  "create networks anew" },
	{ "cni", "OVL-06", { "cni", "podman" }, NULL, "cni",
	  "change the subnet in /etc/cni/net.d and create the pods anew" },
	{ "libvirt", "OVL-06", { "virbr" }, NULL, "libvirt",
	  "virsh net-edit the network to addresses outside the range, then net-destroy and "
	  "net-start it" },
	{ "kubernetes", "OVL-07", { "cni", "cali", "flannel", "cilium", "tunl", "kube-" }, NULL,
	  "kubernetes",
	  "create the cluster network anew outside the range, or expose GitLab by a load balancer "
	  "outside the cluster" },
	{ "tailscale", "OVL-08", { "tailscale" }, NULL, "tailscale",
	  "take the routes off this machine (tailscale set --accept-routes=false), or move GitLab "
	  "to a machine without the client" },
	{ "netbird", "OVL-09", { "wt", "nb-", "netbird" }, NULL, "netbird",
	  "give the overlay another network, or leave the range out of its routes" },
	{ "wireguard", "OVL-10", { "wg" }, "wireguard", "wireguard",
	  "narrow AllowedIPs so that they leave the range out" },
};

static const struct owner *owner_of(const struct config_fact *config)
{
	size_t i;

	for (i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (text_equal(owners[i].name, config->owner))
			return &owners[i];
	return NULL;
}

static bool owns_device(const struct facts *facts, const struct owner *owner,
			const struct config_fact *config, const char *dev)
{
	const struct link_fact *link;
	size_t i;

	if (!dev)
		return false;
	if (text_has_prefix(config->path, "interface "))
		return text_equal(config->path + strlen("interface "), dev);
	for (i = 0; i < DEVICES_MOST && owner->devices[i]; i++)
		if (text_has_prefix(dev, owner->devices[i]))
			return true;
	link = owner->kind && facts->links.section.state == FACT_OK ? facts_link(facts, dev) : NULL;
	return link && text_equal(link->kind, owner->kind);
}

static bool class_is_taken(const struct facts *facts, const struct owner *owner,
			   const struct config_fact *config, const struct class_fact *one)
{
	size_t i;

	if (address_ipv4(&one->last) < prefix_first(&config->prefix) ||
	    address_ipv4(&one->first) > prefix_last(&config->prefix))
		return false;
	/* an address of an overlay interface is in the local table, by no device of its own */
	if (text_has_prefix(config->path, "interface ") && text_equal(one->type, "local"))
		return true;
	for (i = 0; i < one->next_hops.count; i++)
		if (owns_device(facts, owner, config,
				LIST_AT(&one->next_hops, struct next_hop, i)->dev))
			return true;
	return false;
}

/*
 * What of the range the configuration may still take: its addresses but those on a device of the
 * owner, which the overlap rules judge. A network that is up is taken whole; a pool goes on to hand
 * out the rest, in which a single local address is no hindrance.
 */
static void find_rest(const struct facts *facts, const struct owner *owner,
		      const struct config_fact *config, struct span_set *rest)
{
	const struct list *classes = &facts->routes.classes;
	size_t i;

	span_set_add(rest, prefix_first(&config->prefix), prefix_last(&config->prefix));
	span_set_subtract(rest, 0, prefix_first(&reverse_range) - 1);
	span_set_subtract(rest, prefix_last(&reverse_range) + 1, UINT32_MAX);
	if (facts->routes.section.state != FACT_OK)
		return;
	for (i = 0; i < classes->count; i++) {
		const struct class_fact *one = LIST_AT(classes, struct class_fact, i);
		bool taken = class_is_taken(facts, owner, config, one);

		if (taken && !config->pool_size)
			span_set_subtract(rest, 0, UINT32_MAX);
		if (taken || text_equal(one->type, "local"))
			span_set_subtract(rest, address_ipv4(&one->first),
					  address_ipv4(&one->last));
	}
}

static char *keep(const char *string, struct findings *out)
{
	char *copy = text_copy(string);

	if (string && !copy)
		out->error = -ENOMEM;
	return copy;
}

static void add_warning(const struct owner *owner, const struct config_fact *config, size_t place,
			uint32_t rest, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_WARN);
	char pointer[64], network[PREFIX_TEXT_MAX], range[PREFIX_TEXT_MAX];
	const char *key = config->key ? config->key : "whole file";

	if (!finding)
		return;
	prefix_print(&config->prefix, network);
	prefix_print(&reverse_range, range);
	pointer_print(pointer, sizeof(pointer), "/configs/configs", place);
	finding->subject.prefix = config->prefix;
	finding->subject.path = keep(config->path, out);
	finding->subject.key = keep(config->key, out);
	finding->share = (struct share){ .known = true, .addresses = rest };
	finding_cause(out, finding, owner->cause);
	if (config->pool_size)
		finding_message(out, finding,
				"%s hands out /%u networks of %s, which reaches into %s (%s, %s)",
				owner->name, config->pool_size, network, range, config->path, key);
	else
		finding_message(out, finding,
				"%s is configured with %s, which reaches into %s (%s, %s)",
				owner->name, network, range, config->path, key);
	finding_expected(out, finding, "no network that may come up overlaps %s", range);
	finding_evidence(out, finding, pointer,
			 "%s: %s = %s; %u addresses of the range are not on a device of %s yet",
			 config->path, key, network, rest, owner->name);
	finding_remedy(out, finding, owner->platform, "%s", owner->remedy);
}

static void add_denied(const struct strings *denied, struct findings *out)
{
	struct finding *finding;
	struct text files;
	bool other;
	size_t i;

	text_init(&files, (size_t)64 * 1024);
	for (i = 0; i < denied->count; i++) {
		if (config_may_route(denied->items[i], &other) && !other)
			continue;
		text_addf(&files, "%s%s", files.length ? ", " : "", denied->items[i]);
	}
	if (text_error(&files) == -ENOMEM)
		out->error = -ENOMEM;
	if (files.length) {
		finding = findings_add(out, STATUS_SKIPPED);
		finding_message(out, finding, "could not be read: %s", text_string(&files));
		finding_settle(out, finding, "sudo reachback check");
	}
	text_release(&files);
}

/* Nothing more will come up: say what is there, for "nothing overlaps" would not be true. */
static void add_active(const struct config_fact *config, size_t place, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_PASS);
	char pointer[64], network[PREFIX_TEXT_MAX];
	const char *key = config->key ? config->key : "whole file";

	if (!finding)
		return;
	prefix_print(&config->prefix, network);
	pointer_print(pointer, sizeof(pointer), "/configs/configs", place);
	finding->subject.prefix = config->prefix;
	finding->subject.path = keep(config->path, out);
	finding->subject.key = keep(config->key, out);
	finding_message(out, finding,
			"%s of %s is up already, so the overlap rules judge it; nothing more of "
			"the range will be taken",
			network, config->path);
	finding_evidence(out, finding, pointer, "%s: %s = %s", config->path, key, network);
}

static void judge_config(const struct facts *facts, const struct config_fact *config, size_t place,
			 struct findings *out)
{
	const struct owner *owner = owner_of(config);
	struct span_set rest;
	uint32_t size;

	if (!owner || !prefix_overlaps(&config->prefix, &reverse_range))
		return;
	span_set_init(&rest);
	find_rest(facts, owner, config, &rest);
	if (rest.error)
		out->error = rest.error;
	size = (uint32_t)span_set_size(&rest);
	if (size)
		add_warning(owner, config, place, size, out);
	else
		add_active(config, place, out);
	span_set_release(&rest);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct configs_facts *configs = &context->facts->configs;
	size_t i;

	for (i = 0; i < configs->configs.count; i++)
		judge_config(context->facts, LIST_AT(&configs->configs, struct config_fact, i), i,
			     out);
	add_denied(&configs->denied, out);
}

const struct rule rule_configured_networks_clear = {
	.code = "configured-networks-clear",
	.area = "overlap",
	.title = "no configured container, cluster, VM or VPN network will overlap the range",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_CONFIGS),
	.vantages = VANTAGE_HOST | VANTAGE_ROUTER,
	.causes = { "OVL-06", "OVL-07", "OVL-08", "OVL-09", "OVL-10" },
	.why = "a pool or network that is only configured takes its addresses with the next "
	       "container, pod, guest or tunnel that comes up; builds then fail from one day to "
	       "the next",
	.evidence = "configuration of Docker, podman, CNI, Kubernetes, libvirt, WireGuard, "
		    "Tailscale and NetBird whose networks overlap the range and of "
		    "which a part is on none of their devices yet",
	.remedies = {
		{ "docker", "set bip, fixed-cidr and default-address-pools in "
			    "/etc/docker/daemon.json to networks outside 100.104.0.0/16 and create "
			    "networks anew" },
		{ "podman", "set default_subnet and default_subnet_pools in containers.conf "
			    "outside the range" },
		{ "cni", "change the subnet in /etc/cni/net.d" },
		{ "kubernetes", "create the cluster network anew with --cluster-cidr outside the "
				"range" },
		{ "libvirt", "virsh net-edit NETWORK" },
		{ "wireguard", "narrow AllowedIPs" },
		{ "tailscale", "tailscale set --accept-routes=false" },
		{ "netbird", "leave the range out of the overlay's routes" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.eval = evaluate,
};
