/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a GitLab that redirects to https answer there (GL-02)? Told before its TCP findings: that
 * the port is closed is only half of the story, the redirect the other.
 */
#include "rules/checks/endpoint_web.h"

/* A target that a GitLab's plain URL led to on the same host, by https. */
static const struct endpoint_target *root_of(const struct web_view *view)
{
	const struct endpoint_target *root;

	if (view->target->purpose != PURPOSE_REDIRECT || view->family != WEB_GITLAB ||
	    !web_is_https(view))
		return NULL;
	root = endpoints_target(view->endpoints, view->target->root);
	return root && text_equal(root->scheme, "http") &&
	       text_equal(root->host, view->target->host) ? root : NULL;
}

/* Whether no address takes connections, and one refused or stayed silent. */
static bool is_closed(const struct web_view *view, size_t *index)
{
	const struct list *attempts = &view->endpoints->attempts;
	bool closed = false;
	size_t i;

	for (i = 0; i < attempts->count; i++) {
		const struct attempt_fact *attempt = LIST_AT(attempts, struct attempt_fact, i);

		if (!text_equal(attempt->url, view->target->url))
			continue;
		if (attempt->tcp.outcome == TCP_CONNECTED)
			return false;
		if (!closed && (attempt->tcp.outcome == TCP_REFUSED ||
				attempt->tcp.outcome == TCP_TIMED_OUT ||
				attempt->tcp.outcome == TCP_UNREACHABLE)) {
			*index = i;
			closed = true;
		}
	}
	return closed;
}

static bool is_first(const struct web_view *view)
{
	size_t i;

	for (i = 0; view->attempt && i < view->index; i++)
		if (text_equal(LIST_AT(&view->endpoints->attempts, struct attempt_fact, i)->url,
			       view->target->url))
			return false;
	return true;
}

static void judge(const struct web_view *view)
{
	struct web_view whole = *view;
	const struct endpoint_target *root = root_of(view);
	struct finding *finding;
	size_t index = 0;

	/* once for the URL, whatever the number of its addresses */
	if (!root || !is_first(view) || !is_closed(view, &index))
		return;
	whole.attempt = NULL;
	whole.index = index;
	finding = web_add(&whole, STATUS_FAIL, RUNG_HTTP);
	finding_cause(view->out, finding, "GL-02");
	finding_message(view->out, finding,
			"%s redirects to https, and port %u does not take connections", root->url,
			(unsigned int)view->target->port);
	finding_expected(view->out, finding,
			 "port %u open to the vSwitch and to 100.104.0.0/16, or no redirect",
			 (unsigned int)view->target->port);
	web_evidence(&whole, finding, "tcp/outcome", "port %u: %s",
		     (unsigned int)view->target->port,
		     tcp_outcome_words[LIST_AT(&view->endpoints->attempts, struct attempt_fact,
					       index)->tcp.outcome]);
	finding_remedy(view->out, finding, "network",
		       "open port %u beside port %u (listener, host filter, security group)",
		       (unsigned int)view->target->port, (unsigned int)root->port);
	finding_remedy(view->out, finding, "gitlab",
		       "or let external_url be http:// and nginx['redirect_http_to_https'] be "
		       "false");
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	web_each(context, out, judge);
}

static const char *skip(const struct rule_context *context)
{
	return web_skip(context, false);
}

const struct rule rule_redirect_port_open = {
	.code = "redirect-port-open",
	.area = "endpoints",
	.title = "a GitLab that redirects from http to https takes connections there",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_VSWITCH,
	.causes = { "GL-02" },
	.after = { "names-answer", "allow-list-complete" },
	.why = "the form holds the plain URL, the build follows the redirect and waits at a port "
	       "that nobody opened",
	.evidence = "Location of the first answer, and TCP connects to the port that it names",
	.remedies = {
		{ "network", "open 443 beside 80 (listener, host filter, security group)" },
		{ "gitlab", "nginx['redirect_http_to_https'] = false, or the https URL in the "
			    "form" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = skip,
	.eval = evaluate,
};
