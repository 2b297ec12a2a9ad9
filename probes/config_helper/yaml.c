/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads YAML by libyaml's events: no tree is built, so an alias costs nothing and a bomb of aliases
 * is only text. Looks for the cluster range, as an option in a list of arguments
 * ("--cluster-cidr=10.244.0.0/16") or as a key ("cluster-cidr: 10.42.0.0/16"), and for the routes
 * of netplan.
 */
#include "probes/config_helper/helper.h"

#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#define EVENTS_MAX 200000

static const char *const keys[] = { "cluster-cidr", "pod-cidr", "podSubnet", "clusterCIDR",
				    "podCIDR" };

static bool is_key(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(word, keys[i]) == 0)
			return true;
	return false;
}

/* "a,b" as a value of `key`. */
static void add_values(struct config_sink *sink, const char *key, const char *value)
{
	char word[64];
	size_t length;

	while (*value != '\0') {
		length = strcspn(value, ", \t");
		if (length > 0 && length < sizeof(word)) {
			memcpy(word, value, length);
			word[length] = '\0';
			config_add(sink, key, word, 0);
		}
		value += length;
		value += *value != '\0';
	}
}

/* What the last scalars have opened. */
struct yaml_state {
	char waiting[64]; /* a key whose value comes next; "" */
	bool routes;      /* netplan: inside "routes", not "routing-policy" */
	bool to;          /* netplan: the destination comes next */
};

typedef void (*yaml_reader)(struct config_sink *sink, const char *value, struct yaml_state *state);

/* "routes: [ { to: 100.104.0.0/16, via: 172.20.5.1 } ]" of netplan; a policy has a `to` as well. */
static void netplan_scalar(struct config_sink *sink, const char *value, struct yaml_state *state)
{
	if (state->to && state->routes)
		config_add(sink, "route", value, 0);
	state->to = strcmp(value, "to") == 0;
	if (strcmp(value, "routes") == 0)
		state->routes = true;
	if (strcmp(value, "routing-policy") == 0)
		state->routes = false;
}

static void cluster_scalar(struct config_sink *sink, const char *value, struct yaml_state *state)
{
	char *waiting = state->waiting;

	/* an option in a list of arguments is a command line of one word */
	config_read_cluster_cidr(value, strlen(value) + 1, sink);
	if (waiting[0] != '\0')
		add_values(sink, waiting, value);
	waiting[0] = '\0';
	if (is_key(value))
		snprintf(waiting, sizeof(state->waiting), "%s", value);
}

static int read_yaml(const char *bytes, size_t length, yaml_reader reader, struct config_sink *sink)
{
	struct yaml_state state = { .waiting = "" };
	yaml_parser_t parser;
	yaml_event_t event;
	unsigned int events = 0;
	bool more = true;
	int error = 0;

	if (!yaml_parser_initialize(&parser))
		return -ENOMEM;
	yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, length);
	while (more && error == 0) {
		if (++events > EVENTS_MAX || !yaml_parser_parse(&parser, &event)) {
			error = parser.error == YAML_MEMORY_ERROR ? -ENOMEM : -EINVAL;
			break;
		}
		if (event.type == YAML_SCALAR_EVENT)
			reader(sink, (const char *)event.data.scalar.value, &state);
		more = event.type != YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return error;
}

int helper_read_yaml(const char *bytes, size_t length, struct config_sink *sink)
{
	return read_yaml(bytes, length, cluster_scalar, sink);
}

int helper_read_netplan(const char *bytes, size_t length, struct config_sink *sink)
{
	return read_yaml(bytes, length, netplan_scalar, sink);
}
