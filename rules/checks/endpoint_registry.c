/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it the registry that its domain leads to, at the address that the link shows (DNS-06)? Its
 * /v2/ answers a stranger with a Bearer challenge, and nothing else does. No other rule speaks of
 * the registry's own hosts, so this one does it from name to answer.
 */
#include "rules/checks/endpoint_above.h"

#include "rules/checks/endpoint_form.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct registry_view {
	const struct rule_context *context;
	const struct endpoint_target *target;
	const struct attempt_fact *attempt; /* one address; NULL: the name has none */
	const struct registry_fact *row;    /* NULL: nobody answered, or not of the domain itself */
	struct findings *out;
};

static const struct registry_fact *row_of(const struct endpoints_facts *endpoints, const char *url)
{
	size_t i;

	for (i = 0; i < endpoints->registry.count; i++) {
		const struct registry_fact *row =
			LIST_AT(&endpoints->registry, struct registry_fact, i);

		if (text_equal(row->url, url))
			return row;
	}
	return NULL;
}

static bool is_challenge(const struct http_fact *http)
{
	return http->status.known && http->status.value == 401 && http->authenticate &&
	       !strncasecmp(http->authenticate, "Bearer ", 7);
}

static struct finding *add(const struct registry_view *view, int status)
{
	const struct address *address = view->attempt ? &view->attempt->address : NULL;
	const struct attempt_fact *first = view->context->facts->endpoints.attempts.items;
	struct finding *finding =
		above_add(view->context, view->out, status,
			  &(struct above_place){ view->target, address, RUNG_API });
	char pointer[64];

	if (!view->attempt)
		return finding;
	(void)snprintf(pointer, sizeof(pointer), "/endpoints/attempts/%zu",
		       (size_t)(view->attempt - first));
	finding_evidence(view->out, finding, pointer, "TCP %s, HTTP %s%s%s",
			 tcp_outcome_words[view->attempt->tcp.outcome],
			 http_outcome_words[view->attempt->http.outcome],
			 view->attempt->http.authenticate ? ", " : "",
			 view->attempt->http.authenticate ? view->attempt->http.authenticate : "");
	return finding;
}

static void add_warning(const struct registry_view *view, const char *words)
{
	char address[ADDRESS_TEXT_MAX] = "no address";
	struct finding *finding = add(view, STATUS_WARN);

	if (view->attempt)
		(void)address_print(&view->attempt->address, address);
	finding_cause(view->out, finding, "DNS-06");
	finding_message(view->out, finding, "%s leads to %s%s", view->target->host, address, words);
	finding_expected(view->out, finding, "the address that the instance's access control shows "
					     "for the VPC, and 401 with a Bearer challenge there");
	finding_remedy(view->out, finding, "cloud",
		       "take changes of the PrivateZone zone back that the registry made; removing "
		       "the VPC from the instance's access control and adding it makes it anew");
}

/* The record that the registry makes for a VPC's domain leads into the VPC. */
static bool is_astray(const struct registry_view *view)
{
	return view->target->purpose == PURPOSE_REGISTRY && strstr(view->target->host, "-vpc.") &&
	       form_is_public(&view->context->facts->plan, &view->attempt->address);
}

static bool is_unexpected(const struct registry_view *view)
{
	char address[ADDRESS_TEXT_MAX];

	return view->row && view->row->expected.count &&
	       !strings_contain(&view->row->expected,
				address_print(&view->attempt->address, address));
}

static bool is_dead(const struct registry_view *view)
{
	int outcome = view->attempt->tcp.outcome;

	return outcome == TCP_REFUSED || outcome == TCP_TIMED_OUT || outcome == TCP_UNREACHABLE;
}

static bool is_another(const struct tls_fact *tls)
{
	return tls->outcome == TLS_DONE && tls->certificates.count && !tls->name_matches;
}

static void add_good(const struct registry_view *view)
{
	struct finding *finding = add(view, STATUS_PASS);
	const struct registry_fact *row = view->row;
	char address[ADDRESS_TEXT_MAX];

	(void)address_print(&view->attempt->address, address);
	if (view->target->purpose != PURPOSE_REGISTRY)
		finding_message(view->out, finding, "%s (%s) answers at %s", view->target->host,
				view->target->found_in ? view->target->found_in : "of the registry",
				address);
	else
		finding_message(view->out, finding, "the registry answers at %s%s%s%s", address,
				row && row->realm ? ", tokens come from " : "",
				row && row->realm ? row->realm : "",
				row && row->expected.count
					? "" : "; whether that is the link's, the cloud tells");
}

static void judge(const struct registry_view *view)
{
	const struct http_fact *http = &view->attempt->http;

	if (is_astray(view))
		add_warning(view, ", which is public");
	else if (is_unexpected(view))
		add_warning(view, ", which is not the address that the link shows");
	else if (is_dead(view))
		add_warning(view, ", which takes no connections");
	else if (is_another(&view->attempt->tls))
		add_warning(view, ", whose certificate is of another name");
	else if (http->outcome != HTTP_ANSWERED)
		above_unreached(view->context, view->out, view->target, RUNG_API,
				"whether the registry answers");
	else if (view->target->purpose == PURPOSE_REGISTRY && !is_challenge(http))
		add_warning(view, ", where something else answers than the registry");
	else
		add_good(view);
}

static bool is_nameless(const struct endpoints_facts *endpoints,
			const struct endpoint_target *target)
{
	bool asked = false;
	size_t i;

	for (i = 0; i < endpoints->names.count; i++) {
		const struct name_fact *name = LIST_AT(&endpoints->names, struct name_fact, i);

		if (!text_equal(name->name, target->host) || name->outcome == NAME_UNTRIED)
			continue;
		if (name->outcome == NAME_ANSWERED)
			return false;
		asked = true;
	}
	return asked;
}

static void judge_target(struct registry_view *view)
{
	const struct endpoints_facts *endpoints = &view->context->facts->endpoints;
	bool any = false;
	size_t i;

	for (i = 0; i < endpoints->attempts.count; i++) {
		view->attempt = LIST_AT(&endpoints->attempts, struct attempt_fact, i);
		if (!text_equal(view->attempt->url, view->target->url))
			continue;
		judge(view);
		any = true;
	}
	view->attempt = NULL;
	if (!any && is_nameless(endpoints, view->target))
		add_warning(view, ": its name is not known here");
	else if (!any)
		above_unreached(view->context, view->out, view->target, RUNG_API,
				"whether the registry answers");
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	size_t i;

	for (i = 0; i < endpoints->targets.count; i++) {
		struct registry_view view = {
			.context = context, .out = out,
			.target = LIST_AT(&endpoints->targets, struct endpoint_target, i),
		};

		if (view.target->root_purpose != PURPOSE_REGISTRY)
			continue;
		view.row = row_of(endpoints, view.target->url);
		judge_target(&view);
	}
}

static const char *skip(const struct rule_context *context)
{
	const struct list *targets = &context->facts->endpoints.targets;
	size_t i;

	for (i = 0; i < targets->count; i++)
		if (LIST_AT(targets, struct endpoint_target, i)->purpose == PURPOSE_REGISTRY)
			return NULL;
	return "no domain of the registry was asked for (--registry DOMAIN)";
}

const struct rule rule_registry_answers = {
	.code = "registry-answers",
	.area = "registry",
	.title = "the registry's domain, its token service and its storage answer",
	.severity = SEVERITY_RISK,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "DNS-06" },
	.why = "The zone that the registry made for the VPC is not to be changed: with another "
	       "record pushes, pulls and deletions go astray.",
	.evidence = "/v2/ of the domain on every address: 401 with a Bearer challenge; the hosts "
		    "of its realm and of the layers are looked at as well",
	.remedies = {
		{ "cloud", "restore the zone that the registry made in PrivateZone" },
	},
	.document = "002",
	.heading = "How it works",
	.skip = skip,
	.eval = evaluate,
};
