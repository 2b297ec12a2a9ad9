/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "instance": source bindings of the repositories; of those that are built from GitLab, the
 * build rules and what the last build that failed said while it cloned.
 */
#include "probes/cloud_helper/read_builds.h"

#include "probes/cloud_helper/read_inquiry.h"
#include "probes/cloud_helper/reply.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REPOSITORIES_MAX 1000 /* looked at: a call each */
#define BUILDS_MAX 50         /* repositories whose rules and builds are looked at */
#define BUILDS_LEFT "more repositories are built from GitLab than are looked at"
#define RULES_MAX 200
#define LOG_LINES_MAX 20

static struct instance_facts *instance_of(struct cloud_run *run)
{
	return &run->facts->instance;
}

static struct binding_fact *binding_of(struct cloud_run *run, const char *repository)
{
	struct list *list = &instance_of(run)->bindings;
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct binding_fact *binding = LIST_AT(list, struct binding_fact, i);

		if (text_equal(binding->repo_id, repository))
			return binding;
	}
	return NULL;
}

static char *joined(struct cloud_run *run, const char *a, const char *b)
{
	struct text text;
	char *taken;

	if (!*a && !*b)
		return NULL;
	text_init(&text, 512);
	text_add_clean(&text, a, TEXT_FOREIGN_MAX);
	text_add(&text, "/");
	text_add_clean(&text, b, TEXT_FOREIGN_MAX);
	taken = text_take(&text);
	(void)cloud_keeps(run, taken);
	return taken;
}

/* One failed build under way. */
struct build_look {
	const char *repository, *build;
};

static struct failed_build_fact *build_of(struct cloud_run *run, const struct build_look *look)
{
	struct list *list = &instance_of(run)->failed_builds;
	size_t i;

	for (i = 0; i < list->count; i++) {
		struct failed_build_fact *build = LIST_AT(list, struct failed_build_fact, i);

		if (text_equal(build->repo_id, look->repository))
			return build;
	}
	return NULL;
}

static void on_log(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct failed_build_fact *build = build_of(run, context);
	const cJSON *one;

	if (!inquiry_settle(run, &instance_of(run)->builds, reply) || !build)
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "BuildRecordLogs")) {
		char *line;

		if (strcmp(reply_word(one, "BuildStage"), "GIT_CLONE") != 0)
			continue;
		if (build->clone_log.count >= LOG_LINES_MAX)
			return;
		line = reply_text(run, one, "Message");
		if (line && strings_add(&build->clone_log, line))
			(void)cloud_keeps(run, NULL);
		free(line);
	}
}

static void ask_log(struct cloud_run *run, const char *repository, const cJSON *json)
{
	struct build_look *look = cloud_keep(run, sizeof(*look), NULL);
	struct failed_build_fact *build;

	if (!look)
		return;
	*look = (struct build_look){ repository,
				     inquiry_keep_id(run, reply_word(json, "BuildRecordId")) };
	if (!look->build || !*look->build)
		return;
	build = list_add(&instance_of(run)->failed_builds, sizeof(*build));
	if (!cloud_keeps(run, build))
		return;
	inquiry_text(run, &build->repo_id, repository);
	build->id = reply_text(run, json, "BuildRecordId");
	build->status = reply_text(run, json, "BuildStatus");
	build->started = reply_text(run, json, "StartTime");
	cloud_call(run, ACTION_LIST_REPO_BUILD_RECORD_LOG, (struct cloud_parameter[]){
		{ "InstanceId", run->plan->link.instance_id }, { "RepoId", repository },
		{ "BuildRecordId", look->build }, { NULL, NULL } }, on_log, look);
}

/* The newest comes last or first, so the latest start decides; digits of one length compare. */
static bool is_later(const char *a, const char *b)
{
	size_t left = strlen(a), right = strlen(b);

	return left != right ? left > right : strcmp(a, b) > 0;
}

static void on_records(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const cJSON *one, *latest = NULL;

	if (!inquiry_settle(run, &instance_of(run)->builds, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "BuildRecords")) {
		if (strncasecmp(reply_word(one, "BuildStatus"), "FAIL", 4) != 0)
			continue;
		if (!latest || is_later(reply_word(one, "StartTime"),
					reply_word(latest, "StartTime")))
			latest = one;
	}
	if (latest)
		ask_log(run, context, latest);
}

static void on_rules(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct list *rules = &instance_of(run)->build_rules;
	const cJSON *one;

	if (!inquiry_settle(run, &instance_of(run)->rules, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "BuildRules")) {
		struct build_rule_fact *rule;

		if (!inquiry_room(run, &instance_of(run)->rules, rules, RULES_MAX))
			return;
		rule = list_add(rules, sizeof(*rule));
		if (!cloud_keeps(run, rule))
			return;
		inquiry_text(run, &rule->repo_id, context);
		rule->id = reply_text(run, one, "BuildRuleId");
		rule->kind = reply_text(run, one, "PushType");
		rule->name = reply_text(run, one, "PushName");
		rule->tag = reply_text(run, one, "ImageTag");
		rule->dockerfile = joined(run, reply_word(one, "DockerfileLocation"),
					  reply_word(one, "DockerfileName"));
	}
}

/* Only where builds come from GitLab, and only for some: these are calls each. */
static void ask_builds(struct cloud_run *run, const char *repository)
{
	struct cloud_parameter parameters[] = {
		{ "InstanceId", run->plan->link.instance_id }, { "RepoId", repository },
		{ NULL, NULL },
	};
	const struct list *list = &instance_of(run)->bindings;
	size_t i, built = 0;

	for (i = 0; i < list->count; i++)
		built += LIST_AT(list, struct binding_fact, i)->type != NULL;
	if (built > BUILDS_MAX) {
		inquiry_fail(run, &instance_of(run)->rules, BUILDS_LEFT);
		inquiry_fail(run, &instance_of(run)->builds, BUILDS_LEFT);
		return;
	}
	cloud_call(run, ACTION_LIST_REPO_BUILD_RULE, parameters, on_rules,
		   (void *)(uintptr_t)repository);
	cloud_call(run, ACTION_LIST_REPO_BUILD_RECORD, parameters, on_records,
		   (void *)(uintptr_t)repository);
}

static void on_source(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct binding_fact *binding = binding_of(run, context);
	struct inquiry inquiry;

	if (!binding)
		return;
	inquiry = (struct inquiry){ binding->state, binding->note };
	if (inquiry_settle(run, &inquiry, reply)) {
		binding->type = reply_text(run, reply->json, "CodeRepoType");
		binding->domain = reply_text(run, reply->json, "CodeRepoDomain");
		binding->project = joined(run, reply_word(reply->json, "CodeRepoNamespaceName"),
					  reply_word(reply->json, "CodeRepoName"));
		binding->oversea = reply_maybe_flag(reply->json, "OverseaBuild");
		binding->automatic = reply_maybe_flag(reply->json, "AutoBuild");
		if (binding->type && !strcasecmp(binding->type, "GITLAB"))
			ask_builds(run, context);
	}
	binding->state = inquiry.state;
	binding->note = inquiry.note;
}

static void add_repository(struct cloud_run *run, const cJSON *json)
{
	const char *id = inquiry_keep_id(run, reply_word(json, "RepoId"));
	struct cloud_parameter parameters[] = {
		{ "InstanceId", run->plan->link.instance_id }, { "RepoId", id }, { NULL, NULL },
	};
	struct binding_fact *binding;

	if (!id || !*id || binding_of(run, id))
		return;
	binding = list_add(&instance_of(run)->bindings, sizeof(*binding));
	if (!cloud_keeps(run, binding))
		return;
	binding->repo_id = reply_text(run, json, "RepoId");
	binding->repository = joined(run, reply_word(json, "RepoNamespaceName"),
				     reply_word(json, "RepoName"));
	cloud_call(run, ACTION_GET_REPO_SOURCE_CODE_REPO, parameters, on_source,
		   (void *)(uintptr_t)id);
}

static void on_repositories(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct instance_facts *instance = instance_of(run);
	const cJSON *list, *one;

	(void)context;
	if (!inquiry_settle(run, &instance->sources, reply))
		return;
	list = reply_list(reply->json, "Repositories");
	instance->repositories = list ? (uint32_t)cJSON_GetArraySize(list) : 0;
	cJSON_ArrayForEach(one, list) {
		if (!inquiry_room(run, &instance->sources, &instance->bindings, REPOSITORIES_MAX))
			return;
		add_repository(run, one);
	}
}

void read_builds(struct cloud_run *run, const char *instance)
{
	struct cloud_parameter parameters[] = { { "InstanceId", instance }, { NULL, NULL } };

	cloud_call(run, ACTION_LIST_REPOSITORY, parameters, on_repositories, NULL);
}
