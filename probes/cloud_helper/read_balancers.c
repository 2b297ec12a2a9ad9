/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "balancers", classic load balancers: the one at each address of the plan, its listeners,
 * their access control and the health of their backends. NLB and ALB are in read_nlb.c.
 */
#include "probes/cloud_helper/read_balancers.h"

#include "probes/cloud_helper/reply.h"
#include "rules/facts_cloud_services.h"

#include <cjson/cJSON.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LISTENERS "ListenerPortsAndProtocol.ListenerPortAndProtocol"

/* One listener whose access control lists are being read. */
struct control {
	struct asked asked; /* of the balancer */
	uint32_t port;
	char protocol[16];
	unsigned int left; /* lists without an answer */
	bool spoilt;       /* one of them could not be read */
};

struct balancer_fact *find_balancer(struct cloud_run *run, const char *id)
{
	struct list *balancers = &run->facts->balancers.balancers;
	size_t i;

	for (i = 0; i < balancers->count; i++)
		if (text_equal(LIST_AT(balancers, struct balancer_fact, i)->id, id))
			return LIST_AT(balancers, struct balancer_fact, i);
	return NULL;
}

/* What it is called by NLB, by ALB, and by classic ones. */
static char *business_of(struct cloud_run *run, const struct cJSON *json)
{
	static const char *const names[] = {
		"LoadBalancerBusinessStatus", "LoadBalancerBussinessStatus", "BusinessStatus", NULL,
	};
	char *found = NULL;
	size_t i;

	for (i = 0; names[i] && !found; i++)
		found = reply_text(run, json, names[i]);
	return found;
}

struct balancer_fact *add_balancer(struct cloud_run *run, const char *kind,
				   const struct cJSON *json, const char *address)
{
	struct balancer_fact *out;

	if (find_balancer(run, reply_word(json, "LoadBalancerId")) ||
	    run->facts->balancers.balancers.count >= READ_BALANCERS_MAX ||
	    strlen(reply_word(json, "LoadBalancerId")) >= READ_ID_MAX)
		return NULL;
	out = list_add(&run->facts->balancers.balancers, sizeof(*out));
	if (!cloud_keeps(run, out))
		return NULL;
	out->id = reply_text(run, json, "LoadBalancerId");
	out->kind = text_copy(kind);
	out->status = reply_text(run, json, "LoadBalancerStatus");
	out->business = business_of(run, json);
	out->vpc_id = reply_text(run, json, "VpcId");
	out->vswitch_id = reply_text(run, json, "VSwitchId");
	reply_strings(run, json, "SecurityGroupIds", READ_GROUPS_MAX, &out->groups);
	out->listeners_state = FACT_FAILED;
	asked_note(run, &out->listeners_note, READ_NO_ANSWER);
	if (!cloud_keeps(run, out->id) || !cloud_keeps(run, out->kind) ||
	    strings_add(&out->addresses, address) < 0)
		(void)cloud_keeps(run, NULL);
	return run->error ? NULL : out;
}

struct listener_entry_fact *find_listener(struct balancer_fact *balancer, uint32_t port,
					  const char *protocol)
{
	size_t i;

	for (i = 0; balancer && i < balancer->listeners.count; i++) {
		struct listener_entry_fact *one =
			LIST_AT(&balancer->listeners, struct listener_entry_fact, i);

		if (one->port == port && (!*protocol || !one->protocol ||
					  strcasecmp(one->protocol, protocol) == 0))
			return one;
	}
	return NULL;
}

struct listener_entry_fact *add_listener(struct cloud_run *run, struct balancer_fact *balancer,
					 struct maybe port, char *protocol)
{
	struct listener_entry_fact *out = NULL;

	if (port.known && port.value <= UINT16_MAX &&
	    balancer->listeners.count < READ_ENTRIES_MAX) {
		out = list_add(&balancer->listeners, sizeof(*out));
		(void)cloud_keeps(run, out);
	}
	if (!out) {
		free(protocol);
		return NULL;
	}
	out->port = port.value;
	out->protocol = protocol;
	out->control_state = out->health_state = FACT_FAILED;
	asked_note(run, &out->control_note, READ_NO_ANSWER);
	asked_note(run, &out->health_note, READ_NO_ANSWER);
	return out;
}

static struct listener_entry_fact *listener_of(struct cloud_run *run,
					       const struct control *control)
{
	return find_listener(find_balancer(run, control->asked.id), control->port,
			     control->protocol);
}

static void take_entries(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct control *control = context;
	struct listener_entry_fact *listener = listener_of(run, control);
	int state = FACT_FAILED;
	const struct cJSON *one;

	control->left--;
	if (!listener || control->spoilt)
		return;
	if (!asked_settle(run, reply, &state, &listener->control_note)) {
		listener->control_state = state;
		control->spoilt = true;
		return;
	}
	cJSON_ArrayForEach(one, reply_list(reply->json, "AclEntrys.AclEntry")) {
		char *entry = reply_text(run, one, "AclEntryIP");

		control->spoilt = listener->entries.count >= READ_ENTRIES_MAX;
		if (entry && !control->spoilt && strings_add(&listener->entries, entry) < 0)
			(void)cloud_keeps(run, NULL);
		free(entry);
		if (control->spoilt) {
			asked_note(run, &listener->control_note,
				   "its lists have more entries than are read");
			return;
		}
	}
	if (!control->left)
		listener->control_state = FACT_OK;
}

static void ask_entries(struct cloud_run *run, struct control *control, const char *list)
{
	const struct cloud_parameter parameters[] = { { "AclId", list }, { NULL, NULL } };

	control->left++;
	cloud_call(run, ACTION_DESCRIBE_ACCESS_CONTROL_LIST_ATTRIBUTE, parameters, take_entries,
		   control);
}

/* Lists may be several (AclIds), or one (AclId). */
static void ask_control(struct cloud_run *run, const struct cJSON *json, const char *balancer,
			struct listener_entry_fact *listener)
{
	const struct cJSON *ids = reply_list(json, "AclIds"), *one;
	struct control *control = cloud_keep(run, sizeof(*control), NULL);

	if (!control)
		return;
	listener->controlled = true;
	listener->control = reply_text(run, json, "AclType");
	(void)snprintf(control->asked.id, sizeof(control->asked.id), "%s", balancer);
	(void)snprintf(control->protocol, sizeof(control->protocol), "%s",
		       reply_word(json, "ListenerProtocol"));
	control->port = listener->port;
	cJSON_ArrayForEach(one, ids)
		if (cJSON_IsString(one) && *one->valuestring)
			ask_entries(run, control, one->valuestring);
	if (!control->left && *reply_word(json, "AclId"))
		ask_entries(run, control, reply_word(json, "AclId"));
	if (!control->left)
		asked_note(run, &listener->control_note, "it is on and names no list");
}

static void take_listener(struct cloud_run *run, const struct cJSON *json, const char *balancer)
{
	struct maybe port = reply_number(json, "ListenerPort");
	struct listener_entry_fact *listener;

	/* of another balancer: filters are not always heeded */
	if (*reply_word(json, "LoadBalancerId") &&
	    strcmp(reply_word(json, "LoadBalancerId"), balancer) != 0)
		return;
	listener = find_listener(find_balancer(run, balancer), port.known ? port.value : 0,
				 reply_word(json, "ListenerProtocol"));
	if (!listener || listener->status)
		return;
	listener->status = reply_text(run, json, "Status");
	if (strcasecmp(reply_word(json, "AclStatus"), "on") == 0) {
		ask_control(run, json, balancer, listener);
		return;
	}
	listener->control_state = FACT_OK;
	asked_note(run, &listener->control_note, NULL);
}

/* What could not be read of every listener that has no answer yet. */
static void spoil_listeners(struct cloud_run *run, const struct cloud_reply *reply,
			    struct balancer_fact *balancer, bool health)
{
	size_t i;

	for (i = 0; i < balancer->listeners.count; i++) {
		struct listener_entry_fact *one =
			LIST_AT(&balancer->listeners, struct listener_entry_fact, i);

		(void)asked_settle(run, reply, health ? &one->health_state : &one->control_state,
				   health ? &one->health_note : &one->control_note);
	}
}

static void merge_listeners(struct cloud_run *run, const struct cloud_reply *reply,
			    struct balancer_fact *balancer)
{
	const struct cJSON *one;

	if (reply->outcome != CALL_OK)
		spoil_listeners(run, reply, balancer, false);
	else
		cJSON_ArrayForEach(one, reply_list(reply->json, "Listeners"))
			take_listener(run, one, balancer->id);
}

static void take_backend(struct cloud_run *run, const struct cJSON *json,
			 struct balancer_fact *balancer)
{
	struct maybe port = reply_number(json, "ListenerPort");
	struct listener_entry_fact *listener = find_listener(
		balancer, port.known ? port.value : 0, reply_word(json, "Protocol"));
	struct backend_fact *backend;

	if (!listener)
		return;
	if (listener->backends.count >= READ_ENTRIES_MAX) {
		listener->health_state = FACT_FAILED;
		asked_note(run, &listener->health_note, READ_BACKENDS);
		return;
	}
	backend = list_add(&listener->backends, sizeof(*backend));
	if (!cloud_keeps(run, backend))
		return;
	backend->id = reply_text(run, json, "ServerId");
	backend->health = reply_text(run, json, "ServerHealthStatus");
	backend->port = reply_number(json, "Port");
}

static void merge_health(struct cloud_run *run, const struct cloud_reply *reply,
			 struct balancer_fact *balancer)
{
	const struct cJSON *one;

	spoil_listeners(run, reply, balancer, true);
	if (reply->outcome == CALL_OK)
		cJSON_ArrayForEach(one, reply_list(reply->json, "BackendServers.BackendServer"))
			take_backend(run, one, balancer);
}

static void merge_attribute(struct cloud_run *run, const struct cloud_reply *reply,
			    struct balancer_fact *balancer)
{
	const struct cJSON *one;

	if (!asked_settle(run, reply, &balancer->listeners_state, &balancer->listeners_note))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, LISTENERS))
		(void)add_listener(run, balancer, reply_number(one, "ListenerPort"),
				   reply_text(run, one, "ListenerProtocol"));
}

/* What is asked of a balancer at once, in the order in which the answers are put together. */
static const struct {
	enum cloud_action_id action;
	const char *parameter;
	void (*merge)(struct cloud_run *run, const struct cloud_reply *reply,
		      struct balancer_fact *balancer);
} parts[] = {
	{ ACTION_DESCRIBE_LOAD_BALANCER_ATTRIBUTE, "LoadBalancerId", merge_attribute },
	{ ACTION_DESCRIBE_LOAD_BALANCER_LISTENERS, "LoadBalancerId.1", merge_listeners },
	{ ACTION_DESCRIBE_HEALTH_STATUS, "LoadBalancerId", merge_health },
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

/* Answers that wait for the others. */
struct gathered {
	struct asked asked;
	struct {
		int outcome;
		char *note;
		struct cJSON *json;
	} replies[PARTS];
};

static void gathered_release(void *memory)
{
	struct gathered *gathered = memory;
	size_t i;

	for (i = 0; i < PARTS; i++) {
		free(gathered->replies[i].note);
		cJSON_Delete(gathered->replies[i].json);
	}
}

static void take_part(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct gathered *gathered = context;
	struct balancer_fact *balancer = find_balancer(run, gathered->asked.id);
	size_t i;

	for (i = 0; i < PARTS; i++) {
		if (reply->action != &cloud_actions[parts[i].action])
			continue;
		gathered->replies[i].outcome = reply->outcome;
		asked_note(run, &gathered->replies[i].note, reply->note);
		if (!reply->json)
			continue;
		gathered->replies[i].json = cJSON_Duplicate(reply->json, true);
		(void)cloud_keeps(run, gathered->replies[i].json);
	}
	if (--gathered->asked.left || !balancer || run->error)
		return;
	for (i = 0; i < PARTS; i++) {
		const struct cloud_reply one = {
			.action = &cloud_actions[parts[i].action], .code = "",
			.outcome = gathered->replies[i].outcome,
			.note = gathered->replies[i].note, .json = gathered->replies[i].json,
		};

		parts[i].merge(run, &one, balancer);
	}
}

static void ask_parts(struct cloud_run *run, const char *id)
{
	struct gathered *gathered = cloud_keep(run, sizeof(*gathered), gathered_release);
	size_t i;

	if (!gathered)
		return;
	(void)snprintf(gathered->asked.id, sizeof(gathered->asked.id), "%s", id);
	gathered->asked.left = PARTS;
	for (i = 0; i < PARTS; i++) {
		const struct cloud_parameter parameters[] = { { parts[i].parameter, id },
							      { NULL, NULL } };

		cloud_call(run, parts[i].action, parameters, take_part, gathered);
	}
}

static void take_balancers(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct asked *asked = context;
	const struct plan *plan = run->plan;
	const struct cJSON *one;

	if (!cloud_section_settle(run, SECTION_BALANCERS, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "LoadBalancers.LoadBalancer"))
		if (strcmp(reply_word(one, "Address"), asked->id) == 0 &&
		    add_balancer(run, "clb", one, asked->id))
			ask_parts(run, reply_word(one, "LoadBalancerId"));
	if (plan->gitlab.access == ACCESS_SLB &&
	    (plan->link.gitlab_ip.family == ADDRESS_NONE ||
	     address_equal(&asked->address, &plan->link.gitlab_ip)) &&
	    !balancers_of(&run->facts->balancers, &asked->address))
		read_nlbs(run);
}

static void start(struct cloud_run *run)
{
	struct list addresses = { .count = 0 };
	size_t i;

	if (planned_addresses(run->plan, &addresses) < 0)
		(void)cloud_keeps(run, NULL);
	if (addresses.count)
		cloud_section_begin(run, SECTION_BALANCERS);
	for (i = 0; i < addresses.count && i < READ_ADDRESSES_MAX; i++) {
		char words[ADDRESS_TEXT_MAX];
		const struct cloud_parameter parameters[] = {
			{ "Address", address_print(LIST_AT(&addresses, struct address, i), words) },
			{ NULL, NULL },
		};
		struct asked *asked = asked_for(run, words);

		if (!asked)
			continue;
		asked->address = *LIST_AT(&addresses, struct address, i);
		cloud_call(run, ACTION_DESCRIBE_LOAD_BALANCERS, parameters, take_balancers, asked);
	}
	free(addresses.items);
}

const struct cloud_reader cloud_reader_balancers = {
	.name = "balancers",
	.start = start,
};
