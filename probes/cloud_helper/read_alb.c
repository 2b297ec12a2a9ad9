/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "balancers", listeners of application load balancers: their access control lists, and the
 * servers of every group to which the listener or one of its forwarding rules sends requests.
 *
 * The answer about health lists servers that are not well alone, so that an empty group looks like
 * one that is well: the servers are those that the groups list.
 */
#include "probes/cloud_helper/read_balancers.h"

#include "probes/cloud_helper/reply.h"
#include "rules/facts_cloud_services.h"

#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define GROUPS_MAX 64
#define HEALTH_PAGE "30" /* the largest */

/* One listener that is being read. */
struct alb_listener {
	char balancer[READ_ID_MAX], protocol[16];
	uint32_t port;
	unsigned int lists, groups; /* without an answer */
	bool control_spoilt, health_spoilt;
	struct cJSON *health; /* the answer, until the groups have theirs */
};

/* One server group of it. */
struct alb_group {
	struct alb_listener *of;
	char id[READ_ID_MAX];
};

static struct listener_entry_fact *listener_of(struct cloud_run *run,
					       const struct alb_listener *at)
{
	return find_listener(find_balancer(run, at->balancer), at->port, at->protocol);
}

static void release(void *memory)
{
	struct alb_listener *at = memory;

	cJSON_Delete(at->health);
}

static void spoil_control(struct cloud_run *run, struct alb_listener *at,
			  struct listener_entry_fact *listener, const char *why)
{
	at->control_spoilt = true;
	listener->control_state = FACT_FAILED;
	asked_note(run, &listener->control_note, why);
}

static void spoil_health(struct cloud_run *run, struct alb_listener *at,
			 struct listener_entry_fact *listener, const char *why)
{
	at->health_spoilt = true;
	listener->health_state = FACT_FAILED;
	asked_note(run, &listener->health_note, why);
}

static void take_entries(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct alb_listener *at = context;
	struct listener_entry_fact *listener = listener_of(run, at);
	int state = FACT_FAILED;
	const struct cJSON *one;

	at->lists--;
	if (!listener || at->control_spoilt)
		return;
	if (!asked_settle(run, reply, &state, &listener->control_note)) {
		listener->control_state = state;
		at->control_spoilt = true;
		return;
	}
	cJSON_ArrayForEach(one, reply_list(reply->json, "AclEntries")) {
		char *entry = reply_text(run, one, "Entry");

		if (strcasecmp(reply_word(one, "Status"), "Available") != 0)
			spoil_control(run, at, listener, "an entry of its lists is being changed");
		else if (listener->entries.count >= READ_ENTRIES_MAX)
			spoil_control(run, at, listener,
				      "its lists have more entries than are read");
		else if (entry && strings_add(&listener->entries, entry) < 0)
			(void)cloud_keeps(run, NULL);
		free(entry);
		if (at->control_spoilt)
			return;
	}
	if (!at->lists)
		listener->control_state = FACT_OK;
}

/* Without a list there is no access control. */
static void take_attribute(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct alb_listener *at = context;
	struct listener_entry_fact *listener = listener_of(run, at);
	const struct cJSON *config, *one;

	if (!listener ||
	    !asked_settle(run, reply, &listener->control_state, &listener->control_note))
		return;
	config = reply_at(reply->json, "AclConfig");
	cJSON_ArrayForEach(one, reply_list(config, "AclRelations")) {
		const struct cloud_parameter parameters[] = {
			{ "AclId", reply_word(one, "AclId") }, { NULL, NULL },
		};

		listener->controlled = true;
		if (strcasecmp(reply_word(one, "Status"), "Associated") != 0) {
			spoil_control(run, at, listener,
				      "a list is being attached to the listener or taken off");
			return;
		}
		at->lists++;
		cloud_call(run, ACTION_ALB_LIST_ACL_ENTRIES, parameters, take_entries, at);
	}
	if (!listener->controlled)
		return;
	listener->control = reply_text(run, config, "AclType");
	listener->control_state = FACT_FAILED;
	asked_note(run, &listener->control_note, READ_NO_ANSWER);
}

/* The infos of the answer, of the listener's own groups and of its rules', one after another. */
static const struct cJSON *next_info(const struct cJSON *health, const struct cJSON *before)
{
	static const char *const lists[] = { "ListenerHealthStatus", "RuleHealthStatus" };
	const struct cJSON *status, *info;
	bool found = !before;
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		cJSON_ArrayForEach(status, reply_list(health, lists[i]))
			cJSON_ArrayForEach(info, reply_list(status, "ServerGroupInfos")) {
				if (found)
					return info;
				found = info == before;
			}
	return NULL;
}

/* As the answer calls a server that is not well; else what the check makes of all others. */
static const char *health_of(const struct cJSON *health, const char *group,
			     const struct cJSON *server)
{
	struct maybe port = reply_number(server, "Port");
	const struct cJSON *info, *one;
	const char *words = "Unavailable";

	for (info = next_info(health, NULL); info; info = next_info(health, info)) {
		if (strcmp(reply_word(info, "ServerGroupId"), group) != 0)
			continue;
		if (strcasecmp(reply_word(info, "HealthCheckEnabled"), "on") == 0)
			words = "Healthy";
		cJSON_ArrayForEach(one, reply_list(info, "NonNormalServers")) {
			struct maybe its = reply_number(one, "Port");

			if (strcmp(reply_word(one, "ServerId"), reply_word(server, "ServerId")) ==
				    0 &&
			    (!its.known || !port.known || its.value == port.value))
				return reply_word(one, "Status");
		}
	}
	return words;
}

static void add_server(struct cloud_run *run, const struct alb_group *group,
		       const struct cJSON *json, struct listener_entry_fact *listener)
{
	const char *health = health_of(group->of->health, group->id, json);
	struct backend_fact *backend = list_add(&listener->backends, sizeof(*backend));

	if (!cloud_keeps(run, backend))
		return;
	backend->id = reply_text(run, json, "ServerId");
	backend->health = text_clean(health, strlen(health));
	backend->group = text_copy(group->id);
	backend->port = reply_number(json, "Port");
	if (!backend->health || !backend->group)
		(void)cloud_keeps(run, NULL);
}

static void take_servers(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct alb_group *group = context;
	struct alb_listener *at = group->of;
	struct listener_entry_fact *listener = listener_of(run, at);
	const struct cJSON *one;
	int state = FACT_FAILED;
	size_t before;

	at->groups--;
	if (!listener || at->health_spoilt)
		return;
	if (!asked_settle(run, reply, &state, &listener->health_note)) {
		listener->health_state = state;
		at->health_spoilt = true;
		return;
	}
	before = listener->backends.count;
	cJSON_ArrayForEach(one, reply_list(reply->json, "Servers")) {
		/* of another group: filters are not always heeded */
		if (*reply_word(one, "ServerGroupId") &&
		    strcmp(reply_word(one, "ServerGroupId"), group->id) != 0)
			continue;
		if (listener->backends.count >= READ_ENTRIES_MAX) {
			spoil_health(run, at, listener, "it has more servers than are read");
			return;
		}
		add_server(run, group, one, listener);
	}
	if (listener->backends.count == before)
		spoil_health(run, at, listener, "a server group that it forwards to is empty");
	else if (!at->groups)
		listener->health_state = FACT_OK;
}

/* Did an info before this one name the group? */
static bool is_known(const struct cJSON *health, const struct cJSON *info)
{
	const struct cJSON *one = next_info(health, NULL);

	while (one != info && strcmp(reply_word(one, "ServerGroupId"),
				     reply_word(info, "ServerGroupId")) != 0)
		one = next_info(health, one);
	return one != info;
}

static void ask_group(struct cloud_run *run, struct alb_listener *at, const char *id)
{
	const struct cloud_parameter parameters[] = { { "ServerGroupId", id }, { NULL, NULL } };
	struct alb_group *group = cloud_keep(run, sizeof(*group), NULL);

	if (!group)
		return;
	group->of = at;
	(void)snprintf(group->id, sizeof(group->id), "%s", id);
	at->groups++;
	cloud_call(run, ACTION_ALB_LIST_SERVER_GROUP_SERVERS, parameters, take_servers, group);
}

static void take_health(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct alb_listener *at = context;
	struct listener_entry_fact *listener = listener_of(run, at);
	const struct cJSON *info;

	if (!listener ||
	    !asked_settle(run, reply, &listener->health_state, &listener->health_note))
		return;
	at->health = cJSON_Duplicate(reply->json, true);
	if (!cloud_keeps(run, at->health))
		return;
	for (info = next_info(at->health, NULL); info; info = next_info(at->health, info)) {
		const char *id = reply_word(info, "ServerGroupId");

		if (!*id || strlen(id) >= READ_ID_MAX || is_known(at->health, info))
			continue;
		if (at->groups == GROUPS_MAX) {
			spoil_health(run, at, listener, "it has more server groups than are read");
			return;
		}
		ask_group(run, at, id);
	}
	if (*reply_word(reply->json, "NextToken")) {
		spoil_health(run, at, listener, "its health has more pages than are read");
	} else if (!at->groups) {
		spoil_health(run, at, listener, "it forwards to no server group");
	} else {
		listener->health_state = FACT_FAILED;
		asked_note(run, &listener->health_note, READ_NO_ANSWER);
	}
}

void read_alb_listener(struct cloud_run *run, const struct cJSON *json, const char *balancer,
		       uint32_t port)
{
	const char *id = reply_word(json, "ListenerId");
	const struct cloud_parameter attribute[] = { { "ListenerId", id }, { NULL, NULL } };
	const struct cloud_parameter health[] = {
		{ "ListenerId", id }, { "IncludeRule", "true" }, { "MaxResults", HEALTH_PAGE },
		{ NULL, NULL },
	};
	struct alb_listener *at = cloud_keep(run, sizeof(*at), release);

	if (!at)
		return;
	(void)snprintf(at->balancer, sizeof(at->balancer), "%s", balancer);
	(void)snprintf(at->protocol, sizeof(at->protocol), "%s",
		       reply_word(json, "ListenerProtocol"));
	at->port = port;
	cloud_call(run, ACTION_ALB_GET_LISTENER_ATTRIBUTE, attribute, take_attribute, at);
	cloud_call(run, ACTION_ALB_GET_LISTENER_HEALTH_STATUS, health, take_health, at);
}
