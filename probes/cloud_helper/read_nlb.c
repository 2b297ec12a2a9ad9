/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "balancers", network and application load balancers: neither can be asked for by address,
 * so those of the link's VPC are listed. Their security groups are those of their interfaces; more
 * of an application load balancer's listeners is in read_alb.c.
 *
 * They are looked for only where the plan puts GitLab behind a load balancer and no classic one has
 * its address.
 */
#include "probes/cloud_helper/read_balancers.h"

#include "probes/cloud_helper/reply.h"
#include "rules/facts_cloud_services.h"

#include <cjson/cJSON.h>

#include <stdlib.h>
#include <string.h>

static bool is_planned(struct cloud_run *run, const char *words)
{
	struct list addresses = { .count = 0 };
	struct address address;
	bool found = false;
	size_t i;

	if (address_parse(words, &address) < 0)
		return false;
	if (planned_addresses(run->plan, &addresses) < 0)
		(void)cloud_keeps(run, NULL);
	for (i = 0; i < addresses.count; i++)
		found = found || address_equal(LIST_AT(&addresses, struct address, i), &address);
	free(addresses.items);
	return found;
}

/* The planned address among those of the balancer's zones; NULL: none. */
static const char *planned_of(struct cloud_run *run, const struct cJSON *json,
			      const char *field)
{
	const struct cJSON *zone, *one;

	cJSON_ArrayForEach(zone, reply_list(json, "ZoneMappings"))
		cJSON_ArrayForEach(one, reply_list(zone, "LoadBalancerAddresses"))
			if (is_planned(run, reply_word(one, field)))
				return reply_word(one, field);
	return NULL;
}

/* Of the answer's servers those that are not healthy are listed. */
static void take_health(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct asked *asked = context;
	const struct cJSON *all = reply_list(reply->json, "ListenerHealthStatus");
	/* one of TCP and one of UDP may share the port */
	struct listener_entry_fact *listener =
		find_listener(find_balancer(run, asked->id), asked->port,
			      reply_word(cJSON_GetArrayItem(all, 0), "ListenerProtocol"));
	const struct cJSON *status, *group, *server;

	if (!listener || !asked_settle(run, reply, &listener->health_state, &listener->health_note))
		return;
	cJSON_ArrayForEach(status, all)
		cJSON_ArrayForEach(group, reply_list(status, "ServerGroupInfos"))
			cJSON_ArrayForEach(server, reply_list(group, "NonNormalServers")) {
				struct backend_fact *one;

				if (listener->backends.count >= READ_ENTRIES_MAX) {
					listener->health_state = FACT_FAILED;
					asked_note(run, &listener->health_note, READ_BACKENDS);
					return;
				}
				one = list_add(&listener->backends, sizeof(*one));
				if (!cloud_keeps(run, one))
					return;
				one->id = reply_text(run, server, "ServerId");
				one->health = reply_text(run, server, "Status");
				one->port = reply_number(server, "Port");
			}
}

static void ask_health(struct cloud_run *run, const struct cJSON *json, const char *balancer,
		       uint32_t port)
{
	const struct cloud_parameter parameters[] = {
		{ "ListenerId", reply_word(json, "ListenerId") }, { NULL, NULL },
	};
	struct asked *asked = asked_for(run, balancer);

	if (!asked)
		return;
	asked->port = port;
	cloud_call(run, ACTION_NLB_GET_LISTENER_HEALTH_STATUS, parameters, take_health, asked);
}

/* "Full-port" listeners: port 0, and a range; all others have the range 0-0, or none. */
static bool is_range(const struct cJSON *json)
{
	struct maybe port = reply_number(json, "ListenerPort");
	struct maybe first = reply_number(json, "StartPort"), last = reply_number(json, "EndPort");

	return (!port.known || !port.value) && first.known && last.known && first.value &&
	       first.value <= last.value;
}

static void take_listeners(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct asked *asked = context;
	struct balancer_fact *balancer = find_balancer(run, asked->id);
	const struct cJSON *one;
	bool network, range;

	if (!balancer ||
	    !asked_settle(run, reply, &balancer->listeners_state, &balancer->listeners_note))
		return;
	network = text_equal(balancer->kind, "nlb");
	cJSON_ArrayForEach(one, reply_list(reply->json, "Listeners")) {
		struct listener_entry_fact *listener;

		if (*reply_word(one, "LoadBalancerId") &&
		    strcmp(reply_word(one, "LoadBalancerId"), asked->id) != 0)
			continue;
		range = is_range(one);
		listener = add_listener(run, balancer,
					reply_number(one, range ? "StartPort" : "ListenerPort"),
					reply_text(run, one, "ListenerProtocol"));
		if (!listener)
			continue;
		if (range)
			listener->last = reply_number(one, "EndPort");
		listener->status = reply_text(run, one, "ListenerStatus");
		if (!network) {
			read_alb_listener(run, one, asked->id, listener->port);
			continue;
		}
		asked_note(run, &listener->control_note, NULL);
		listener->control_state = FACT_OK; /* an NLB has no access control of its own */
		ask_health(run, one, asked->id, listener->port);
	}
}

static void ask_listeners(struct cloud_run *run, enum cloud_action_id action, const char *id)
{
	const struct cloud_parameter parameters[] = { { "LoadBalancerIds.1", id },
						      { NULL, NULL } };
	struct asked *asked = asked_for(run, id);

	if (asked)
		cloud_call(run, action, parameters, take_listeners, asked);
}

static void take_nlbs(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct cJSON *one;

	(void)context;
	if (!cloud_section_settle(run, SECTION_BALANCERS, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "LoadBalancers")) {
		const char *address = planned_of(run, one, "PrivateIPv4Address");

		if (address && add_balancer(run, "nlb", one, address))
			ask_listeners(run, ACTION_NLB_LIST_LISTENERS,
				      reply_word(one, "LoadBalancerId"));
	}
}

static void take_alb(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const char *address;

	(void)context;
	if (!cloud_section_settle(run, SECTION_BALANCERS, reply))
		return;
	address = planned_of(run, reply->json, "IntranetAddress");
	if (!address)
		address = planned_of(run, reply->json, "Address");
	if (address && add_balancer(run, "alb", reply->json, address))
		ask_listeners(run, ACTION_ALB_LIST_LISTENERS,
			      reply_word(reply->json, "LoadBalancerId"));
}

static void take_albs(struct cloud_run *run, const struct cloud_reply *reply, void *context)
{
	const struct cJSON *one;
	size_t count = 0;

	(void)context;
	if (!cloud_section_settle(run, SECTION_BALANCERS, reply))
		return;
	cJSON_ArrayForEach(one, reply_list(reply->json, "LoadBalancers")) {
		const struct cloud_parameter parameters[] = {
			{ "LoadBalancerId", reply_word(one, "LoadBalancerId") }, { NULL, NULL },
		};

		if (count++ == READ_BALANCERS_MAX) {
			cloud_section_fail(run, SECTION_BALANCERS,
					   "there are more ALBs than are looked at");
			return;
		}
		cloud_call(run, ACTION_ALB_GET_LOAD_BALANCER_ATTRIBUTE, parameters, take_alb,
			   NULL);
	}
}

void read_nlbs(struct cloud_run *run)
{
	const char *vpc = run->plan->link.vpc_id;
	const struct cloud_parameter parameters[] = { { vpc ? "VpcIds.1" : NULL, vpc },
						      { NULL, NULL } };

	cloud_call(run, ACTION_NLB_LIST_LOAD_BALANCERS, parameters, take_nlbs, NULL);
	cloud_call(run, ACTION_ALB_LIST_LOAD_BALANCERS, parameters, take_albs, NULL);
}
