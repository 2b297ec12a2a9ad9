/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the TLS handshake complete (TLS-06, TLS-07, TLS-08, TLS-11; EC-05 where it is reset on the
 * way)? What the certificate is worth is another rule's.
 */
#include "rules/checks/endpoint_web.h"

#include "rules/checks/endpoint_path.h"

#include <string.h>

/* Alerts, RFC 8446 section 6 and RFC 6066. */
#define ALERT_HANDSHAKE_FAILURE 40u
#define ALERT_LAST_OF_CERTIFICATES 49u
#define ALERT_PROTOCOL_VERSION 70u
#define ALERT_INSUFFICIENT_SECURITY 71u
#define ALERT_INTERNAL_ERROR 80u
#define ALERT_UNRECOGNIZED_NAME 112u
#define ALERT_CERTIFICATE_REQUIRED 116u
#define HTTPS_PORT 443u

/* What one way of failing means. */
struct failure {
	const char *causes[2];
	const char *message;
	const char *platform, *remedy;
};

static const struct failure name_needed = { { "TLS-06" },
	"the server refuses the handshake because it has no site for the name that was sent (or "
	"for none)", "server",
	"give the name in the URL a site of its own with a certificate, or use the name of the "
	"site in the URL" };
static const struct failure name_or_version = { { "TLS-06", "TLS-07" },
	"the server ends the handshake with an internal error; no server name was sent, because "
	"the URL holds an address", "server",
	"use the site's name in the URL, or set a default site with a certificate" };
static const struct failure nothing_shared = { { "TLS-07" },
	"client and server agree on no version, cipher or curve", "nginx",
	"ssl_protocols TLSv1.2 TLSv1.3; and ssl_ciphers HIGH:!aNULL:!MD5; in the site" };
static const struct failure certificate_wanted = { { "TLS-08" },
	"the server asks for a client certificate, which no build has", "nginx",
	"ssl_verify_client off; for the addresses of 100.104.0.0/16 (a site or port of its own)" };
static const struct failure not_tls = { { "TLS-11" }, "the port speaks no TLS", "plan",
	"correct the scheme or the port of the URL: http://, or the port that speaks TLS" };
static const struct failure is_tls = { { "TLS-11" },
	"the URL says http and the port speaks TLS", "plan",
	"correct the scheme or the port of the URL: https://, or the port of plain HTTP" };
static const struct failure closed_gitlab = { { "GL-25" },
	"the server took the connection and closed it without a word", "server",
	"see the error log of what listens there; a proxy whose backend is gone ends like this" };
static const struct failure closed_maven = { { "DEP-14" },
	"the server took the connection and closed it without a word", "server",
	"see the error log of what listens there; a proxy whose backend is gone ends like this" };
static const struct failure reset_nearer = { { "EC-05" },
	"something nearer than the server resets the connection upon its first bytes", "firewall",
	"let the filter on the way (its application control, its IPS) pass TLS to this address and "
	"port from 100.104.0.0/16 and the vSwitch's addresses" };
static const struct failure reset_gitlab = { { "EC-05", "GL-25" },
	"the connection is reset upon its first bytes; whether by the server or on the way was not "
	"found out", "server",
	"see the error log of what listens there, and the log of every filter on the way" };
static const struct failure reset_maven = { { "DEP-14", "EC-05" },
	"the connection is reset upon its first bytes; whether by the server or on the way was not "
	"found out", "server",
	"see the error log of what listens there, and the log of every filter on the way" };
static const struct failure silent_gitlab = { { "GL-24" },
	"the server took the connection and stopped answering in the handshake", "server",
	"see why the web server hangs: its error log, its workers, the disk" };
static const struct failure silent_maven = { { "DEP-14" },
	"the server took the connection and stopped answering in the handshake", "server",
	"see why the repository's web server hangs: its error log, its workers" };

/* A handshake on the same address, one thing changed, was answered. `at`: its place, or NULL. */
static bool shakes_hands(const struct web_view *view, int kind, size_t *at)
{
	const struct experiment_fact *row = path_experiment(view->context, view->attempt, kind, at);

	return row && row->succeeded &&
	       (text_equal(row->reached, "tls") || text_equal(row->reached, "http"));
}

static const struct failure *alert_means(const struct web_view *view)
{
	const struct tls_fact *tls = &view->attempt->tls;
	uint32_t alert = tls->alert.value;

	if (alert == ALERT_UNRECOGNIZED_NAME)
		return &name_needed;
	if (alert == ALERT_CERTIFICATE_REQUIRED ||
	    (tls->certificate_wanted && alert >= ALERT_HANDSHAKE_FAILURE &&
	     alert <= ALERT_LAST_OF_CERTIFICATES))
		return &certificate_wanted;
	/* these speak of versions and ciphers, which the nameless flight does not share */
	if (alert == ALERT_HANDSHAKE_FAILURE || alert == ALERT_PROTOCOL_VERSION ||
	    alert == ALERT_INSUFFICIENT_SECURITY)
		return &nothing_shared;
	if (shakes_hands(view, EXPERIMENT_NO_SNI, NULL))
		return &name_needed;
	return alert == ALERT_INTERNAL_ERROR && !tls->sni ? &name_or_version : &nothing_shared;
}

static const struct failure *closed_means(const struct web_view *view)
{
	bool maven = view->family == WEB_MAVEN;

	switch (path_closer_of(view->context, view->attempt)) {
	case CLOSER_NEARER:
		return &reset_nearer;
	case CLOSER_UNTOLD:
		return maven ? &reset_maven : &reset_gitlab;
	default:
		return maven ? &closed_maven : &closed_gitlab;
	}
}

/* NULL: it completed, and nothing speaks against it. */
static const struct failure *failure_of(const struct web_view *view)
{
	const struct tls_fact *tls = &view->attempt->tls;

	switch (tls->outcome) {
	case TLS_ALERT:
		return alert_means(view);
	case TLS_NOT_TLS:
		return &not_tls;
	case TLS_FAILED:
		return &nothing_shared;
	case TLS_CLOSED:
		if (tls->certificate_wanted)
			return &certificate_wanted;
		return tls->received ? &nothing_shared : closed_means(view);
	case TLS_TIMED_OUT:
		return view->family == WEB_MAVEN ? &silent_maven : &silent_gitlab;
	default:
		/* some servers say so in HTTP, and of some the alert is lost behind a reset */
		return tls->certificate_wanted &&
			       (view->attempt->http.outcome == HTTP_EMPTY ||
				view->attempt->http.outcome == HTTP_MALFORMED ||
				(view->attempt->http.status.known &&
				 view->attempt->http.status.value == 400))
			       ? &certificate_wanted : NULL;
	}
}

static void add_evidence(const struct web_view *view, struct finding *finding)
{
	const struct tls_fact *tls = &view->attempt->tls;

	if (tls->alert.known)
		web_evidence(view, finding, "tls/alert", "alert %u of the peer",
			     (unsigned int)tls->alert.value);
	if (tls->spoken)
		web_evidence(view, finding, "tls/spoken", "it begins with \"%s\"", tls->spoken);
	if (tls->certificate_wanted)
		web_evidence(view, finding, "tls/certificate_wanted",
			     "it asks for a client certificate");
	if (tls->error)
		web_evidence(view, finding, "tls/error", "%s", tls->error);
	web_evidence(view, finding, "tls/received", "%u bytes of the peer in the handshake, %s %s",
		     (unsigned int)tls->received, tls->sni ? "server name" : "no server name sent",
		     tls->sni ? tls->sni : "(the URL holds an address)");
	path_show_closer(view->context, view->attempt, view->out, finding);
}

/* What plain HTTP met on a port that speaks TLS. */
static void add_plain_evidence(const struct web_view *view, struct finding *finding)
{
	const struct experiment_fact *row;
	char pointer[64];
	size_t at;

	web_evidence(view, finding, "http", "plain HTTP is answered by \"%s\"",
		     view->attempt->http.title ? view->attempt->http.title
		     : view->attempt->http.spoken ? view->attempt->http.spoken
						  : "an empty reply");
	if (!shakes_hands(view, EXPERIMENT_TLS_INSTEAD, &at))
		return;
	row = LIST_AT(&view->endpoints->experiments, struct experiment_fact, at);
	pointer_print(pointer, sizeof(pointer), "/endpoints/experiments", at);
	finding_evidence(view->out, finding, pointer, "a TLS handshake on the same port is "
			 "answered%s%s", row->detail ? " by the " : "",
			 row->detail ? row->detail : "");
}

static void add_failure(const struct web_view *view, const struct failure *failure)
{
	struct finding *finding = web_add(view, STATUS_FAIL, RUNG_TLS);
	char source[WEB_SOURCE_MAX];
	size_t i;

	for (i = 0; i < 2 && failure->causes[i]; i++)
		finding_cause(view->out, finding, failure->causes[i]);
	finding_message(view->out, finding, "%s (asked %s)", failure->message,
			web_source(view, source));
	finding_expected(view->out, finding, "a TLS 1.2 or 1.3 handshake that completes");
	add_evidence(view, finding);
	if (failure == &is_tls)
		add_plain_evidence(view, finding);
	finding_remedy(view->out, finding, failure->platform, "%s", failure->remedy);
	finding_next(view->out, finding, "openssl s_client -connect HOST:%u -servername HOST",
		     (unsigned int)view->target->port);
}

/* Plain HTTP on a port that speaks TLS; some servers just hang up. */
static bool speaks_tls(const struct web_view *view)
{
	const struct http_fact *http = &view->attempt->http;

	if (http->wants_tls && (!http->status.known || http->status.value / 100 == 4))
		return true;
	if (http->outcome != HTTP_EMPTY && http->outcome != HTTP_MALFORMED)
		return false;
	return shakes_hands(view, EXPERIMENT_TLS_INSTEAD, NULL) ||
	       (http->outcome == HTTP_EMPTY && view->target->port == HTTPS_PORT);
}

static void judge(const struct web_view *view)
{
	const struct failure *failure;
	struct finding *finding;
	char source[WEB_SOURCE_MAX];

	if (!web_is_https(view)) {
		if (view->attempt && speaks_tls(view))
			add_failure(view, &is_tls);
		return;
	}
	if (!view->attempt || view->attempt->tls.outcome == TLS_UNTRIED ||
	    (view->attempt->tls.outcome == TLS_TIMED_OUT &&
	     web_run_ended(view->attempt->tls.error))) {
		web_unreached(view, RUNG_TLS, "the TLS handshake");
		return;
	}
	failure = failure_of(view);
	if (failure) {
		add_failure(view, failure);
		return;
	}
	finding = web_add(view, STATUS_PASS, RUNG_TLS);
	finding_message(view->out, finding, "handshake complete: %s, %s (asked %s)",
			view->attempt->tls.version ? view->attempt->tls.version : "TLS",
			view->attempt->tls.cipher ? view->attempt->tls.cipher : "cipher not told",
			web_source(view, source));
	web_evidence(view, finding, "tls/outcome", "done");
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	web_each(context, out, judge);
}

static const char *skip(const struct rule_context *context)
{
	return web_skip(context, false);
}

const struct rule rule_tls_handshake_completes = {
	.code = "tls-handshake-completes",
	.area = "endpoints",
	.title = "TLS is spoken where the URL says so, and the handshake completes",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_VSWITCH,
	.causes = { "TLS-06", "TLS-07", "TLS-08", "TLS-11", "GL-24", "GL-25", "DEP-14",
		    "EC-05" },
	.after = { "names-answer", "allow-list-complete", "redirect-port-open", PATH_RULES },
	.why = "git and Maven give up at the handshake with one line that hides the reason",
	.evidence = "outcome, alert, first bytes and certificate request of one handshake an "
		    "address; answers to plain HTTP that speak of TLS, and a handshake where "
		    "plain HTTP met no word of it; where the first bytes are reset, the time to "
		    "live of that RST and of the target's own packets",
	.remedies = {
		{ "nginx", "ssl_protocols TLSv1.2 TLSv1.3; ssl_verify_client off;" },
		{ "plan", "correct scheme and port of the URL" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = skip,
	.eval = evaluate,
};
