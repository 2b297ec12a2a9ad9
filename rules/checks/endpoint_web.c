/* SPDX-License-Identifier: Apache-2.0 */
/* Walking attempts, and words about them, for the rules of TLS and HTTP. */
#include "rules/checks/endpoint_web.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int family_of(const struct endpoint_target *target)
{
	switch (target->root_purpose) {
	case PURPOSE_MAVEN:
		return WEB_MAVEN;
	case PURPOSE_REGISTRY:
	case PURPOSE_REALM:
	case PURPOSE_STORAGE:
		return WEB_REGISTRY;
	default:
		return WEB_GITLAB;
	}
}

/* The registry's own hosts have a rule of their own (registry-answers). */
static bool is_web(const struct endpoint_target *target)
{
	return family_of(target) != WEB_REGISTRY && (text_equal(target->scheme, "http") ||
						     text_equal(target->scheme, "https"));
}

/* Links are IPv4: an IPv6 address that is out of reach is a matter of names (DNS-04). */
static bool is_beside(const struct attempt_fact *attempt)
{
	return attempt->address.family == ADDRESS_IPV6 && attempt->tcp.outcome != TCP_CONNECTED;
}

const struct attempt_fact *web_next_attempt(const struct endpoints_facts *endpoints,
					    const char *url, size_t *at)
{
	while (*at < endpoints->attempts.count) {
		const struct attempt_fact *attempt =
			LIST_AT(&endpoints->attempts, struct attempt_fact, (*at)++);

		if (text_equal(attempt->url, url) && !is_beside(attempt))
			return attempt;
	}
	return NULL;
}

static void each_attempt(struct web_view *view, web_judge *judge)
{
	size_t at = 0;
	bool any = false;

	while ((view->attempt = web_next_attempt(view->endpoints, view->target->url, &at))) {
		any = true;
		view->index = at - 1;
		judge(view);
	}
	if (!any)
		judge(view);
}

void web_each(const struct rule_context *context, struct findings *out, web_judge *judge)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	size_t i;

	for (i = 0; i < endpoints->targets.count; i++) {
		const struct endpoint_target *target =
			LIST_AT(&endpoints->targets, struct endpoint_target, i);
		struct web_view view = { .context = context, .endpoints = endpoints,
					 .target = target, .family = family_of(target),
					 .out = out };

		if (is_web(target))
			each_attempt(&view, judge);
	}
}

const char *web_skip(const struct rule_context *context, bool https)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	const struct plan *plan = &context->facts->plan;
	size_t i;

	/* what could not be looked at is no reason to look away */
	if (endpoints->section.state != FACT_OK) {
		if (!plan->gitlab.url && !plan->maven.count)
			return "the plan names no URL (gitlab.url, maven.url)";
		return NULL;
	}
	for (i = 0; i < endpoints->targets.count; i++) {
		const struct endpoint_target *target =
			LIST_AT(&endpoints->targets, struct endpoint_target, i);

		if (is_web(target) && (!https || text_equal(target->scheme, "https")))
			return NULL;
	}
	return https ? "no URL is https (gitlab.url, maven.url)"
		     : "the plan names no URL (gitlab.url, maven.url)";
}

bool web_is_https(const struct web_view *view)
{
	return text_equal(view->target->scheme, "https");
}

static bool is_good(const struct maybe *code)
{
	return code->known && !code->value;
}

bool web_is_trusted(const struct attempt_fact *attempt)
{
	const struct tls_fact *tls = &attempt->tls;

	return tls->outcome == TLS_DONE && tls->name_matches &&
	       (is_good(&tls->chain_system) || is_good(&tls->chain_given));
}

bool web_run_ended(const char *limit)
{
	return limit && text_has_prefix(limit, "run ");
}

struct finding *web_add(const struct web_view *view, int status, int rung)
{
	struct finding *finding = findings_add(view->out, (enum finding_status)status);

	if (!finding)
		return NULL;
	finding->subject.url = text_copy(view->target->url);
	finding->subject.rung = text_copy(endpoint_rung_words[rung]);
	if (!finding->subject.url || !finding->subject.rung)
		view->out->error = -ENOMEM;
	finding->subject.port = (struct maybe){ true, view->target->port };
	if (view->attempt)
		finding->subject.address = view->attempt->address;
	return finding;
}

const char *web_source(const struct web_view *view, char text[WEB_SOURCE_MAX])
{
	const struct endpoint_source *source = &view->endpoints->source;
	const struct address *address = &source->address;
	char spelled[ADDRESS_TEXT_MAX];

	if (view->attempt && view->attempt->tcp.source.family)
		address = &view->attempt->tcp.source;
	if (address->family)
		(void)snprintf(text, WEB_SOURCE_MAX, "from %s", address_print(address, spelled));
	else
		(void)snprintf(text, WEB_SOURCE_MAX, "from the default source");
	return text;
}

void web_evidence(const struct web_view *view, struct finding *finding, const char *part,
		  const char *format, ...)
{
	char pointer[96], words[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	(void)snprintf(pointer, sizeof(pointer), "/endpoints/attempts/%zu/%s", view->index, part);
	finding_evidence(view->out, finding, pointer, "%s", words);
}

static const char *why_unreached(const struct web_view *view)
{
	const struct attempt_fact *attempt = view->attempt;

	if (view->target->refused)
		return view->target->refused;
	if (!attempt)
		return "no address of the name was tried";
	if (web_run_ended(attempt->http.limit) || web_run_ended(attempt->tls.error))
		return "the run ended first";
	if (attempt->http.outcome == HTTP_FAILED)
		return attempt->http.error ? attempt->http.error : "the request failed here";
	if (attempt->tls.outcome == TLS_DONE && !web_is_trusted(attempt))
		return "the connection is not verified, and nobody would go on";
	return "a lower rung was not reached";
}

void web_unreached(const struct web_view *view, int rung, const char *what)
{
	struct finding *finding = web_add(view, STATUS_UNKNOWN, rung);
	const char *limit = view->attempt ? view->attempt->http.limit : NULL;

	if (!web_run_ended(limit))
		limit = NULL;
	finding_message(view->out, finding, "%s was not looked at: %s%s%s%s", what,
			why_unreached(view), limit ? " (" : "", limit ? limit : "",
			limit ? ")" : "");
	finding_settle(view->out, finding,
		       "reachback check --vantage vswitch-host on an ECS of the link's vSwitch, "
		       "when the rungs below answer (and with time enough: --max-time)");
}
