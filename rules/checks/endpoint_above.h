/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules above HTTP share: GitLab, git, Maven and the registry. Findings with their
 * subject, exchanges as evidence, where a redirected URL leads, and the rows of GitLab.
 */
#ifndef RULES_CHECKS_ENDPOINT_ABOVE_H
#define RULES_CHECKS_ENDPOINT_ABOVE_H

#include "rules/checks/endpoint_path.h"

#define ABOVE_VANTAGE (VANTAGE_BIT(VANTAGE_VSWITCH_HOST))
#define ABOVE_READS (SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_ENDPOINTS))
#define ABOVE_DOCUMENT "000"
#define ABOVE_BIND "Step 2: Bind the GitLab source code repository"
#define ABOVE_LINK "Step 1: Create a VPC link"

/* Rungs below, for `after`. */
#define BELOW_API                                                                                  \
	"names-answer", "allow-list-complete", "redirect-port-open", PATH_RULES,                   \
		"tls-handshake-completes", "certificate-trusted", "http-answers"
#define BELOW_TOKEN BELOW_API, "gitlab-api-answers"
#define BELOW_PROJECT BELOW_TOKEN, "gitlab-token-fits"
#define BELOW_GIT BELOW_PROJECT, "gitlab-project-visible", "gitlab-clone-url-fits"

/* From here on an answer is slow, and a build that asks for more may not get it. */
#define ABOVE_SLOW_US 2000000u

/* What a finding is about; the address may be NULL. */
struct above_place {
	const struct endpoint_target *target;
	const struct address *address;
	int rung; /* enum endpoint_rung */
};
/* A finding with that subject, and the source that was used as evidence. NULL: latched. */
struct finding *above_add(const struct rule_context *context, struct findings *out, int status,
			  const struct above_place *place);
/* What stands in front of `unknown`s that a failed lower rung will hide. */
void above_unreached(const struct rule_context *context, struct findings *out,
		     const struct endpoint_target *target, int rung, const char *what);

/* The same of one address of the target. */
void above_unreached_at(const struct rule_context *context, struct findings *out,
			const struct above_place *place, const char *what);

/* Exchanges of one rung on one URL; `address` may be NULL: on any. */
struct above_asked {
	const char *url;
	const struct address *address;
	int rung;
};
/* The last of them whose path contains `part`; NULL. */
const struct exchange_fact *above_exchange(const struct endpoints_facts *endpoints,
					   const struct above_asked *asked, const char *part);
/* Did it go to that address? One that names none went to any. */
bool above_went_to(const struct exchange_fact *exchange, const struct address *address);
/* "GET /api/v4/user with token: 403", as evidence; nothing for NULL. */
void above_tell(const struct endpoints_facts *endpoints, const struct exchange_fact *exchange,
		struct findings *out, struct finding *finding);
/* "/endpoints/gitlab/ROW/NAME" as evidence. */
struct above_member {
	size_t row;
	const char *name;
};
__attribute__((format(printf, 4, 5)))
void above_fact(struct findings *out, struct finding *finding, struct above_member member,
		const char *format, ...);

/* GitLab of the plan: NULL where the plan names none, or nothing was looked at. */
const struct endpoint_target *above_gitlab(const struct endpoints_facts *endpoints);
/* What GitLab said on the address of that index: NULL behind the last that was climbed. */
const struct gitlab_fact *above_row(const struct endpoints_facts *endpoints, size_t index);
/* On another host than GitLab's git is asked once: does another row than this tell of it? */
bool above_git_elsewhere(const struct endpoints_facts *endpoints, size_t index);
/* One of those rows, as a rule judges it. */
struct gitlab_view {
	const struct rule_context *context;
	const struct endpoint_target *target; /* of the plan */
	const struct gitlab_fact *row;
	size_t index; /* of the row */
	int rung;
	struct findings *out;
};

typedef void gitlab_judge(const struct gitlab_view *view);

/* Every row of the plan's own GitLab; `unknown` about `what` if it redirects or none is there. */
void above_each_row(const struct rule_context *context, int rung, const char *what,
		    gitlab_judge *judge, struct findings *out);
/* A finding about the row, with the exchange of its rung that asked for `part`. NULL: latched. */
struct finding *above_add_of_row(const struct gitlab_view *view, int status, const char *part);
/* Where the redirects of this URL end: the target itself where it redirects nowhere. */
const struct endpoint_target *above_end(const struct endpoints_facts *endpoints,
					const struct endpoint_target *target);
/* The same of a URL, which may be NULL; NULL: it is no target. */
const struct endpoint_target *above_end_of(const struct endpoints_facts *endpoints,
					   const char *url);
/* Whose redirects lead to this URL: the target itself where it is none. */
const struct endpoint_target *above_start(const struct endpoints_facts *endpoints,
					  const struct endpoint_target *target);
/* Does any address of the target accept connections? Its first such attempt; NULL: none does. */
const struct attempt_fact *above_connected(const struct endpoints_facts *endpoints,
					   const char *url);
bool above_same_origin(const struct endpoint_target *a, const struct endpoint_target *b);

bool above_is_http(const char *url);
/* A URL in .gitmodules by ssh, git or a path: nothing that a build fetches with the token. */
bool above_is_foreign(const char *url);

/* For `skip`: why there is nothing to look at; NULL: there is. */
const char *above_no_gitlab(const struct rule_context *context);
const char *above_no_project(const struct rule_context *context);
const char *above_no_maven(const struct rule_context *context);

extern const struct rule rule_gitlab_clone_url_fits, rule_gitlab_lfs_reachable,
	rule_gitlab_lfs_served, rule_gitlab_submodules_reachable, rule_gitlab_submodules_served,
	rule_gitlab_api_answers, rule_gitlab_token_fits, rule_gitlab_project_visible,
	rule_gitlab_webhooks_called, rule_gitlab_git_answers, rule_maven_metadata_served,
	rule_maven_artifact_served, rule_maven_metadata_current, rule_maven_risks,
	rule_registry_answers;

#endif
