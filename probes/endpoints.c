/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints: hands plan and wishes to reachback-probe-endpoints and reads its section.
 *
 * Looked at where the plan names something to look at, and from the vSwitch side: from anywhere
 * else an answer proves nothing about the link. Who asks for it there by --from gets it all the
 * same: no rule of one machine reads it, but `judge` compares what two of them saw.
 */
#include "probes/endpoints_request.h"
#include "probes/helper.h"
#include "probes/probe.h"

#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>

#define HELPER_NAME "reachback-probe-endpoints"
#define ANSWER_MAX ((size_t)64 * 1024 * 1024)

static bool endpoints_wanted(const struct probe_context *context, const struct facts *facts)
{
	const struct plan *plan = &facts->plan;

	if (!text_equal(plan->vantage, vantage_words[VANTAGE_VSWITCH_HOST]) &&
	    (plan->vantage || !facts_on_link_vswitch(facts)) &&
	    !(context->endpoints && context->endpoints->anywhere))
		return false;
	return plan->gitlab.url || plan->maven.count ||
	       (context->endpoints && context->endpoints->registry.count);
}

/* A shallow copy that is written and never released: what it points to has its owners. */
static struct endpoints_request request_of(const struct probe_context *context,
					   const struct facts *facts)
{
	struct endpoints_request request = { .budget_ms = 0 };

	if (context->endpoints)
		request = *context->endpoints;
	request.plan = facts->plan;
	request.netns = (char *)context->netns;
	request.budget_ms = helper_budget_ms(context);
	if (request.cacert_fd.known)
		request.cacert_fd.value = PROBE_CACERT_FD;
	if (request.token_fd.known)
		request.token_fd.value = PROBE_TOKEN_FD;
	return request;
}

static int endpoints_run(const struct probe_context *context, struct facts *facts,
			 struct fault *fault)
{
	const struct endpoints_request request = request_of(context, facts);
	struct helper_call call = { .name = HELPER_NAME, .argument = "-",
				    .record = &endpoints_request_record, .request = &request,
				    .deadline_ms = context->deadline_ms };
	struct text answer;
	cJSON *json = NULL;
	int code;

	if (!request.budget_ms)
		return -ETIMEDOUT;
	text_init(&answer, ANSWER_MAX);
	code = helper_run(context, &call, &answer, fault);
	if (call.status == HELPER_UNUSABLE) {
		*fault = (struct fault){ 0 };
		code = fault_set(fault, code, "--cacert: a certificate in the file is damaged, so "
				 "that it cannot be used");
	}
	if (!code)
		code = json_parse(text_string(&answer), answer.length, &json, fault);
	if (!code)
		code = record_read(section_record(SECTION_ENDPOINTS), json, &facts->endpoints, 0,
				   fault);
	cJSON_Delete(json);
	text_release(&answer);
	return code;
}

const struct probe probe_endpoints = {
	.name = "endpoints",
	.summary = "what GitLab, Maven and the registry answer, rung by rung",
	.needs = PROBE_NEEDS_NETWORK | PROBE_NEEDS_HELPER,
	.keeps = 0,
	.wire = "DNS questions; TCP connections, TLS handshakes and HTTP requests to the hosts of "
		"the plan's URLs, to the registries of --registry, and to the hosts that these "
		"name; the token to the plan's own GitLab "
		"alone. Where one of these fails, or with --deep: SYNs to the same port with "
		"small times to live and IP_MINTTL, two empty datagrams to it, up to 64 "
		"connections from chosen source ports, and the same handshake or request with "
		"smaller MSS",
	.doc = "from the vSwitch side, and wherever --from is given: names, connections, "
	       "certificates, answers, GitLab's API and git, Maven's metadata and artifacts",
	.section = SECTION_ENDPOINTS,
	.after = SECTION_BIT(SECTION_METADATA), /* it may say that this is the vSwitch side */
	.wanted = endpoints_wanted,
	.run = endpoints_run,
};
