/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the first plain request answered, by whom it was meant for, and well formed (GL-04, GL-05,
 * GL-11 to GL-13, GL-23 to GL-25; for Maven DEP-07, DEP-13, DEP-14; EC-05 where it is reset on the
 * way)?
 *
 * GitLab is asked for /api/v4/version, so 401 in JSON is the good answer of one that nobody has
 * logged in to. Other URLs that were found on the way only have to answer.
 */
#include "rules/checks/endpoint_web.h"

#include "rules/checks/endpoint_path.h"

#include <string.h>
#include <strings.h>

enum meaning {
	MEANS_GOOD,
	MEANS_SILENT,
	MEANS_BROKEN,
	MEANS_LIMITED,
	MEANS_ERROR,
	MEANS_DENIED,
	MEANS_ABSENT,
	MEANS_PAGE,
	MEANS_FOREIGN,
	MEANS_CREDENTIALS,
	MEANS_ENDLESS,
	MEANS_RESET,
	MEANS_UNTOLD,
	MEANS_APART,
};

/* One row each: the cause for GitLab and for Maven, and what to say and to do. */
static const struct {
	const char *gitlab, *maven;
	const char *words;
	const char *platform, *remedy;
} meanings[] = {
	[MEANS_GOOD] = { NULL, NULL, "", "", "" },
	[MEANS_SILENT] = { "GL-24", "DEP-14",
		"the server took the request and did not answer it in time", "server",
		"see what stands behind the web server: its error log, its workers, its upstream "
		"time-outs" },
	[MEANS_BROKEN] = { "GL-25", "DEP-14", "the answer is cut short or malformed", "server",
		"see the error log of the proxy or web server that made it" },
	[MEANS_LIMITED] = { "GL-12", "DEP-14", "the server limits the rate of requests", "server",
		"exempt 100.104.0.0/16 and the vSwitch from the limiter (at a GitLab "
		"gitlab_rails['rack_attack_git_basic_auth']['ip_whitelist'])" },
	[MEANS_ERROR] = { "GL-13", "DEP-14",
		"the server is up, and what stands behind it is not", "server",
		"gitlab-ctl status and gitlab-ctl tail on a GitLab; the service's log on others" },
	[MEANS_DENIED] = { "GL-11", "DEP-07", "the server refuses this source", "gitlab",
		"add 100.104.0.0/16 and the vSwitch to the allow-list of addresses, and set "
		"gitlab_rails['trusted_proxies'] where a proxy hides the client" },
	[MEANS_ABSENT] = { "GL-04", "DEP-13", "there is no GitLab API below this URL", "plan",
		"add the path below which GitLab lives to gitlab.url (its external_url)" },
	[MEANS_PAGE] = { "GL-23", "DEP-13", "a page for people comes where an API was asked",
		"server",
		"exempt the range from the portal, log-in or filter that answers instead" },
	[MEANS_FOREIGN] = { "GL-23", "DEP-14",
		"something on the way answers in the server's place", "network",
		"exempt the server from the proxy or filter that answers" },
	[MEANS_CREDENTIALS] = { "GL-23", "DEP-07", "the server wants a log-in before it answers",
		"server",
		"exempt the range from the log-in before the server; for Maven allow anonymous "
		"reading, or put credentials into the build's settings.xml" },
	[MEANS_ENDLESS] = { "GL-05", "GL-05", "redirects lead round in a circle", "server",
		"let the reverse proxy pass X-Forwarded-Proto and Host on, and let external_url be "
		"the URL in the plan" },
	[MEANS_APART] = { NULL, "DEP-14",
		"this address does not serve what another address of the name serves", "server",
		"let every address of the name serve the same, or take this one out of its "
		"records" },
	[MEANS_RESET] = { "EC-05", "EC-05",
		"something nearer than the server resets the connection upon the request",
		"firewall",
		"let the filter on the way (its application control, its IPS) pass HTTP to this "
		"address and port from 100.104.0.0/16 and the vSwitch's addresses" },
	[MEANS_UNTOLD] = { "GL-25", "DEP-14",
		"the connection is reset upon the request, and whether by the server or on the way "
		"(EC-05) was not found out", "server",
		"see the error log of what listens there, and the log of every filter on the way" },
};

/* Names by which middle boxes give themselves away. */
static const char *const boxes[] = {
	"squid", "zscaler", "bluecoat", "proxysg", "mcafee web gateway", "mwg", "fortigate",
	"fortiproxy", "sophos", "sangfor", "websense", "forcepoint", "privoxy", "polipo",
};

static bool is_box(const struct http_fact *http)
{
	size_t i;

	for (i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++) {
		size_t length = strlen(boxes[i]);
		const char *at;

		for (at = http->server; at && *at; at++)
			if (!strncasecmp(at, boxes[i], length))
				return true;
	}
	return false;
}

static enum meaning broken_means(const struct web_view *view)
{
	if (view->attempt->http.outcome != HTTP_EMPTY)
		return MEANS_BROKEN;
	switch (path_closer_of(view->context, view->attempt)) {
	case CLOSER_NEARER:
		return MEANS_RESET;
	case CLOSER_UNTOLD:
		return MEANS_UNTOLD;
	default:
		return MEANS_BROKEN;
	}
}

/* The same for every family and purpose: what any client stumbles over. */
static enum meaning outcome_means(const struct web_view *view)
{
	const struct http_fact *http = &view->attempt->http;

	switch (http->outcome) {
	case HTTP_TIMED_OUT:
	case HTTP_SLOW:
		return MEANS_SILENT;
	case HTTP_TOO_LARGE:
		/* the cap on a body is ours, and its beginning tells; a header is never so long */
		if (!http->received)
			return MEANS_BROKEN;
		break;
	case HTTP_ANSWERED:
		break;
	default:
		return broken_means(view);
	}
	if (!http->status.known || http->status.value < 200 || http->status.value > 599)
		return MEANS_BROKEN;
	if (http->status.value >= 400 && is_box(http))
		return MEANS_FOREIGN;
	if (http->status.value == 407)
		return MEANS_FOREIGN;
	if (http->status.value == 429 || (http->status.value == 403 && http->retry_after))
		return MEANS_LIMITED;
	if (http->status.value / 100 == 3 && !http->location && http->status.value != 304)
		return MEANS_BROKEN;
	return http->status.value >= 500 ? MEANS_ERROR : MEANS_GOOD;
}

/* The page that GitLab itself shows for a path that its version does not know. */
static bool is_own_404(const struct http_fact *http)
{
	return http->title && text_has_prefix(http->title, "The page you're looking for could not "
							   "be found");
}

static enum meaning gitlab_means(const struct http_fact *http)
{
	bool json = http->body == HTTP_BODY_JSON;

	switch (http->status.value) {
	case 401:
		return json ? MEANS_GOOD : MEANS_CREDENTIALS;
	case 403:
		return MEANS_DENIED;
	case 404:
		/* GitLab's own: which version it is, another rule asks */
		return json || is_own_404(http) ? MEANS_GOOD : MEANS_ABSENT;
	case 410:
		return MEANS_GOOD;
	default:
		if (http->status.value / 100 == 2)
			return json ? MEANS_GOOD : MEANS_PAGE;
		return http->status.value / 100 == 4 && !json ? MEANS_PAGE : MEANS_GOOD;
	}
}

/* 403 and 404 on the base of a repository are usual: its artifacts are another rule's. */
static enum meaning maven_means(const struct http_fact *http)
{
	if (http->status.value == 401)
		return MEANS_CREDENTIALS;
	return http->status.value / 100 == 2 && http->body == HTTP_BODY_HTML && http->login
		       ? MEANS_PAGE : MEANS_GOOD;
}

/* The API was found below another path of the same server. */
static bool is_elsewhere(const struct web_view *view)
{
	const struct list *rows = &view->endpoints->gitlab;
	size_t i;

	for (i = 0; i < rows->count; i++) {
		const struct gitlab_fact *row = LIST_AT(rows, struct gitlab_fact, i);

		if (row->relative_root && text_equal(row->url, view->target->root))
			return true;
	}
	return false;
}

/* A file that Maven is led to: one address has it, and this one has not. */
static bool is_apart(const struct web_view *view)
{
	const struct list *attempts = &view->endpoints->attempts;
	size_t i;

	if (view->family != WEB_MAVEN || view->target->purpose != PURPOSE_REDIRECT ||
	    view->attempt->http.status.value / 100 != 4)
		return false;
	for (i = 0; i < attempts->count; i++) {
		const struct attempt_fact *other = LIST_AT(attempts, struct attempt_fact, i);

		if (text_equal(other->url, view->target->url) && other->http.status.known &&
		    other->http.status.value / 100 == 2)
			return true;
	}
	return false;
}

static enum meaning meaning_of(const struct web_view *view)
{
	const struct http_fact *http = &view->attempt->http;
	enum meaning meaning = outcome_means(view);
	struct web_way way;

	/* what the plan's URL leads to must be what the plan's URL is for; the rest only answers */
	if (meaning != MEANS_GOOD)
		return meaning;
	if (!web_on_way(view->endpoints, view->target, &way))
		return is_apart(view) ? MEANS_APART : MEANS_GOOD;
	if (http->status.value / 100 == 3)
		return way.endless ? MEANS_ENDLESS : MEANS_GOOD;
	if (view->family == WEB_MAVEN)
		return maven_means(http);
	meaning = gitlab_means(http);
	return meaning == MEANS_PAGE && is_elsewhere(view) ? MEANS_ABSENT : meaning;
}

static void add_evidence(const struct web_view *view, struct finding *finding)
{
	const struct http_fact *http = &view->attempt->http;
	struct web_way way;
	size_t i;

	web_evidence(view, finding, "http/outcome", "%s%s%s", http_outcome_words[http->outcome],
		     http->limit ? ", " : "", http->limit ? http->limit : "");
	if (http->status.known)
		web_evidence(view, finding, "http/status", "status %u, %s%s%s%s",
			     (unsigned int)http->status.value,
			     http->content_type ? http->content_type : "no type",
			     http->title ? ", titled \"" : "", http->title ? http->title : "",
			     http->title ? "\"" : "");
	if (http->length.known && http->outcome != HTTP_ANSWERED)
		web_evidence(view, finding, "http/received", "%u of %u bytes",
			     (unsigned int)http->received, (unsigned int)http->length.value);
	if (http->error)
		web_evidence(view, finding, "http/error", "%s", http->error);
	path_show_closer(view->context, view->attempt, view->out, finding);
	if (http->spoken)
		web_evidence(view, finding, "http/spoken", "it begins with \"%s\"", http->spoken);
	if (http->server)
		web_evidence(view, finding, "http/server", "Server: %s", http->server);
	if (!http->location)
		return;
	web_way_follow(view->endpoints, view->target->url, &way);
	for (i = 0; i < way.count; i++)
		web_evidence(view, finding, "http/location", "%s redirects to %s", way.hops[i]->url,
			     way.hops[i]->http.location);
}

static void add_failure(const struct web_view *view, enum meaning meaning)
{
	/* a limiter lets a build through at another time */
	bool passing = meaning == MEANS_LIMITED && view->family == WEB_GITLAB;
	struct finding *finding = web_add(view, passing ? STATUS_WARN : STATUS_FAIL, RUNG_HTTP);
	const struct http_fact *http = &view->attempt->http;
	char source[WEB_SOURCE_MAX];

	finding_cause(view->out, finding, view->family == WEB_MAVEN ? meanings[meaning].maven
								    : meanings[meaning].gitlab);
	if (meaning == MEANS_UNTOLD)
		finding_cause(view->out, finding, "EC-05");
	if (http->status.known)
		finding_message(view->out, finding, "%s: status %u%s%s%s (asked %s)",
				meanings[meaning].words, (unsigned int)http->status.value,
				http->title ? ", \"" : "", http->title ? http->title : "",
				http->title ? "\"" : "", web_source(view, source));
	else
		finding_message(view->out, finding, "%s: %s (asked %s)", meanings[meaning].words,
				http->limit ? http->limit : http_outcome_words[http->outcome],
				web_source(view, source));
	finding_expected(view->out, finding, "%s",
			 view->family == WEB_MAVEN ? "an answer of the repository"
						   : "401 or 200 in JSON from /api/v4/version");
	add_evidence(view, finding);
	finding_remedy(view->out, finding, meanings[meaning].platform, "%s",
		       meanings[meaning].remedy);
}

static void add_pass(const struct web_view *view)
{
	struct finding *finding = web_add(view, STATUS_PASS, RUNG_HTTP);
	const struct http_fact *http = &view->attempt->http;
	char source[WEB_SOURCE_MAX];

	finding_message(view->out, finding, "answers %u%s%s in %u ms (asked %s)",
			(unsigned int)http->status.value, http->location ? ", to " : "",
			http->location ? http->location : "",
			(unsigned int)(http->first_byte_us.value / 1000),
			web_source(view, source));
	web_evidence(view, finding, "http/status", "%u", (unsigned int)http->status.value);
}

/* A circle is told once, where it is entered. */
static bool is_told_elsewhere(const struct web_view *view)
{
	struct web_way way;

	return !text_equal(view->target->url, view->target->root) &&
	       web_on_way(view->endpoints, view->target, &way) && way.endless &&
	       view->attempt->http.status.known && view->attempt->http.status.value / 100 == 3;
}

static void judge(const struct web_view *view)
{
	const struct attempt_fact *attempt = view->attempt;
	enum meaning meaning;

	if (!attempt || attempt->http.outcome == HTTP_UNTRIED ||
	    web_run_ended(attempt->http.limit) || attempt->http.outcome == HTTP_FAILED ||
	    (web_is_https(view) && !web_is_trusted(attempt))) {
		web_unreached(view, RUNG_HTTP, "the answer");
		return;
	}
	if (is_told_elsewhere(view))
		return;
	meaning = meaning_of(view);
	if (meaning == MEANS_GOOD)
		add_pass(view);
	else
		add_failure(view, meaning);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	web_each(context, out, judge);
}

static const char *skip(const struct rule_context *context)
{
	return web_skip(context, false);
}

const struct rule rule_http_answers = {
	.code = "http-answers",
	.area = "endpoints",
	.title = "the first plain request is answered in time, whole, and by whom it was meant for",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_VSWITCH,
	.causes = { "GL-04", "GL-05", "GL-11", "GL-12", "GL-13", "GL-23", "GL-24", "GL-25",
		    "DEP-07", "DEP-13", "DEP-14", "EC-05" },
	.after = { "names-answer", "allow-list-complete", "redirect-port-open", PATH_RULES,
		   "tls-handshake-completes", "certificate-trusted" },
	.why = "a port that accepts proves little: a log-in page with status 200 is no API, and a "
	       "build that waits for a byte ends as a time-out",
	.evidence = "one GET an address (of /api/v4/version at a GitLab): status, type, length, "
		    "times, redirects; where it is reset, the time to live of that RST and of the "
		    "target's own packets",
	.remedies = {
		{ "server", "repair the web server or what stands behind it" },
		{ "plan", "correct the URL, path included" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = skip,
	.eval = evaluate,
};
