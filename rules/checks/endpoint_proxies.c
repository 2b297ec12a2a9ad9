/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proxies of the environment (DEP-06, MET-03): never used here, so whatever passed, passed without
 * them; a build that inherits them, or a test through them, sees something else.
 */
#include "rules/checks/endpoint_path.h"

#include "rules/checks/checks.h"
#include "rules/checks/endpoint_names.h"

static bool is_proxy(const char *variable)
{
	return !text_has_prefix(variable, "no_proxy=") && !text_has_prefix(variable, "NO_PROXY=");
}

static void add_warning(const struct strings *variables, size_t count, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_WARN);
	char pointer[64];
	size_t i;

	finding_cause(out, finding, "DEP-06");
	finding_cause(out, finding, "MET-03");
	finding_message(out, finding, "%zu proxy %s set in this environment; none was used, and "
			"no verdict through a proxy can be ready", count,
			count == 1 ? "variable is" : "variables are");
	finding_expected(out, finding, "no proxy where images are built or links are tested");
	for (i = 0; i < variables->count; i++) {
		pointer_print(pointer, sizeof(pointer), "/endpoints/proxy_variables", i);
		finding_evidence(out, finding, pointer, "%s", variables->items[i]);
	}
	finding_next(out, finding, "the Dockerfile (ARG, ENV) and settings.xml of the images that "
		     "are built: builders reach no proxy that the link does not list");
	finding_remedy(out, finding, "linux", "unset http_proxy https_proxy all_proxy HTTP_PROXY "
		       "HTTPS_PROXY ALL_PROXY");
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct strings *variables = &context->facts->endpoints.proxy_variables;
	struct finding *finding;
	size_t i, count = 0;

	for (i = 0; i < variables->count; i++)
		count += is_proxy(variables->items[i]);
	if (count) {
		add_warning(variables, count, out);
		return;
	}
	finding = findings_add(out, STATUS_PASS);
	finding_message(out, finding, "no proxy is set in this environment, and none was used");
}

const struct rule rule_proxies_unused = {
	.code = "proxies-unused",
	.area = "endpoints",
	.title = "no proxy is set, and none was used",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS),
	.vantages = VANTAGE_BIT(VANTAGE_VSWITCH_HOST),
	.causes = { "DEP-06", "MET-03" },
	.why = "A proxy answers for endpoints that builders cannot reach, and builders cannot "
	       "reach the proxy.",
	.evidence = "variables of the environment whose names end in _proxy; connections are "
		    "always made directly",
	.remedies = {
		{ "linux", "unset the variables; take them out of images and settings" },
	},
	.document = "000",
	.heading = "How it works",
	.skip = endpoint_no_url,
	.eval = evaluate,
};
