/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it the registry that its domain leads to, at the address that the link shows (DNS-06)? Its
 * /v2/ answers a stranger with a Bearer challenge, and nothing else does.
 */
#include "rules/checks/endpoint_above.h"

#include <stdio.h>
#include <strings.h>

struct registry_view {
	const struct rule_context *context;
	const struct endpoint_target *target;
	const struct attempt_fact *attempt; /* one address */
	const struct registry_fact *row;    /* NULL */
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
	return http->outcome == HTTP_ANSWERED && http->status.known && http->status.value == 401 &&
	       http->authenticate && !strncasecmp(http->authenticate, "Bearer ", 7);
}

static struct finding *add(const struct registry_view *view, int status)
{
	struct finding *finding = above_add(view->context, view->out, status,
			  &(struct above_place){ view->target, &view->attempt->address, RUNG_API });
	const struct attempt_fact *first = view->context->facts->endpoints.attempts.items;
	const struct http_fact *http = &view->attempt->http;
	char pointer[64];

	(void)snprintf(pointer, sizeof(pointer), "/endpoints/attempts/%zu/http",
		       (size_t)(view->attempt - first));
	finding_evidence(view->out, finding, pointer, "/v2/: %s%s%s",
			 http_outcome_words[http->outcome], http->authenticate ? ", " : "",
			 http->authenticate ? http->authenticate : "");
	return finding;
}

static void add_warning(const struct registry_view *view, const char *words)
{
	char address[ADDRESS_TEXT_MAX];
	struct finding *finding = add(view, STATUS_WARN);

	finding_cause(view->out, finding, "DNS-06");
	finding_message(view->out, finding, "%s leads to %s, %s", view->target->host,
			address_print(&view->attempt->address, address), words);
	finding_expected(view->out, finding, "the address that the instance's access control shows "
					     "for the VPC, and 401 with a Bearer challenge there");
	finding_remedy(view->out, finding, "cloud",
		       "take changes of the PrivateZone zone back that the registry made; removing "
		       "the VPC from the instance's access control and adding it makes it anew");
}

static void judge(const struct registry_view *view)
{
	const struct registry_fact *row = view->row;
	char address[ADDRESS_TEXT_MAX];
	struct finding *finding;

	(void)address_print(&view->attempt->address, address);
	if (row && row->expected.count && !strings_contain(&row->expected, address)) {
		add_warning(view, "which is not the address that the link shows");
	} else if (is_challenge(&view->attempt->http)) {
		finding = add(view, STATUS_PASS);
		finding_message(view->out, finding,
				"the registry answers at %s%s%s%s", address,
				row && row->realm ? ", tokens come from " : "",
				row && row->realm ? row->realm : "",
				row && row->expected.count
					? ""
					: "; whether that is the link's, the cloud tells");
	} else if (view->attempt->http.outcome == HTTP_ANSWERED) {
		add_warning(view, "where something else answers than the registry");
	} else {
		above_unreached(view->context, view->out, view->target, RUNG_API,
				"whether it is the registry");
	}
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	size_t i, k;

	for (i = 0; i < endpoints->targets.count; i++) {
		struct registry_view view = {
			.context = context, .out = out,
			.target = LIST_AT(&endpoints->targets, struct endpoint_target, i),
		};
		bool any = false;

		if (view.target->purpose != PURPOSE_REGISTRY)
			continue;
		view.row = row_of(endpoints, view.target->url);
		for (k = 0; k < endpoints->attempts.count; k++) {
			view.attempt = LIST_AT(&endpoints->attempts, struct attempt_fact, k);
			if (!text_equal(view.attempt->url, view.target->url))
				continue;
			judge(&view);
			any = true;
		}
		if (!any)
			above_unreached(context, out, view.target, RUNG_API,
					"whether it is the registry");
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
	.title = "the registry's domain leads to the registry",
	.severity = SEVERITY_RISK,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "DNS-06" },
	.after = { BELOW_API },
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
