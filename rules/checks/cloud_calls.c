/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the calls of the cloud's API went: permissions that are missing (CTL-08), credentials and
 * clock that are not accepted (CTL-09), throttling (CTL-15). What was not answered for it is the
 * matter of the rules that need it: a refusal is never a failure here.
 */
#include "rules/checks/cloud_rules.h"

#include <inttypes.h>

#define CLOCK_MAX_S 900u /* servers take requests that are 15 minutes off */

struct call_view {
	const struct cloud_facts *cloud;
	const struct call_fact *call;
	struct findings *out;
};

static struct finding *add_call(const struct call_view *view, int status, const char *cause)
{
	const struct call_fact *call = view->call;
	struct finding *finding = cloud_finding(view->out, (enum finding_status)status,
						call->permission ? call->permission : call->action);
	struct cloud_pointer place = CLOUD_POINTER("/cloud/calls", &view->cloud->calls, call);

	finding_cause(view->out, finding, cause);
	finding_evidence(view->out, finding, place.text, "%s %s: %s%s%s", call->product,
			 call->action, call->code ? call->code : "no code",
			 call->request_id ? ", request " : "",
			 call->request_id ? call->request_id : "");
	return finding;
}

static bool is_first_of(const struct call_view *view)
{
	const struct call_fact *one;

	for (one = view->cloud->calls.items; one < view->call; one++)
		if (one->outcome == view->call->outcome &&
		    text_equal(one->permission, view->call->permission))
			return false;
	return true;
}

/* Codes of a gateway that passed the call on to nobody. */
static bool is_turned_away(const struct call_fact *call)
{
	return call->code && (text_has_prefix(call->code, "InvalidAction") ||
			      text_has_prefix(call->code, "InvalidApi"));
}

/* `unknown` where calls were made and none was answered; a refusal by RAM is an answer. */
static bool any_answered(const struct rule_context *context, const char *what,
			 struct findings *out)
{
	const struct list *calls = &context->facts->cloud.calls;
	const struct call_fact *call = calls->items;
	struct finding *finding;
	size_t i;

	for (i = 0; i < calls->count; i++)
		if (call[i].outcome == CALL_OK ||
		    (call[i].outcome == CALL_MISSING && !is_turned_away(&call[i])) ||
		    call[i].outcome == CALL_DENIED)
			return true;
	if (!calls->count)
		return true;
	finding = findings_add(out, STATUS_UNKNOWN);
	finding_message(out, finding, "%s is not known: not one call was answered", what);
	finding_evidence(out, finding, "/cloud/calls/0", "%s %s: %s", call->product, call->action,
			 call->code ? call->code : "no answer");
	finding_settle(out, finding, "reachback check, with a credential that the cloud accepts");
	return false;
}

static void evaluate_permissions(const struct rule_context *context, struct findings *out)
{
	struct call_view view = { .cloud = &context->facts->cloud, .out = out };
	struct finding *finding;
	size_t i;

	for (i = 0; i < view.cloud->calls.count; i++) {
		view.call = LIST_AT(&view.cloud->calls, struct call_fact, i);
		if (view.call->outcome != CALL_DENIED || !is_first_of(&view))
			continue;
		finding = add_call(&view, STATUS_UNKNOWN, "CTL-08");
		finding_message(out, finding, "the credential may not call %s",
				view.call->permission ? view.call->permission : view.call->action);
		finding_settle(out, finding, "reachback docs ram-policy");
	}
	(void)any_answered(context, "what the credential may call", out);
}

const struct rule rule_cloud_calls_permitted = {
	.code = "cloud-calls-permitted",
	.area = "cloud",
	.title = "the credential may make every call that the checks need",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_CLOUD),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-08" },
	.why = "what may not be asked stays unknown, and whoever makes the link needs more than "
	       "whoever checks it",
	.evidence = "calls that RAM refused, with the permission that each needs",
	.remedies = {
		{ "cloud", "grant the permissions that \"reachback docs ram-policy\" lists" },
	},
	.document = "002",
	.heading = "Prerequisites",
	.eval = evaluate_permissions,
};

/* Codes by which a gateway refuses the signature, its time or the session. */
static const char *const refusals[] = {
	"InvalidTimeStamp", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidSecurityToken",
	"SecurityTokenExpired", "SignatureNonceUsed", "InvalidAccessKeyId",
};

static bool is_refused(const struct call_fact *call)
{
	size_t i;

	for (i = 0; call->code && i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (text_has_prefix(call->code, refusals[i]))
			return true;
	return false;
}

static void add_clock(const struct cloud_facts *cloud, struct findings *out)
{
	struct finding *finding = findings_add(out, STATUS_WARN);

	finding_cause(out, finding, "CTL-09");
	finding_message(out, finding, "this machine's clock is %" PRIu32 " seconds %s: calls are "
				      "refused beyond %u", cloud->clock_skew_s.value,
			cloud->clock_behind ? "late" : "early", CLOCK_MAX_S);
	finding_expected(out, finding, "a clock that is right within %u seconds", CLOCK_MAX_S);
	finding_evidence(out, finding, "/cloud/clock_skew_s", "%" PRIu32 " seconds",
			 cloud->clock_skew_s.value);
	finding_remedy(out, finding, "linux", "chronyc makestep");
}

static void evaluate_credentials(const struct rule_context *context, struct findings *out)
{
	struct call_view view = { .cloud = &context->facts->cloud, .out = out };
	struct finding *finding;
	size_t i;

	if (view.cloud->clock_skew_s.known && view.cloud->clock_skew_s.value > CLOCK_MAX_S) {
		add_clock(view.cloud, out);
		return;
	}
	for (i = 0; i < view.cloud->calls.count; i++) {
		view.call = LIST_AT(&view.cloud->calls, struct call_fact, i);
		if (view.call->outcome != CALL_FAILED || !is_refused(view.call))
			continue;
		finding = add_call(&view, STATUS_WARN, "CTL-09");
		finding_message(out, finding, "the cloud does not accept the credential: %s",
				view.call->code);
		finding_expected(out, finding, "a signature, session and clock that it accepts");
		finding_remedy(out, finding, "cloud", "refresh temporary credentials, correct the "
						      "secret, or set the clock");
		return;
	}
	(void)any_answered(context, "whether the cloud accepts the credential", out);
}

const struct rule rule_cloud_credentials_accepted = {
	.code = "cloud-credentials-accepted",
	.area = "cloud",
	.title = "the cloud accepts the credential and this machine's clock",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_CLOUD),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-09" },
	.why = "a signature holds for 15 minutes around the server's time, and a temporary "
	       "credential until it expires: after that every call fails",
	.evidence = "codes of the replies, and the clock against the Date header of the answers",
	.remedies = {
		{ "linux", "chronyc makestep" },
		{ "cloud", "refresh temporary credentials, or correct the secret" },
	},
	.document = "002",
	.heading = "Prerequisites",
	.eval = evaluate_credentials,
};

static void evaluate_throttling(const struct rule_context *context, struct findings *out)
{
	struct call_view view = { .cloud = &context->facts->cloud, .out = out };
	struct finding *finding;
	size_t i;

	for (i = 0; i < view.cloud->calls.count; i++) {
		view.call = LIST_AT(&view.cloud->calls, struct call_fact, i);
		if (view.call->outcome != CALL_FAILED || !view.call->code ||
		    !text_has_prefix(view.call->code, "Throttling"))
			continue;
		finding = add_call(&view, STATUS_WARN, "CTL-15");
		finding_message(out, finding, "the API throttles: %s of %s", view.call->code,
				view.call->action);
		finding_expected(out, finding, "an answer within the time of the run");
		finding_remedy(out, finding, "cloud", "wait and check again, with fewer programs "
						      "that use the same account");
		return;
	}
	(void)any_answered(context, "whether the API throttles", out);
}

const struct rule rule_cloud_calls_unthrottled = {
	.code = "cloud-calls-unthrottled",
	.area = "cloud",
	.title = "the API answers without throttling",
	.severity = SEVERITY_RISK,
	.reads = SECTION_BIT(SECTION_CLOUD),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-15" },
	.why = "calls that are throttled to the end leave what they ask for unknown",
	.evidence = "calls that failed with a code of throttling after every retry",
	.remedies = {
		{ "cloud", "wait and check again" },
	},
	.document = "002",
	.heading = "Prerequisites",
	.eval = evaluate_throttling,
};
