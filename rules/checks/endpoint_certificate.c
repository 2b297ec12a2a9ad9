/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is the certificate one that a build will trust (TLS-01 to TLS-05)?
 *
 * Trust, dates and name are judged apart: what only --cacert verifies may still be expired, and is
 * a risk of its own, because nobody hands that file to the builders.
 */
#include "rules/checks/endpoint_web.h"

#include "rules/checks/endpoint_path.h"

#include <errno.h>
#include <string.h>

/* X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED: the chain is trusted but for its dates. */
#define CODE_NOT_YET_VALID 9u
#define CODE_HAS_EXPIRED 10u

/* X509_V_ERR_INVALID_PURPOSE: of the leaf, that it is not for servers. */
#define CODE_PURPOSE 26u

struct trust {
	bool system, given; /* trusted, dates apart */
	bool known;         /* not, and for another reason than an issuer that nobody knows */
	bool purpose;       /* that reason is that it is not for servers */
	bool dates;         /* some certificate of the chain is out of its dates */
	bool name;
	bool self_signed, issuer_missing;
	const struct certificate_fact *leaf;
};

static bool is_trusted(const struct maybe *code)
{
	return code->known && (!code->value || code->value == CODE_NOT_YET_VALID ||
			       code->value == CODE_HAS_EXPIRED);
}

/* X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, and the four of a chain that ends at no trusted one. */
static bool is_refused(const struct maybe *code)
{
	return code->known && code->value && code->value != 2 &&
	       (code->value < 18 || code->value > 21) && !is_trusted(code);
}

static bool is_dated(const struct maybe *code)
{
	return code->known &&
	       (code->value == CODE_NOT_YET_VALID || code->value == CODE_HAS_EXPIRED);
}

/* Times are spelled alike, so their order is that of their letters. */
static bool is_outside(const struct certificate_fact *certificate, const char *now)
{
	return now && certificate->not_before && certificate->not_after &&
	       *certificate->not_before && *certificate->not_after &&
	       (strcmp(now, certificate->not_before) < 0 ||
		strcmp(now, certificate->not_after) > 0);
}

static bool is_issuer_sent(const struct list *certificates)
{
	const struct certificate_fact *leaf = LIST_AT(certificates, struct certificate_fact, 0);
	size_t i;

	for (i = 1; i < certificates->count; i++)
		if (text_equal(LIST_AT(certificates, struct certificate_fact, i)->subject,
			       leaf->issuer))
			return true;
	return false;
}

static struct trust trust_of(const struct web_view *view)
{
	const struct tls_fact *tls = &view->attempt->tls;
	const struct certificate_fact *leaf =
		LIST_AT(&tls->certificates, struct certificate_fact, 0);
	struct trust trust = { .system = is_trusted(&tls->chain_system),
			       .given = is_trusted(&tls->chain_given), .leaf = leaf };
	const struct maybe *refused = is_refused(&tls->chain_given) ? &tls->chain_given
								      : &tls->chain_system;

	/* a chain that nobody trusts is checked no further than that: look at the leaf's own */
	trust.dates = trust.system ? is_dated(&tls->chain_system)
		      : trust.given ? is_dated(&tls->chain_given)
				    : is_outside(leaf, view->context->facts->started);
	trust.name = tls->name_matches;
	trust.self_signed = leaf->self_issued || leaf->self_signed;
	trust.known = !trust.self_signed && is_refused(refused);
	trust.purpose = trust.known && refused->value == CODE_PURPOSE && !tls->depth.value;
	trust.issuer_missing = !trust.self_signed && !trust.known &&
			       !is_issuer_sent(&tls->certificates);
	return trust;
}

static void say_names(const struct certificate_fact *leaf, struct text *text)
{
	size_t i;

	for (i = 0; i < leaf->names.count && i < 8; i++)
		text_addf(text, "%s%s", i ? ", " : "", leaf->names.items[i]);
	if (leaf->names.count > 8)
		text_addf(text, " and %zu more", leaf->names.count - 8);
	if (!leaf->names.count)
		text_add(text, "no name at all");
}

/* By how much this machine's clock is behind the server's; 0 where that is not told. */
static int64_t skew_of(const struct web_view *view)
{
	char server[WEB_TIME_MAX];

	if (!web_http_date(view->attempt->http.date, server))
		return 0;
	return web_seconds(view->context->facts->started, server);
}

static void say_dates(const struct web_view *view, const struct trust *trust, struct text *text)
{
	int64_t skew = skew_of(view);

	text_addf(text, "valid from %s to %s, and it is %s here", trust->leaf->not_before,
		  trust->leaf->not_after, view->context->facts->started);
	if (skew > WEB_SKEW_MAX || skew < -WEB_SKEW_MAX)
		text_addf(text, "; the server's clock says %s, %lld s from this one",
			  view->attempt->http.date, (long long)skew);
}

static void say(const struct web_view *view, const struct trust *trust, struct text *text)
{
	text_init(text, 4096);
	text_addf(text, "certificate \"%s\"", trust->leaf->subject);
	if (!trust->system && !trust->given && trust->self_signed)
		text_add(text, " is signed by itself");
	else if (trust->purpose)
		text_add(text, " is not for servers: its extended key usage lacks serverAuth, and "
			       "clients refuse it");
	else if (trust->known)
		text_addf(text, " is refused: %s",
			  view->attempt->tls.chain_error ? view->attempt->tls.chain_error
							 : "its chain is not valid");
	else if (!trust->system && !trust->given)
		text_addf(text, " is from \"%s\", which no store here knows%s", trust->leaf->issuer,
			  trust->issuer_missing ? ", and the server does not send that issuer's "
						  "certificate"
						: "");
	if (trust->dates) {
		text_add(text, trust->system || trust->given ? " is " : "; it is ");
		say_dates(view, trust, text);
	}
	if (!trust->name) {
		text_addf(text, "%s does not carry \"%s\" but ",
			  trust->dates || (!trust->system && !trust->given) ? "; it" : "",
			  view->target->host);
		say_names(trust->leaf, text);
	}
}

static void add_chain_evidence(const struct web_view *view, struct finding *finding)
{
	const struct tls_fact *tls = &view->attempt->tls;
	const struct list *certificates = &tls->certificates;
	char part[64];
	size_t i;

	if (tls->chain_error)
		web_evidence(view, finding, "tls/chain_error", "%s, at depth %u", tls->chain_error,
			     (unsigned int)tls->depth.value);
	for (i = 0; i < certificates->count; i++) {
		const struct certificate_fact *one =
			LIST_AT(certificates, struct certificate_fact, i);

		pointer_print(part, sizeof(part), "tls/certificates", i);
		web_evidence(view, finding, part, "%s, issued by %s, %s to %s", one->subject,
			     one->issuer, one->not_before, one->not_after);
	}
	if (!tls->in_order)
		web_evidence(view, finding, "tls/in_order",
			     "the certificates are not sent in order");
}

static void add_remedies(const struct web_view *view, struct finding *finding,
			 const struct trust *trust)
{
	struct findings *out = view->out;

	if (trust->purpose) {
		finding_remedy(out, finding, "gitlab",
			       "issue the certificate anew, with extendedKeyUsage = serverAuth");
	} else if (!trust->system && !trust->given) {
		finding_remedy(out, finding, "gitlab",
			       trust->self_signed
			       ? "install a certificate of a public authority "
				 "(letsencrypt['enable'], or nginx['ssl_certificate']), or use "
				 "http:// inside the VPC"
			       : "use a certificate of a public authority; let "
				 "nginx['ssl_certificate'] name the full chain, server first");
		if (!view->endpoints->cacert)
			finding_next(out, finding, "--cacert FILE tells whether the chain is whole "
						   "by your own authority");
	}
	if (trust->dates)
		finding_remedy(out, finding, "server", "renew the certificate; or set the clock "
						       "that is wrong (timedatectl)");
	if (!trust->name)
		finding_remedy(out, finding, "plan", "use a name of the certificate in the URL, or "
						     "issue one that carries \"%s\"",
			       view->target->host);
}

static void add_fail(const struct web_view *view, const struct trust *trust)
{
	struct finding *finding = web_add(view, STATUS_FAIL, RUNG_TLS);
	struct text words;

	if (!trust->system && !trust->given) {
		finding_cause(view->out, finding, trust->self_signed ? "TLS-01" : "TLS-02");
		if (trust->issuer_missing)
			finding_cause(view->out, finding, "TLS-03");
	}
	if (trust->dates)
		finding_cause(view->out, finding, "TLS-04");
	if (!trust->name)
		finding_cause(view->out, finding, "TLS-05");
	say(view, trust, &words);
	finding_message(view->out, finding, "%s", text_string(&words));
	if (text_error(&words) == -ENOMEM)
		view->out->error = -ENOMEM;
	text_release(&words);
	finding_expected(view->out, finding, "a chain that the system's store verifies, within its "
					     "dates, for \"%s\"", view->target->host);
	add_chain_evidence(view, finding);
	add_remedies(view, finding, trust);
}

static void add_private(const struct web_view *view, const struct trust *trust)
{
	struct finding *finding = web_add(view, STATUS_WARN, RUNG_TLS);

	finding_cause(view->out, finding, "TLS-02");
	finding_message(view->out, finding,
			"certificate \"%s\" verifies by --cacert alone; builders of the registry "
			"may not know that authority", trust->leaf->subject);
	finding_expected(view->out, finding, "a chain that the system's store verifies");
	web_evidence(view, finding, "tls/chain_system", "%s",
		     view->attempt->tls.chain_error ? view->attempt->tls.chain_error
						    : "not verified by the system's store");
	finding_remedy(view->out, finding, "gitlab",
		       "use a certificate of a public authority, or http:// inside the VPC");
}

/* One of two clocks is wrong, and the certificate is good by one of them only. */
static bool add_clocks(const struct web_view *view, const struct trust *trust)
{
	char server[WEB_TIME_MAX];
	struct finding *finding;

	if (!web_http_date(view->attempt->http.date, server) || !is_outside(trust->leaf, server))
		return false;
	finding = web_add(view, STATUS_WARN, RUNG_TLS);
	finding_cause(view->out, finding, "TLS-04");
	finding_message(view->out, finding,
			"certificate \"%s\" is within its dates by this machine's clock and out of "
			"them by the server's (%s): one of the clocks is wrong",
			trust->leaf->subject, view->attempt->http.date);
	web_evidence(view, finding, "http/date", "%s, and it is %s here",
		     view->attempt->http.date, view->context->facts->started);
	finding_remedy(view->out, finding, "server", "set both clocks by NTP (timedatectl)");
	return true;
}

static void add_pass(const struct web_view *view, const struct trust *trust)
{
	struct finding *finding = web_add(view, STATUS_PASS, RUNG_TLS);

	finding_message(view->out, finding,
			"certificate \"%s\" carries \"%s\", is valid until %s and verifies by %s",
			trust->leaf->subject, view->target->host, trust->leaf->not_after,
			view->endpoints->trust ? view->endpoints->trust : "the system's store");
	web_evidence(view, finding, "tls/certificates/0", "%s", trust->leaf->subject);
}

static void judge(const struct web_view *view)
{
	const struct tls_fact *tls;
	struct trust trust;

	if (!web_is_https(view))
		return;
	tls = view->attempt ? &view->attempt->tls : NULL;
	if (!tls || !tls->certificates.count) {
		web_unreached(view, RUNG_TLS, "the certificate");
		return;
	}
	trust = trust_of(view);
	if (trust.dates || !trust.name ||
	    (!trust.system && !trust.given && (tls->chain_system.known || tls->chain_given.known)))
		add_fail(view, &trust);
	else if (!trust.system && !trust.given)
		web_unreached(view, RUNG_TLS, "the chain (no store of authorities is here)");
	if (!trust.system && trust.given)
		add_private(view, &trust);
	if (trust.system && !trust.dates && trust.name && !add_clocks(view, &trust))
		add_pass(view, &trust);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	web_each(context, out, judge);
}

static const char *skip(const struct rule_context *context)
{
	return web_skip(context, true);
}

const struct rule rule_certificate_trusted = {
	.code = "certificate-trusted",
	.area = "endpoints",
	.title = "certificates verify by the system's store, in their dates, for the URL's host",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_VSWITCH,
	.causes = { "TLS-01", "TLS-02", "TLS-03", "TLS-04", "TLS-05" },
	.after = { "names-answer", "allow-list-complete", "redirect-port-open", PATH_RULES,
		   "tls-handshake-completes", "certificate-same-elsewhere" },
	.why = "the registry refuses a GitLab with a certificate that it cannot verify, and nobody "
	       "can hand a private authority to its builders",
	.evidence = "the chain as sent, verified against the system's store and against --cacert; "
		    "its dates, this machine's clock and the server's Date; its names and the URL",
	.remedies = {
		{ "gitlab", "letsencrypt['enable'] = true, or nginx['ssl_certificate'] with the "
			    "full chain of a public authority, in /etc/gitlab/gitlab.rb" },
		{ "plan", "use a name of the certificate in the URL" },
		{ "server", "renew the certificate; set the clock by NTP" },
	},
	.document = "000",
	.heading = "Step 2: Bind the GitLab source code repository",
	.skip = skip,
	.eval = evaluate,
};
