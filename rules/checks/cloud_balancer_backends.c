/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Are the backends of the load balancer healthy (SG-18)?
 */
#include "rules/checks/cloud_balancers.h"

#include "rules/admission_words.h"
#include "rules/checks/checks.h"

#include <stdio.h>

#define EVIDENCE_MAX 8

static bool is_healthy(const struct backend_fact *backend)
{
	return words_are(backend->health, "normal") || words_are(backend->health, "healthy");
}

/* Not checked yet, or not at all. */
static bool is_unchecked(const struct backend_fact *backend)
{
	return !backend->health || words_are(backend->health, "unavailable") ||
	       words_are(backend->health, "initial") || words_are(backend->health, "unused");
}

static void add_unhealthy(const struct balanced *at, size_t sick, bool all)
{
	struct finding *finding = balanced_finding(at, all ? STATUS_FAIL : STATUS_WARN);
	const struct list *backends = &at->listener->backends;
	struct findings *out = at->view->out;
	char pointer[120];
	size_t i, said = 0;

	finding_cause(out, finding, "SG-18");
	finding_message(out, finding, "%s backend%s of %s: the health check fails",
			all ? "every" : "some", all ? "" : "s", at->name);
	for (i = 0; i < backends->count && said < EVIDENCE_MAX && said < sick; i++) {
		const struct backend_fact *one = LIST_AT(backends, struct backend_fact, i);

		if (is_healthy(one) || is_unchecked(one))
			continue;
		(void)snprintf(pointer, sizeof(pointer), "%s/backends/%zu", at->pointer, i);
		finding_evidence(out, finding, pointer, "%s is \"%s\"", one->id ? one->id : "?",
				 one->health);
		said++;
	}
	finding_remedy(out, finding, "cloud",
		       "admit 100.64.0.0/10 to the health check's port in the firewall of the "
		       "backends, and see that the service answers there");
}

/* What is known of the servers of one group. */
struct group_state {
	size_t servers, healthy, sick;
};

/* `*from` goes on to the first server of the next group; they are in order. */
static struct group_state look_at_group(const struct list *backends, size_t *from)
{
	const char *group = LIST_AT(backends, struct backend_fact, *from)->group;
	struct group_state state = { .servers = 0 };

	for (; *from < backends->count; (*from)++) {
		const struct backend_fact *one = LIST_AT(backends, struct backend_fact, *from);

		if (!text_equal(one->group, group))
			break;
		state.servers++;
		state.healthy += is_healthy(one);
		state.sick += !is_healthy(one) && !is_unchecked(one);
	}
	return state;
}

/*
 * Of an ALB all groups are there to which some rule forwards. Which one has the requests to GitLab
 * only its rules could tell: one that answers does not make up for another that does not.
 */
static void judge_groups(const struct balanced *at)
{
	const struct list *backends = &at->listener->backends;
	size_t next = 0, groups = 0, dead = 0, open = 0, sick = 0;
	struct finding *finding;

	while (next < backends->count) {
		const struct group_state state = look_at_group(backends, &next);

		groups++;
		sick += state.sick;
		dead += state.sick == state.servers;
		open += !state.healthy && state.sick < state.servers;
	}
	if (groups && dead == groups) {
		add_unhealthy(at, sick, true);
	} else if (!groups || open + dead) {
		balanced_unknown(at, "the health of the backends",
				 !groups ? "none is listed" :
				 dead ? "every server of one server group fails its health check, "
					"and which group the requests go to is not read" :
				 "no server of a server group was checked");
	} else if (sick) {
		add_unhealthy(at, sick, false);
	} else {
		finding = balanced_finding(at, STATUS_PASS);
		finding_message(at->view->out, finding, "the backends of %s are healthy",
				at->balancer->id);
	}
}

static void judge_backends(struct admission_view *view)
{
	size_t i, sick = 0, unchecked = 0;
	const struct list *backends;
	struct finding *finding;
	struct balanced at;
	bool classic;

	if (!balanced_find(view, &at) || !at.listener)
		return;
	if (words_are(at.balancer->kind, "alb") && at.listener->health_state == FACT_OK) {
		judge_groups(&at);
		return;
	}
	backends = &at.listener->backends;
	/* an NLB lists only backends that are not healthy */
	classic = words_are(at.balancer->kind, "clb");
	for (i = 0; i < backends->count; i++) {
		const struct backend_fact *one = LIST_AT(backends, struct backend_fact, i);

		unchecked += is_unchecked(one);
		sick += !is_healthy(one) && !is_unchecked(one);
	}
	if (at.listener->health_state != FACT_OK) {
		balanced_unknown(&at, "the health of the backends", at.listener->health_note);
	} else if (sick) {
		add_unhealthy(&at, sick, classic && sick == backends->count);
	} else if (classic && unchecked == backends->count) {
		balanced_unknown(&at, "the health of the backends",
			    backends->count ? "none was checked" : "none is listed");
	} else {
		finding = balanced_finding(&at, STATUS_PASS);
		finding_message(view->out, finding, "the backends of %s are healthy", at.name);
	}
}

static void evaluate_backends(const struct rule_context *context, struct findings *out)
{
	admission_each(context, out, judge_backends);
}

const struct rule rule_balancer_backends_healthy = {
	.code = "balancer-backends-healthy",
	.area = "balancer",
	.title = "the load balancer's backends are healthy",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_CLOUD) | SECTION_BIT(SECTION_BALANCERS),
	.vantages = VANTAGE_EVERY,
	.causes = { "SG-18" },
	.why = "Health checks come from 100.64.0.0/10, which firewalls of hosts like to drop; the "
	       "load balancer then answers for nobody.",
	.evidence = "the health of the listener's backends",
	.remedies = {
		{ "cloud", "admit 100.64.0.0/10 to the health check's port on the backends" },
	},
	.document = "000",
	.heading = "Prerequisites",
	.skip = balanced_skip,
	.eval = evaluate_backends,
};
