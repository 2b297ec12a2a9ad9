/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does this machine forward where it has to (RT-16): as a router of the data center, or as the host
 * of a container that serves GitLab?
 *
 * The kernel asks the interface on which a packet enters (conf/IFACE/forwarding);
 * net.ipv4.ip_forward only sets all of them at once, so the interfaces in use decide where they are
 * known.
 */
#include "rules/checks/checks.h"
#include "rules/checks/return_words.h"

#include <errno.h>
#include <stdio.h>

#define SYSCTL_NAME_MAX 96
#define FRR_FORWARDS                                                                               \
	"vtysh -c 'configure terminal' -c 'ip forwarding' -c 'end' -c 'write memory'"

/* Does `dev` forward what enters by it? `name` is the setting that says so. */
static bool forwards(const struct facts *facts, const char *dev, char name[SYSCTL_NAME_MAX])
{
	const struct sysctl_fact *sysctl = NULL;

	(void)snprintf(name, SYSCTL_NAME_MAX, "net.ipv4.conf.%s.forwarding", dev ? dev : "all");
	if (dev && facts->sysctls.section.state == FACT_OK)
		sysctl = facts_sysctl(facts, name);
	if (sysctl)
		return !text_equal(sysctl->value, "0");
	(void)snprintf(name, SYSCTL_NAME_MAX, "net.ipv4.ip_forward");
	return facts->host.forwarding;
}

static bool has_evidence(const struct finding *finding, const char *name)
{
	const struct evidence *evidence;
	size_t i;

	for (i = 0; i < finding->evidence.count; i++) {
		evidence = LIST_AT(&finding->evidence, struct evidence, i);
		if (evidence->text && text_has_prefix(evidence->text, name))
			return true;
	}
	return false;
}

static void add_evidence(const struct facts *facts, const char *name, struct findings *out,
			 struct finding *finding)
{
	const struct list *list = &facts->sysctls.sysctls;
	char pointer[64];
	size_t i;

	for (i = 0; facts->sysctls.section.state == FACT_OK && i < list->count; i++) {
		if (!text_equal(LIST_AT(list, struct sysctl_fact, i)->name, name))
			continue;
		pointer_print(pointer, sizeof(pointer), "/sysctls/sysctls", i);
		finding_evidence(out, finding, pointer, "%s = 0", name);
		return;
	}
	finding_evidence(out, finding, "/host/forwarding", "%s = 0", name);
}

/* Where FRR keeps the routes, forwarding is a line of its configuration, too. */
static void say_frr(const struct facts *facts, struct findings *out, struct finding *finding)
{
	const struct list *list = &facts->routes.entries;
	size_t i;

	for (i = 0; facts->routes.section.state == FACT_OK && i < list->count; i++) {
		if (!route_is_frr(LIST_AT(list, struct route_fact, i)))
			continue;
		finding_remedy(out, finding, "frr", FRR_FORWARDS);
		return;
	}
}

/*
 * The switch to turn: that of the whole machine where it is off, for it sets every interface; where
 * it is on already, writing it again changes none, and an interface is set by its own name.
 */
static struct finding *new_fail(const char *dev, const char *name, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_FAIL);

	if (!finding)
		return NULL;
	finding_cause(out, finding, "RT-16");
	if (dev) {
		finding->subject.dev = text_copy(dev);
		if (!finding->subject.dev)
			out->error = -ENOMEM;
		finding_message(out, finding, "packets that enter by %s are not forwarded: %s = 0",
				dev, name);
	} else {
		finding_message(out, finding, "this machine forwards no packet: %s = 0", name);
	}
	finding_expected(out, finding, "%s = 1", name);
	finding_remedy(out, finding, "linux", "sysctl -w %s=1", name);
	finding_remedy(out, finding, "sysctl.d",
		       "write \"%s = 1\" to /etc/sysctl.d/90-forwarding.conf so that it survives a "
		       "reboot",
		       name);
	return finding;
}

/* One finding a switch, with every service and interface that it loses. */
static void add_fail(const struct facts *facts, const struct service_fact *service,
		     const char *dev, struct findings *out, size_t from)
{
	const char *owner = facts->host.forwarding ? dev : NULL;
	char name[SYSCTL_NAME_MAX];
	struct finding *finding = NULL;
	size_t i;

	for (i = from; i < out->list.count && !finding; i++) {
		struct finding *one = LIST_AT(&out->list, struct finding, i);

		if (one->status == STATUS_FAIL && text_equal(one->subject.dev, owner))
			finding = one;
	}
	if (!finding) {
		(void)forwards(facts, owner, name);
		finding = new_fail(owner, name, out);
		if (!finding)
			return;
		add_evidence(facts, name, out, finding);
		if (!owner)
			say_frr(facts, out, finding);
	}
	(void)forwards(facts, dev, name);
	if (!owner && dev && !has_evidence(finding, name))
		add_evidence(facts, name, out, finding);
	if (service && !strings_contain(&finding->subject.services, service->service))
		finding_service(out, finding, service->service);
}

/* A userland proxy takes the connection itself: whether it sees it depends on NAT rules. */
static void add_unknown(const struct published_fact *published, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_UNKNOWN);
	char address[ADDRESS_TEXT_MAX];

	if (!finding)
		return;
	finding->subject.address = published->address;
	finding->subject.port = (struct maybe){ .known = true, .value = published->port };
	finding_message(out, finding,
			"forwarding is off and %s:%u is published: a proxy listens there, but a "
			"NAT rule would send the packets past it to be forwarded",
			address_print(&published->address, address), published->port);
	finding_settle(out, finding, "sudo nft list ruleset");
	finding_evidence(out, finding, "/listeners/published", "%s",
			 published->source ? published->source : "published port");
}

/* Does a socket of this machine take the connections, as far as is known? */
static bool has_listener(const struct facts *facts, const struct published_fact *published)
{
	size_t i;

	if (published->diverts)
		return false;
	for (i = 0; i < facts->listeners.listeners.count; i++) {
		const struct listener_fact *listener =
			LIST_AT(&facts->listeners.listeners, struct listener_fact, i);

		if (listener->port == published->port &&
		    !address_is_loopback(&listener->address))
			return true;
	}
	return false;
}

/* The published port behind a container's service, where it is known. */
static const struct published_fact *published_behind(const struct facts *facts,
						     const struct service_fact *service)
{
	const struct published_fact *found = NULL;
	size_t i;

	for (i = 0; facts->listeners.section.state == FACT_OK &&
		    i < facts->listeners.published.count; i++) {
		const struct published_fact *published =
			LIST_AT(&facts->listeners.published, struct published_fact, i);

		if (published->container_port == service->port &&
		    address_equal(&published->container, &service->address) &&
		    (!found || published->diverts))
			found = published;
	}
	return found;
}

/* Both directions of a forwarded service: requests enter by `arrival`, replies by `iif`. */
static bool judge_service(const struct facts *facts, const struct service_fact *service,
			  struct findings *out, size_t from)
{
	const char *const devices[2] = { service->arrival, service->iif };
	const struct published_fact *published = published_behind(facts, service);
	char name[SYSCTL_NAME_MAX];
	bool spoke = false;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (!devices[i] || forwards(facts, devices[i], name))
			continue;
		if (published && has_listener(facts, published)) {
			add_unknown(published, out);
			return true;
		}
		add_fail(facts, service, devices[i], out, from);
		spoke = true;
	}
	return spoke;
}

/* A published port whose container is no service of its own (its bridge is not known). */
static void judge_published(const struct facts *facts, struct findings *out, size_t from)
{
	char name[SYSCTL_NAME_MAX];
	size_t i;

	if (facts->listeners.section.state != FACT_OK || forwards(facts, NULL, name))
		return;
	for (i = 0; i < facts->listeners.published.count; i++) {
		const struct published_fact *published =
			LIST_AT(&facts->listeners.published, struct published_fact, i);

		/* what is sent to another socket of this machine is not forwarded */
		if (facts_published_here(facts, published))
			continue;
		if (has_listener(facts, published)) {
			add_unknown(published, out);
		} else {
			add_fail(facts, NULL, NULL, out, from);
		}
	}
}

/* Nothing is said of a machine that has nothing to forward. */
static void add_denied(const struct rule_context *context, struct findings *out)
{
	const struct list *services = &context->facts->services.services;
	bool needed = context->vantage == VANTAGE_IDC_ROUTER;
	struct finding *finding;
	size_t i;

	for (i = 0; i < services->count; i++)
		needed = needed || LIST_AT(services, struct service_fact, i)->iif;
	for (i = 0; context->facts->listeners.section.state == FACT_OK &&
		    i < context->facts->listeners.published.count; i++)
		needed = needed || !facts_published_here(
			context->facts, LIST_AT(&context->facts->listeners.published,
						struct published_fact, i));
	finding = needed ? findings_add(out, STATUS_UNKNOWN) : NULL;
	if (!finding)
		return;
	finding_message(out, finding, "whether this machine forwards may not be read here");
	finding_evidence(out, finding, "/host/forwarding_denied",
			 "net.ipv4.ip_forward may not be read");
	finding_settle(out, finding, "sudo sysctl net.ipv4.ip_forward");
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct facts *facts = context->facts;
	bool router = context->vantage == VANTAGE_IDC_ROUTER, forwarded = false, spoke = false;
	char name[SYSCTL_NAME_MAX];
	size_t i, from = out->list.count;

	if (facts->host.forwarding_denied) {
		add_denied(context, out);
		return;
	}
	for (i = 0; i < facts->services.services.count; i++) {
		const struct service_fact *service =
			LIST_AT(&facts->services.services, struct service_fact, i);

		if (!service->iif)
			continue;
		forwarded = true;
		spoke = judge_service(facts, service, out, from) || spoke;
	}
	if (spoke)
		return;
	if (router && !forwarded && !forwards(facts, NULL, name))
		add_fail(facts, NULL, NULL, out, from);
	if (!router && !forwarded)
		judge_published(facts, out, from);
}

const struct rule rule_forwarding_enabled = {
	.code = "forwarding-enabled",
	.area = "host",
	.title = "packets are forwarded where replies depend on it",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_HOST) | SECTION_BIT(SECTION_SERVICES),
	.vantages = VANTAGE_HOST | VANTAGE_ROUTER,
	.causes = { "RT-16" },
	.why = "a router, and a host whose GitLab runs in a container or guest, drop every packet "
	       "that is not for themselves while forwarding is off",
	.evidence = "net.ipv4.ip_forward, net.ipv4.conf.IFACE.forwarding of the interfaces by "
		    "which the requests and the replies enter, published ports",
	.remedies = {
		{ "linux", "sysctl -w net.ipv4.ip_forward=1" },
		{ "sysctl.d", "write \"net.ipv4.ip_forward = 1\" to "
			      "/etc/sysctl.d/90-forwarding.conf" },
		{ "frr", FRR_FORWARDS },
	},
	.document = "000",
	.heading = "Prerequisites",
	.eval = evaluate,
};
