/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the repositories that are built from the plan's GitLab are set: no build outside the Chinese
 * mainland (CTL-01); and what the last build that failed said of its clone.
 */
#include "rules/checks/cloud_rules.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* Host of "https://host:port/...", of "host:port" or of "host". */
static bool host_of(const char *url, char host[PLAN_HOST_MAX])
{
	uint32_t port;
	size_t length;

	if (!url)
		return false;
	if (!plan_url_parts(url, host, &port, NULL))
		return true;
	length = strcspn(url, ":/");
	if (!length || length >= PLAN_HOST_MAX)
		return false;
	memcpy(host, url, length);
	host[length] = '\0';
	return true;
}

/* Is it built from the plan's GitLab? A plan that names no GitLab means any. */
static bool is_of_plan(const struct plan *plan, const struct binding_fact *binding)
{
	char planned[PLAN_HOST_MAX], bound[PLAN_HOST_MAX], address[ADDRESS_TEXT_MAX];

	if (!binding->type || strcasecmp(binding->type, "GITLAB") != 0)
		return false;
	if (plan->gitlab.project && binding->project)
		return !strcasecmp(plan->gitlab.project, binding->project);
	if (!host_of(plan->gitlab.url, planned) || !host_of(binding->domain, bound))
		return true;
	return !strcasecmp(planned, bound) ||
	       !strcmp(address_print(&plan->link.gitlab_ip, address), bound);
}

static struct finding *add_binding(const struct instance_facts *instance,
				   const struct binding_fact *binding, int status,
				   struct findings *out)
{
	struct finding *finding = cloud_finding(out, (enum finding_status)status,
						binding->repo_id);
	struct cloud_pointer place =
		CLOUD_POINTER("/instance/bindings", &instance->bindings, binding);

	finding_evidence(out, finding, place.text, "%s is built from %s %s, OverseaBuild %s",
			 binding->repository ? binding->repository : binding->repo_id,
			 binding->domain ? binding->domain : binding->type,
			 binding->project ? binding->project : "",
			 !binding->oversea.known ? "not told"
						 : binding->oversea.value ? "true" : "false");
	return finding;
}

static void judge_binding(const struct instance_facts *instance,
			  const struct binding_fact *binding, struct findings *out)
{
	const char *name = binding->repository ? binding->repository : binding->repo_id;
	struct finding *finding;

	if (!binding->oversea.known) {
		finding = add_binding(instance, binding, STATUS_UNKNOWN, out);
		finding_message(out, finding, "where %s is built was not told", name);
		finding_settle(out, finding, "reachback check");
		return;
	}
	if (!binding->oversea.value) {
		finding = add_binding(instance, binding, STATUS_PASS, out);
		finding_message(out, finding, "%s is not built outside the Chinese mainland", name);
		return;
	}
	finding = add_binding(instance, binding, STATUS_FAIL, out);
	finding_cause(out, finding, "CTL-01");
	finding_message(out, finding, "%s is built with servers outside the Chinese mainland, "
				      "which reach nothing in the VPC", name);
	finding_expected(out, finding, "\"Build With Servers Deployed Outside Chinese Mainland\" "
				       "is cleared");
	finding_remedy(out, finding, "cloud", "clear \"Build With Servers Deployed Outside Chinese "
					      "Mainland\" in the build settings of %s", name);
}

static void add_none(const struct instance_facts *instance, struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_SKIPPED, instance->id);

	finding_message(out, finding, "no repository is built from this GitLab yet (%u looked at): "
		       "leave \"Build With Servers Deployed Outside Chinese Mainland\" cleared "
		       "when one is bound", instance->repositories);
}

/* One that was not looked at may be built from this GitLab, and abroad. */
static void add_unread(const struct instance_facts *instance, size_t unread, const char *note,
		       struct findings *out)
{
	struct finding *finding = cloud_finding(out, STATUS_UNKNOWN, instance->id);
	uint32_t all = instance->repositories;

	if (all < instance->bindings.count)
		all = (uint32_t)instance->bindings.count;
	finding_message(out, finding,
			"where %zu of %u repositories are built from was not read%s%s", unread, all,
			note ? ": " : "", note ? note : "");
	finding_settle(out, finding, "reachback check, with a credential that may call "
				     "cr:GetRepoSourceCodeRepo");
}

static void evaluate_oversea(const struct rule_context *context, struct findings *out)
{
	const struct instance_facts *instance = &context->facts->instance;
	const char *note = instance->sources.state == FACT_OK ? NULL : instance->sources.note;
	size_t i, found = 0, unread = 0;

	/* a part of the list may hold the fault; it is no whole */
	if (!instance->bindings.count &&
	    !cloud_asked(&instance->sources, "which repositories are built from GitLab",
			 instance->id, out))
		return;
	for (i = 0; i < instance->bindings.count; i++) {
		const struct binding_fact *binding =
			LIST_AT(&instance->bindings, struct binding_fact, i);

		if (binding->state != FACT_OK) {
			unread++;
			note = note ? note : binding->note;
			continue;
		}
		if (!is_of_plan(&context->facts->plan, binding))
			continue;
		found++;
		judge_binding(instance, binding, out);
	}
	if (instance->repositories > instance->bindings.count)
		unread += instance->repositories - instance->bindings.count;
	/* a list that broke off does not tell how many are missing */
	if (unread || instance->sources.state != FACT_OK)
		add_unread(instance, unread, note, out);
	else if (!found)
		add_none(instance, out);
}

const struct rule rule_builds_inside_mainland = {
	.code = "builds-inside-mainland",
	.area = "cloud",
	.title = "no repository of this GitLab is built outside the Chinese mainland",
	.severity = SEVERITY_BLOCKER,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_INSTANCE),
	.vantages = VANTAGE_CLOUD,
	.causes = { "CTL-01" },
	.why = "with that option builds run on servers that reach no VPC of the mainland, while "
	       "everything else is green",
	.evidence = "OverseaBuild of the repositories that are bound to the plan's GitLab, or to "
		    "its project where the plan names one",
	.remedies = {
		{ "cloud", "clear \"Build With Servers Deployed Outside Chinese Mainland\"" },
	},
	.document = "000",
	.heading = "Step 3: Build an image in the VPC",
	.skip = cloud_no_instance,
	.eval = evaluate_oversea,
};

static bool is_refused(const struct inquiry *inquiry)
{
	return inquiry->state == FACT_DENIED || inquiry->state == FACT_FAILED;
}

static const char *skip_builds(const struct rule_context *context)
{
	const struct instance_facts *instance = &context->facts->instance;

	if (instance->section.state == FACT_OK && !instance->failed_builds.count &&
	    !is_refused(&instance->rules) && !is_refused(&instance->builds))
		return "no build that failed was found";
	return cloud_no_instance(context);
}

static void evaluate_builds(const struct rule_context *context, struct findings *out)
{
	const struct list *builds = &context->facts->instance.failed_builds;
	const struct instance_facts *instance = &context->facts->instance;
	size_t i, line;

	if (is_refused(&instance->rules))
		(void)cloud_asked(&instance->rules, "the build rules", instance->id, out);
	if (is_refused(&instance->builds))
		(void)cloud_asked(&instance->builds, "the builds", instance->id, out);
	for (i = 0; i < builds->count; i++) {
		const struct failed_build_fact *build =
			LIST_AT(builds, struct failed_build_fact, i);
		struct finding *finding = cloud_finding(out, STATUS_PASS, build->repo_id);
		struct cloud_pointer place =
			CLOUD_POINTER("/instance/failed_builds", builds, build);

		finding_message(out, finding, "build %s of %s failed; its clone said %zu lines",
				build->id ? build->id : "?", build->repo_id,
				build->clone_log.count);
		for (line = 0; line < build->clone_log.count; line++)
			finding_evidence(out, finding, place.text, "%s",
					 build->clone_log.items[line]);
	}
}

const struct rule rule_last_build_clone = {
	.code = "last-build-clone",
	.area = "cloud",
	.title = "what the last build that failed said while it cloned",
	.severity = SEVERITY_NOTE,
	.reads = SECTION_BIT(SECTION_PLAN) | SECTION_BIT(SECTION_INSTANCE),
	.vantages = VANTAGE_CLOUD,
	.why = "the words of git in a real build tell which end of the link to look at; they are "
	       "shown and not judged, for the build may be older than what mended it",
	.evidence = "the stage GIT_CLONE in the log of the last build that failed",
	.document = "000",
	.heading = "Step 3: Build an image in the VPC",
	.skip = skip_builds,
	.eval = evaluate_builds,
};
