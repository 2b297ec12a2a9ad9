/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What works from here and may not in a build: plain http, which Maven 3.8.1 and later block
 * (DEP-03), and an authority that Java does not know (DEP-08).
 */
#include "rules/checks/endpoint_above.h"

#include "rules/checks/checks.h"

/* The blocking mirror is for "external:http:*": everything by http but the machine itself. */
static bool is_external(const struct endpoint_target *target)
{
	struct address address;

	if (text_equal(target->host, "localhost"))
		return false;
	return address_parse(target->host, &address) || !address_is_loopback(&address);
}

/* Verified by --cacert alone. */
static const struct attempt_fact *privately_trusted(const struct endpoints_facts *endpoints,
						    const char *url, size_t *place)
{
	size_t i;

	for (i = 0; i < endpoints->attempts.count; i++) {
		const struct attempt_fact *attempt =
			LIST_AT(&endpoints->attempts, struct attempt_fact, i);
		const struct tls_fact *tls = &attempt->tls;

		*place = i;
		if (text_equal(attempt->url, url) && tls->outcome == TLS_DONE &&
		    tls->chain_system.known && tls->chain_system.value &&
		    tls->chain_given.known && !tls->chain_given.value)
			return attempt;
	}
	return NULL;
}

static void add_http(const struct rule_context *context, const struct endpoint_target *target,
		     size_t place, struct findings *out)
{
	struct finding *finding = above_add(context, out, STATUS_WARN,
			  &(struct above_place){ target, NULL, RUNG_HTTP });
	char pointer[64];

	finding_cause(out, finding, "DEP-03");
	finding_message(out, finding, "%s is plain http, which Maven 3.8.1 and later block",
			target->url);
	finding_expected(out, finding, "https, or a mirror in settings.xml that says it is not "
				       "blocked");
	pointer_print(pointer, sizeof(pointer), "/endpoints/targets", place);
	finding_evidence(out, finding, pointer, "scheme %s, host %s", target->scheme,
			 target->host);
	finding_remedy(out, finding, "maven", "serve the repository by https, or override the "
					      "mirror maven-default-http-blocker in the build's "
					      "settings.xml");
}

static void add_private(const struct rule_context *context, const struct endpoint_target *target,
			const struct attempt_fact *attempt, size_t place, struct findings *out)
{
	struct finding *finding =
		above_add(context, out, STATUS_WARN,
				  &(struct above_place){ target, &attempt->address, RUNG_TLS });
	char pointer[64];

	finding_cause(out, finding, "DEP-08");
	finding_message(out, finding, "the certificate of %s verifies by --cacert alone: the Java "
				      "of the build may not know its authority", target->host);
	pointer_print(pointer, sizeof(pointer), "/endpoints/attempts", place);
	finding_evidence(out, finding, pointer, "system store: %s",
			 attempt->tls.chain_error ? attempt->tls.chain_error : "not verified");
	finding_remedy(out, finding, "maven", "import the authority into the truststore of the "
					      "build image (keytool -importcert -cacerts), or use "
					      "a public authority");
}

static void judge(const struct rule_context *context, const struct endpoint_target *target,
		  size_t place, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	size_t at = 0;
	const struct attempt_fact *attempt = privately_trusted(endpoints, target->url, &at);
	struct finding *finding;

	if (text_equal(target->scheme, "http") && is_external(target)) {
		add_http(context, target, place, out);
	} else if (attempt) {
		add_private(context, target, attempt, at, out);
	} else {
		finding = above_add(context, out, STATUS_PASS,
				  &(struct above_place){ target, NULL, RUNG_TLS });
		finding_message(out, finding, "neither plain http nor an authority that only "
					      "--cacert knows");
	}
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct list *targets = &context->facts->endpoints.targets;
	size_t i;

	for (i = 0; i < targets->count; i++) {
		const struct endpoint_target *target =
			LIST_AT(targets, struct endpoint_target, i);

		if (target->purpose == PURPOSE_MAVEN)
			judge(context, target, i, out);
	}
}

const struct rule rule_maven_risks = {
	.code = "maven-risks",
	.area = "maven",
	.title = "Maven in the build takes the URL's scheme and its certificate's authority",
	.severity = SEVERITY_RISK,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "DEP-03", "DEP-08" },
	.after = { "names-answer", "allow-list-complete", PATH_RULES, "tls-handshake-completes",
		   "certificate-trusted" },
	.why = "Maven has its own mind: it blocks plain http since 3.8.1, and trusts what Java's "
	       "store holds and not what the system's does.",
	.evidence = "the scheme of maven[].url, and by which store its certificate verifies",
	.remedies = {
		{ "maven", "https with a certificate of a public authority" },
		{ "maven", "settings.xml: a mirror that replaces maven-default-http-blocker" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_LINK,
	.skip = above_no_maven,
	.eval = evaluate,
};
