/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Revocation servers that a build cannot reach (TLS-12): most clients do not ask, some wait, few
 * refuse.
 */
#include "rules/checks/endpoint_web.h"

#include "rules/checks/endpoint_path.h"

/* Is the host an address of the link's form, or a name of which all known addresses are? */
static bool is_listed(const struct web_view *view, const char *host)
{
	const struct plan *plan = &view->context->facts->plan;
	const struct list *names = &view->endpoints->names;
	struct address address;
	bool any = false;
	size_t i, j;

	if (!address_parse(host, &address))
		return endpoints_is_listed(plan, &address);
	for (i = 0; i < names->count; i++) {
		const struct name_fact *name = LIST_AT(names, struct name_fact, i);

		if (!name->used || !text_equal(name->name, host))
			continue;
		for (j = 0; j < name->addresses.count; j++) {
			if (address_parse(name->addresses.items[j], &address) ||
			    address.family != ADDRESS_IPV4) /* links are */
				continue;
			if (!endpoints_is_listed(plan, &address))
				return false;
			any = true;
		}
	}
	return any;
}

static const char *unlisted(const struct web_view *view, const struct certificate_fact *leaf)
{
	size_t i;

	for (i = 0; i < leaf->ocsp_hosts.count; i++)
		if (!is_listed(view, leaf->ocsp_hosts.items[i]))
			return leaf->ocsp_hosts.items[i];
	return NULL;
}

static void judge(const struct web_view *view)
{
	const struct certificate_fact *leaf;
	struct finding *finding;
	const char *host;

	if (!web_is_https(view) || !view->attempt || !view->attempt->tls.certificates.count)
		return;
	leaf = LIST_AT(&view->attempt->tls.certificates, struct certificate_fact, 0);
	host = view->attempt->tls.stapled ? NULL : unlisted(view, leaf);
	if (!host) {
		finding = web_add(view, STATUS_PASS, RUNG_TLS);
		finding_message(view->out, finding, "%s",
				view->attempt->tls.stapled ? "the answer on revocation comes along"
				: leaf->ocsp_hosts.count   ? "the revocation server is in the list"
							   : "the certificate names no revocation "
							     "server");
		web_evidence(view, finding, "tls/certificates/0", "%s", leaf->subject);
		return;
	}
	finding = web_add(view, STATUS_WARN, RUNG_TLS);
	finding_cause(view->out, finding, "TLS-12");
	finding_message(view->out, finding,
			"whoever checks whether \"%s\" was revoked asks %s, which the link's form "
			"does not list", leaf->subject, host);
	finding_expected(view->out, finding, "an OCSP answer stapled to the handshake");
	web_evidence(view, finding, "tls/certificates/0/ocsp_hosts", "%s", host);
	finding_remedy(view->out, finding, "nginx",
		       "ssl_stapling on; ssl_stapling_verify on; and a resolver, in the site");
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	web_each(context, out, judge);
}

static const char *skip(const struct rule_context *context)
{
	return web_skip(context, true);
}

const struct rule rule_tls_risks = {
	.code = "tls-risks",
	.area = "endpoints",
	.title = "revocation of the certificates can be checked from a build, or comes along",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_VSWITCH,
	.causes = { "TLS-12" },
	.after = { "names-answer", "allow-list-complete", "redirect-port-open", PATH_RULES,
		   "tls-handshake-completes", "certificate-trusted" },
	.why = "a client that checks revocation waits for a server that the link does not let it "
	       "reach, and some fail closed",
	.evidence = "OCSP hosts in the server's certificate, the link's gitlab_ip and other_ips, "
		    "and whether an answer was stapled",
	.remedies = {
		{ "nginx", "ssl_stapling on; ssl_stapling_verify on;" },
	},
	.document = "000",
	.heading = "Step 1: Create a VPC link",
	.skip = skip,
	.eval = evaluate,
};
