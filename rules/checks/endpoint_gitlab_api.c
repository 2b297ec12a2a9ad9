/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is it GitLab that answers, with the API that the registry uses (GL-04, GL-22, GL-23)? To a
 * stranger its API says 401 in JSON, and nothing else does.
 */
#include "rules/checks/endpoint_above.h"


#define SIGN_IN "/users/sign_in"

static void remedy_page(struct findings *out, struct finding *finding)
{
	finding_cause(out, finding, "GL-23");
	finding_expected(out, finding, "401 or 200 in JSON from /api/v4/version");
	finding_remedy(out, finding, "server",
		       "exempt 100.104.0.0/16 and the vSwitch from the portal, log-in or filter "
		       "that answers in GitLab's place");
}

static const char *text_or(const char *string, const char *otherwise)
{
	return string ? string : otherwise;
}

static struct above_member member(const struct endpoints_facts *endpoints,
				  const struct gitlab_fact *row, const char *name)
{
	const struct gitlab_fact *first = endpoints->gitlab.items;

	return (struct above_member){ (size_t)(row - first), name };
}

/* The first plain answer of the address. */
static void tell_first(const struct endpoints_facts *endpoints, const struct gitlab_fact *row,
		       struct findings *out, struct finding *finding)
{
	const struct above_asked asked = { row->url, &row->address, RUNG_API };
	const struct attempt_fact *attempt =
		endpoints_attempt(endpoints, row->url, &row->address);

	if (attempt && attempt->http.status.known)
		above_fact(out, finding, member(endpoints, row, "api"),
			   "GET /api/v4/version: status %u, %s",
			   (unsigned int)attempt->http.status.value,
			   text_or(attempt->http.content_type, "no type"));
	above_tell(endpoints, above_exchange(endpoints, &asked, SIGN_IN), out, finding);
}

static void add_pass(const struct rule_context *context, const struct endpoint_target *target,
		     const struct gitlab_fact *row, struct findings *out)
{
	struct finding *finding =
		above_add(context, out, STATUS_PASS,
				  &(struct above_place){ target, &row->address, RUNG_API });

	finding_message(out, finding, "it is GitLab%s%s, recognised by %s",
			row->version ? " " : "", text_or(row->version, ""),
			text_or(row->recognised_by, "its answer"));
	above_fact(out, finding, member(&context->facts->endpoints, row, "recognised_by"),
		   "%s", text_or(row->recognised_by, "its answer"));
}

static void add_elsewhere(const struct rule_context *context,
			  const struct endpoint_target *target, const struct gitlab_fact *row,
			  struct findings *out)
{
	struct finding *finding =
		above_add(context, out, STATUS_FAIL,
				  &(struct above_place){ target, &row->address, RUNG_API });

	finding_cause(out, finding, "GL-04");
	finding_message(out, finding, "GitLab's API is not below %s, but below the path %s of the "
				      "same server", target->url, row->relative_root);
	finding_expected(out, finding, "gitlab.url with the path of external_url");
	tell_first(&context->facts->endpoints, row, out, finding);
	above_fact(out, finding, member(&context->facts->endpoints, row, "relative_root"),
		   "%s", text_or(row->recognised_by, ""));
	finding_remedy(out, finding, "plan", "let gitlab.url, and the endpoint in the binding "
					     "form, end in %s", row->relative_root);
}

/* GitLab's own pages without its API. */
static void add_no_api(const struct rule_context *context, const struct endpoint_target *target,
		       const struct gitlab_fact *row, struct findings *out)
{
	struct finding *finding =
		above_add(context, out, STATUS_FAIL,
				  &(struct above_place){ target, &row->address, RUNG_API });

	finding_cause(out, finding, "GL-22");
	finding_message(out, finding,
			"it is GitLab (%s), and its API version 4 is not there",
			text_or(row->recognised_by, "by its pages"));
	finding_expected(out, finding, "401 or 200 in JSON from /api/v4/version");
	tell_first(&context->facts->endpoints, row, out, finding);
	finding_remedy(out, finding, "gitlab", "upgrade GitLab: the registry asks version 4 of its "
					       "API, which is there since 9.0");
	finding_next(out, finding, "whether a proxy before GitLab leaves /api/ out");
}

static void add_other(const struct rule_context *context, const struct endpoint_target *target,
		      const struct gitlab_fact *row, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	const struct attempt_fact *attempt =
		endpoints_attempt(endpoints, row->url, &row->address);
	uint32_t status = attempt ? attempt->http.status.value : 0;
	struct finding *finding =
		above_add(context, out, STATUS_FAIL,
				  &(struct above_place){ target, &row->address, RUNG_API });

	tell_first(endpoints, row, out, finding);
	if (status == 404 || status == 410) {
		finding_cause(out, finding, "GL-04");
		finding_message(out, finding, "nothing below %s is GitLab: no API, no sign-in "
					      "page, and none below the usual paths",
				target->url);
		finding_expected(out, finding, "gitlab.url with the path of external_url");
		finding_remedy(out, finding, "plan", "enter the external_url of GitLab, path "
						     "included, in gitlab.url and in the binding "
						     "form");
		return;
	}
	remedy_page(out, finding);
	finding_message(out, finding, "what answers at %s is not GitLab's API%s%s%s", target->url,
			attempt && attempt->http.title ? ": a page titled \"" : "",
			attempt && attempt->http.title ? attempt->http.title : "",
			attempt && attempt->http.title ? "\"" : "");
}

/* A redirect was the first answer: what it leads to decides, and it is not the plan's URL. */
static void judge_redirected(const struct rule_context *context,
			     const struct endpoint_target *target,
			     const struct endpoint_target *end, const struct gitlab_fact *row,
			     struct findings *out)
{
	const struct attempt_fact *attempt =
		above_connected(&context->facts->endpoints, end->url);
	const struct http_fact *http = attempt ? &attempt->http : NULL;
	struct finding *finding;

	if (http && http->status.known && http->status.value == 200 &&
	    http->body == HTTP_BODY_HTML && text_equal(end->host, target->host)) {
		finding = above_add(context, out, STATUS_FAIL,
				  &(struct above_place){ target, &row->address, RUNG_API });
		remedy_page(out, finding);
		finding_message(out, finding, "the API redirects to a page, %s%s%s%s", end->url,
				http->title ? ", titled \"" : "", text_or(http->title, ""),
				http->title ? "\"" : "");
		tell_first(&context->facts->endpoints, row, out, finding);
	} else if (http && http->outcome == HTTP_ANSWERED && http->status.known &&
		   (http->status.value == 401 || http->status.value == 200) &&
		   http->body == HTTP_BODY_JSON) {
		finding = above_add(context, out, STATUS_PASS,
				  &(struct above_place){ end, &attempt->address, RUNG_API });
		finding_message(out, finding, "it is GitLab that answers behind the redirect of %s",
				target->url);
	} else {
		above_unreached(context, out, end, RUNG_API, "whether GitLab answers behind the "
							     "redirect");
	}
}

static void judge(const struct rule_context *context, const struct endpoint_target *target,
		  const struct gitlab_fact *row, struct findings *out)
{
	const struct above_place place = { target, &row->address, RUNG_API };

	if (row->api.known && row->api.value)
		add_pass(context, target, row, out);
	else if (row->relative_root)
		add_elsewhere(context, target, row, out);
	else if (!row->is_gitlab.known)
		above_unreached_at(context, out, &place, "whether it is GitLab");
	else if (row->is_gitlab.value)
		add_no_api(context, target, row, out);
	else
		add_other(context, target, row, out);
}

static void evaluate(const struct rule_context *context, struct findings *out)
{
	const struct endpoints_facts *endpoints = &context->facts->endpoints;
	const struct endpoint_target *target = above_gitlab(endpoints), *end;
	const struct gitlab_fact *row = above_row(endpoints, 0);
	size_t i;

	if (!target)
		return;
	end = above_end(endpoints, target);
	if (!row)
		above_unreached(context, out, end, RUNG_API, "whether it is GitLab");
	else if (end != target && !row->relative_root)
		judge_redirected(context, target, end, row, out);
	else
		for (i = 0; row; row = above_row(endpoints, ++i))
			judge(context, target, row, out);
}

const struct rule rule_gitlab_api_answers = {
	.code = "gitlab-api-answers",
	.area = "gitlab",
	.title = "what answers is GitLab with version 4 of its API",
	.severity = SEVERITY_BLOCKER,
	.reads = ABOVE_READS,
	.vantages = ABOVE_VANTAGE,
	.causes = { "GL-04", "GL-22", "GL-23" },
	.after = { BELOW_API },
	.why = "The registry binds by GitLab's API. A port that accepts, and even a page with "
	       "status 200, may be something else.",
	.evidence = "/api/v4/version without a token: 401 in JSON proves the API; else the sign-in "
		    "page, and the same request below other paths of the server",
	.remedies = {
		{ "plan", "gitlab.url is the external_url of GitLab, path included" },
		{ "gitlab", "upgrade a GitLab that has no version 4 of the API" },
		{ "server", "exempt the range from a portal or log-in that answers instead" },
	},
	.document = ABOVE_DOCUMENT,
	.heading = ABOVE_BIND,
	.skip = above_no_gitlab,
	.eval = evaluate,
};
