/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The run of the probes: plan and namespace first, then everything at once within its time.
 */
#include "cmd/observe.h"

#include "cmd/clock.h"
#include "cmd/cloud.h"
#include "cmd/endpoints.h"
#include "cmd/interface.h"
#include "cmd/netns.h"
#include "cmd/output.h"
#include "cmd/trace.h"
#include "probes/catalog.h"
#include "probes/probe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TIME_MS 10000u

/*
 * Helper programs lie in libexec where the program is installed, and beside it where it was built.
 * Found from the program itself, so that a tree that was moved still works.
 */
int observe_helpers(char directory[PATH_MAX])
{
	char program[PATH_MAX - 64], *slash;
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (length < 0)
		length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	if (length < 0)
		return -errno;
	program[length] = '\0';
	slash = strrchr(program, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	snprintf(directory, PATH_MAX, "%s/" REACHBACK_HELPER_DIR, program);
	if (access(directory, X_OK) && (errno == ENOENT || access(directory, X_OK)))
		snprintf(directory, PATH_MAX, "%s", program);
	return 0;
}


static int parse_service(const char *value, struct probe_service *service, struct fault *fault)
{
	const char *colon = strrchr(value, ':');
	uint64_t port = 0;
	char *host = NULL;
	int code;

	if (colon)
		host = strndup(value, (size_t)(colon - value));
	if (colon && !host)
		return -ENOMEM;
	code = -EINVAL;
	if (host && address_parse(host, &service->address) == 0 &&
	    service->address.family == ADDRESS_IPV4)
		code = text_whole_number(colon + 1, 65535, &port);
	free(host);
	if (code || port == 0)
		return fault_set(fault, -EINVAL,
				 "--service: \"%s\" is no IPv4 address and port such as "
				 "\"172.20.5.10:443\"", value);
	service->port = (uint32_t)port;
	return 0;
}

static int parse_services(const struct settings *settings, struct probe_service **services,
			  size_t *count, struct fault *fault)
{
	size_t i;
	int code = 0;

	*count = 0;
	*services = calloc(settings->given_count + 1, sizeof(**services));
	if (!*services)
		return -ENOMEM;
	for (i = 0; i < settings->given_count && !code; i++) {
		if (strcmp(settings->given[i].option->name, "service") != 0)
			continue;
		code = parse_service(settings->given[i].value, &(*services)[*count], fault);
		if (!code)
			(*count)++;
	}
	return code;
}

/* Who observed, and when. */
static int sign_facts(struct facts *facts)
{
	char now[CLOCK_TEXT_MAX];
	int code = clock_now_text(now);

	if (code)
		return code;
	if (!facts->schema)
		facts->schema = text_copy(FACTS_SCHEMA);
	facts->version = text_copy(REACHBACK_VERSION);
	facts->started = text_copy(now);
	return facts->schema && facts->version && facts->started ? 0 : -ENOMEM;
}

static int run_probes(const struct probe_context *context, uint64_t started, struct facts *facts,
		      struct fault *fault)
{
	struct probe_outcome *outcomes = calloc(probe_catalog_count + 1, sizeof(*outcomes));
	size_t i;
	int code;

	if (!outcomes)
		return -ENOMEM;
	code = probes_run(context, facts, outcomes, fault);
	for (i = 0; i < probe_catalog_count; i++)
		free(outcomes[i].note);
	free(outcomes);
	facts->took_ms = (uint32_t)(probe_now_ms() - started);
	facts_sort(facts);
	return code;
}

/*
 * Where the metadata service has still to say whether endpoints are looked at from here, a token
 * that cannot be read is no error yet: this may be a host that has none.
 */
static int open_token(const struct settings *settings, const struct probe_context *context,
		      const struct facts *facts, struct endpoints_request *endpoints,
		      struct fault *fault)
{
	bool wanted = probe_endpoints.wanted(context, facts);
	bool maybe = !wanted && !facts->plan.vantage && facts->plan.link.vswitch_id &&
		     probe_metadata.wanted(context, facts);
	struct fault unheard = { .code = 0 };
	int code = endpoints_open_token(settings, &facts->plan, wanted || maybe, endpoints,
					maybe ? &unheard : fault);

	return maybe && code != -ENOMEM ? 0 : code;
}

int observe(const struct settings *settings, struct facts *facts)
{
	struct cloud_request cloud = { .budget_ms = 0 };
	int status = observe_keeping(settings, &cloud, facts);

	cloud_release(&cloud);
	return status;
}

int observe_keeping(const struct settings *settings, struct cloud_request *cloud,
		    struct facts *facts)
{
	uint64_t started = probe_now_ms();
	struct fault fault = { .code = 0 };
	struct probe_context context = { .root = "" };
	char helpers[PATH_MAX] = "";
	struct probe_service *services = NULL;
	struct address *traces = NULL;
	struct endpoints_request endpoints = { .budget_ms = 0 };
	int code, status = EXIT_USAGE;

	facts_init(facts);
	context.netns = settings->netns;
	context.helper_dir = helpers;
	code = observe_helpers(helpers);
	context.deadline_ms = started +
			      (settings->max_time.given ? settings->max_time.ms : MAX_TIME_MS);
	/* Without /proc there are no helpers to be found: their probes say so. */
	if (code)
		helpers[0] = '\0';
	code = cloud_prepare(settings, cloud, facts, &fault);
	context.cloud = cloud;
	if (!code)
		code = plan_load(settings, &facts->plan, &fault);
	if (!code)
		code = parse_services(settings, &services, &context.service_count, &fault);
	if (!code)
		code = trace_parse(settings, &facts->plan, &traces, &context.trace_count, &fault);
	if (!code)
		code = endpoints_prepare(settings, &endpoints, &fault);
	context.endpoints = &endpoints;
	if (!code)
		code = open_token(settings, &context, facts, &endpoints, &fault);
	if (!code && settings->netns)
		code = netns_enter(settings->netns, &fault);
	if (!code)
		code = interfaces_check(settings, &fault);
	if (!code) {
		status = EXIT_OWN;
		context.services = services;
		context.traces = traces;
		code = sign_facts(facts);
	}
	if (!code)
		code = run_probes(&context, started, facts, &fault);
	free(services);
	free(traces);
	endpoints_release(&endpoints);
	return code ? complain_fault(status, code, &fault) : 0;
}
