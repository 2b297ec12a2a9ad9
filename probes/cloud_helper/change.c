/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call, and what its answer proves. An answer that only says that something went wrong on the
 * other side proves nothing: whether the call took effect is unclear then.
 */
#include "probes/cloud_helper/change.h"

#include "probes/cloud_helper/look.h"
#include "probes/cloud_helper/reply.h"
#include "probes/cloud_helper/signer.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BODY_LIMIT ((size_t)256 * 1024)

struct change {
	const struct change_request *request;
	struct change_answer *answer;
	struct cloud_action action;
	struct cloud_parameter query[SIGNER_PARAMETERS_MAX + 1];
	struct text body;
	struct strings groups; /* that were asked for already */
};

static void keep(struct cloud_run *run, char **place, const char *string)
{
	if (!string || !*string || *place)
		return;
	*place = text_clean(string, strlen(string));
	(void)cloud_keeps(run, *place);
}

/* The last call's row: status and request id stand there. */
static const struct call_fact *last_call(const struct cloud_run *run)
{
	const struct list *calls = &run->facts->cloud.calls;

	return calls->count ? LIST_AT(calls, struct call_fact, calls->count - 1) : NULL;
}

/* Did the gateway refuse it before, or the product without, any effect? */
static bool is_refusal(const struct cloud_reply *reply, const struct call_fact *call)
{
	static const char *const vague[] = { "Error", "ERROR", "Busy", "BUSY", "Unavailable",
					     "Timeout", "TIMEOUT" };
	size_t i;

	if (reply->outcome == CALL_UNTRIED || reply->outcome == CALL_DENIED ||
	    reply->outcome == CALL_MISSING)
		return true;
	if (!call || !call->status.known || call->status.value >= 500 || !reply->code[0])
		return false;
	for (i = 0; i < sizeof(vague) / sizeof(vague[0]); i++)
		if (strstr(reply->code, vague[i]))
			return false;
	return true;
}

static void on_made(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct change *change = context;
	struct change_answer *answer = change->answer;
	const struct call_fact *call = last_call(run);

	answer->outcome = reply->outcome == CALL_OK ? CHANGE_DONE :
			  is_refusal(reply, call) ? CHANGE_REFUSED : CHANGE_UNCLEAR;
	keep(run, &answer->code, reply->code);
	keep(run, &answer->note, reply->note);
	keep(run, &answer->request_id, call ? call->request_id : NULL);
}

static bool fits(struct cloud_run *run, const cJSON *object, const struct list *match)
{
	size_t i;

	for (i = 0; i < match->count; i++) {
		const struct change_parameter *one = LIST_AT(match, struct change_parameter, i);
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, one->name);
		char *printed = NULL;
		bool same;

		if (value && !cJSON_IsString(value)) {
			printed = cJSON_PrintUnformatted(value);
			(void)cloud_keeps(run, printed);
		}
		same = value && text_equal(printed ? printed : value->valuestring, one->value);
		cJSON_free(printed);
		if (!same)
			return false;
	}
	return match->count > 0;
}

/* The first object that has all the fields; the depth is bounded by the reader of JSON. */
static const cJSON *find_link(struct cloud_run *run, const cJSON *json, const struct list *match)
{
	const cJSON *item, *found = NULL;

	if (cJSON_IsObject(json) && fits(run, json, match))
		return json;
	cJSON_ArrayForEach(item, json) {
		if (!found && (cJSON_IsObject(item) || cJSON_IsArray(item)))
			found = find_link(run, item, match);
	}
	return found;
}

/* Does some object there have all these fields, whatever stands in them? */
static bool has_fields(const cJSON *json, const struct list *match)
{
	const cJSON *item;
	bool whole = cJSON_IsObject(json) && match->count;
	size_t i;

	for (i = 0; i < match->count && whole; i++)
		whole = cJSON_GetObjectItemCaseSensitive(
				json, LIST_AT(match, struct change_parameter, i)->name) != NULL;
	if (whole)
		return true;
	cJSON_ArrayForEach(item, json) {
		if (has_fields(item, match))
			return true;
	}
	return false;
}

/* The lists that do not stand in another; what the operation calls its own is not known. */
struct outer_lists {
	bool empty;   /* one has no items */
	bool objects; /* one has objects */
	size_t most;  /* items of the longest */
};

static void add_lists(const cJSON *json, struct outer_lists *lists)
{
	size_t count = (size_t)cJSON_GetArraySize(json);
	const cJSON *item;

	if (cJSON_IsArray(json)) {
		lists->empty = lists->empty || !count;
		lists->objects = lists->objects || cJSON_IsObject(json->child);
		lists->most = count > lists->most ? count : lists->most;
		return;
	}
	cJSON_ArrayForEach(item, json)
		add_lists(item, lists);
}

/* Does the reply say that there is more than it shows? An operation of the plan is one page. */
static bool has_more(const cJSON *json, size_t shown)
{
	struct maybe total = reply_number(json, "TotalCount");
	struct maybe size = reply_number(json, "PageSize");
	struct maybe page = reply_number(json, "PageNumber");

	if (!page.known)
		page = reply_number(json, "PageNo");
	if (*reply_word(json, "NextToken"))
		return true;
	if (!total.known)
		return false;
	if (page.known && page.value > 1 && size.known)
		return total.value > (uint64_t)size.value * page.value;
	return total.value > shown;
}

/* What a reply in which the link was not found leaves open. */
static int find_gap(const struct change_request *request, const cJSON *json)
{
	const char *name = request->list_name;
	const cJSON *where = name ? reply_list(json, name) : json;
	struct outer_lists lists = { .empty = false };
	bool fields = where && has_fields(where, &request->match);

	if (where)
		add_lists(where, &lists);
	/* an answer that is one object is as good as a list of one */
	if (has_more(json, fields && !lists.most ? 1 : lists.most))
		return GAP_PAGES;
	if (fields || lists.empty)
		return GAP_NONE;
	return lists.objects ? GAP_FIELD : GAP_LIST;
}

static void fail_look(struct cloud_run *run, struct change *change,
		      const struct cloud_reply *reply)
{
	change->answer->outcome = CHANGE_UNCLEAR;
	keep(run, &change->answer->code, reply->code);
	keep(run, &change->answer->note, reply->note);
}

static const char *const gap_notes[CHANGE_GAPS] = {
	[GAP_LIST] = "the reply has no list of links, which is no empty list",
	[GAP_FIELD] = "nothing in the list that came has the fields of list_call.match",
	[GAP_PAGES] = "the list has more pages than the one that was asked for: list_call needs "
		      "a larger page, or a filter",
};

static void on_listed(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct change *change = context;
	struct change_answer *answer = change->answer;
	const cJSON *link;

	/* "there is no such access" is how a module without any link is answered */
	if (reply->outcome != CALL_OK && reply->outcome != CALL_MISSING) {
		fail_look(run, change, reply);
		return;
	}
	link = reply->json ? find_link(run, reply->json, &change->request->match) : NULL;
	answer->found = link != NULL;
	if (!link && reply->outcome == CALL_OK)
		answer->gap = find_gap(change->request, reply->json);
	answer->outcome = answer->gap ? CHANGE_UNCLEAR : CHANGE_DONE;
	keep(run, &answer->note, gap_notes[answer->gap]);
	if (!link)
		return;
	keep(run, &answer->vswitch_id, reply_word(link, "VswitchId"));
	keep(run, &answer->id, reply_word(link, "LinkId"));
	keep(run, &answer->ip, reply_word(link, "Ip"));
	keep(run, &answer->status, reply_word(link, "Status"));
	keep(run, &answer->issue, reply_word(link, "Issue"));
}

static bool names_address(const cJSON *rules, const char *address)
{
	const cJSON *rule;

	cJSON_ArrayForEach(rule, rules) {
		const char *target = reply_word(rule, "DestCidrIp");
		size_t length = strlen(address);

		if (!strcasecmp(reply_word(rule, "Policy"), "accept") &&
		    !strncmp(target, address, length) &&
		    (!target[length] || !strcmp(target + length, "/32")))
			return true;
	}
	return false;
}

/* A managed group whose egress names every address of the form is that of this link. */
static void on_group(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct change *change = context;
	const struct strings *addresses = &change->request->addresses;
	const cJSON *rules;
	size_t i;

	if (reply->outcome != CALL_OK) {
		fail_look(run, change, reply);
		return;
	}
	rules = reply_list(reply->json, "Permissions.Permission");
	for (i = 0; i < addresses->count; i++)
		if (!names_address(rules, addresses->items[i]))
			return;
	change->answer->found = true;
	keep(run, &change->answer->id, reply_word(reply->json, "SecurityGroupId"));
}

static void ask_group(struct cloud_run *run, struct change *change, const char *group)
{
	const struct cloud_parameter parameters[] = {
		{ "SecurityGroupId", group }, { "Direction", "egress" }, { NULL, NULL },
	};

	if (strings_contain(&change->groups, group))
		return;
	if (strings_add(&change->groups, group)) {
		run->error = -ENOMEM;
		return;
	}
	cloud_call(run, ACTION_DESCRIBE_SECURITY_GROUP_ATTRIBUTE, parameters, on_group, change);
}

static void on_interfaces(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	struct change *change = context;
	const cJSON *interfaces, *eni, *group;

	if (reply->outcome != CALL_OK) {
		fail_look(run, change, reply);
		return;
	}
	if (!reply_at(reply->json, "NetworkInterfaceSets")) {
		change->answer->outcome = CHANGE_UNCLEAR;
		change->answer->gap = GAP_LIST;
		keep(run, &change->answer->note, gap_notes[GAP_LIST]);
		return;
	}
	change->answer->outcome = CHANGE_DONE;
	interfaces = reply_list(reply->json, "NetworkInterfaceSets.NetworkInterfaceSet");
	cJSON_ArrayForEach(eni, interfaces) {
		if (!reply_flag(eni, "ServiceManaged", false))
			continue;
		cJSON_ArrayForEach(group, reply_list(eni, "SecurityGroupIds.SecurityGroupId"))
			if (cJSON_IsString(group))
				ask_group(run, change, group->valuestring);
	}
}

static int fill_query(const struct list *from, struct change *change)
{
	size_t i;

	if (from->count > SIGNER_PARAMETERS_MAX - 8)
		return -E2BIG;
	for (i = 0; i < from->count; i++) {
		const struct change_parameter *one = LIST_AT(from, struct change_parameter, i);

		change->query[i] = (struct cloud_parameter){ one->name, one->value };
	}
	return 0;
}

static int fill_body(const struct change_call *call, struct change *change)
{
	size_t i;

	if (call->document) {
		change->action.body = call->document;
		change->action.body_type = "application/json; charset=utf-8";
		return 0;
	}
	if (!call->body.count)
		return 0;
	for (i = 0; i < call->body.count; i++) {
		const struct change_parameter *one =
			LIST_AT(&call->body, struct change_parameter, i);

		text_add(&change->body, i ? "&" : "");
		signer_encode(one->name, &change->body);
		text_add(&change->body, "=");
		signer_encode(one->value, &change->body);
	}
	change->action.body = text_string(&change->body);
	change->action.body_type = "application/x-www-form-urlencoded";
	return text_error(&change->body);
}

static int fill_action(struct change *change, struct fault *fault)
{
	const struct change_call *call = &change->request->call;
	struct cloud_action *action = &change->action;
	int product;

	*action = (struct cloud_action){ .name = call->action, .version = call->version,
					 .method = call->method, .path = call->path,
					 .mutates = change->request->make, .purpose = "" };
	for (product = 0; product < PRODUCT_COUNT; product++)
		if (text_equal(cloud_products[product].name, call->product))
			break;
	if (product == PRODUCT_COUNT)
		return fault_set(fault, -EINVAL, "\"%s\" is no product of the API",
				 call->product ? call->product : "");
	action->product = product;
	return fill_body(call, change);
}

static void start(struct cloud_run *run, void *context)
{
	struct change *change = context;
	const struct cloud_parameter managed[] = {
		{ "VSwitchId", change->request->vswitch_id }, { "ServiceManaged", "true" },
		{ NULL, NULL },
	};

	if (change->request->vswitch_id)
		cloud_call(run, ACTION_DESCRIBE_NETWORK_INTERFACES, managed, on_interfaces,
			   change);
	else
		cloud_call_row(run, &change->action, change->query,
			       change->request->make ? on_made : on_listed, change);
}

/* No credential, or one that cannot be used: nothing was sent. */
static int say_unsent(const struct facts *facts, struct change_answer *answer)
{
	const char *note = facts->cloud.section.note;

	if (answer->outcome)
		return 0;
	answer->outcome = CHANGE_REFUSED;
	answer->note = text_copy(note ? note : "no credential of the cloud was found");
	return answer->note ? 0 : -ENOMEM;
}

int cloud_change(const struct change_request *request, struct change_answer *answer,
		 struct fault *fault)
{
	struct change *change = calloc(1, sizeof(*change));
	struct cloud_session session = { start, change };
	struct facts facts;
	int error = 0;

	if (!change)
		return -ENOMEM;
	facts_init(&facts);
	change->request = request;
	change->answer = answer;
	text_init(&change->body, BODY_LIMIT);
	if (!request->vswitch_id)
		error = fill_action(change, fault);
	if (!error)
		error = fill_query(&request->call.query, change);
	if (!error)
		error = cloud_ask(&request->cloud, &session, &facts, fault);
	if (!error)
		error = say_unsent(&facts, answer);
	text_release(&change->body);
	strings_release(&change->groups);
	facts_release(&facts);
	free(change);
	return error;
}
