/* SPDX-License-Identifier: Apache-2.0 */
/* Opens what a run needs, lets all readers ask at once, and writes down how it went. */
#include "probes/cloud_helper/look.h"

#include "probes/cloud_helper/calls.h"
#include "probes/cloud_helper/credentials.h"
#include "probes/cloud_helper/endpoint.h"
#include "probes/cloud_helper/run.h"
#include "probes/probe.h"
#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_text(char **place, const char *string)
{
	free(*place);
	*place = string ? text_clean(string, strlen(string)) : NULL;
	return string && !*place ? -ENOMEM : 0;
}

/* Says of every section of the cloud why there is nothing in it. */
static int fail_sections(struct facts *facts, const char *why)
{
	unsigned int id;

	for (id = 0; id < SECTION_COUNT; id++) {
		struct section *section = facts_section(facts, (enum section_id)id);

		if (!(SECTIONS_OF_CLOUD & SECTION_BIT(id)) || id == SECTION_CLOUD)
			continue;
		section->state = FACT_FAILED;
		if (set_text(&section->note, why))
			return -ENOMEM;
	}
	return set_text(&facts->cloud.section.note, why);
}

static void run_readers(struct cloud_run *run)
{
	size_t i;

	for (i = 0; cloud_readers[i] && !run->error; i++)
		cloud_readers[i]->start(run);
	if (!run->error)
		calls_run(run);
	for (i = 0; cloud_readers[i] && !run->error; i++)
		if (cloud_readers[i]->finish)
			cloud_readers[i]->finish(run);
}

static int warn(struct facts *facts, const char *words)
{
	return strings_add(&facts->cloud.warnings, words);
}

static int read_environment(const struct cloud_request *request, struct environment *environment)
{
	return request->environment_fd.known ?
		       environment_read((int)request->environment_fd.value, environment) : 0;
}

/* The credential, or why there is none. 0, -ENOENT, -EACCES: the facts say why; -ENOMEM ... */
static int find_credential(struct cloud_run *run, struct fault *fault)
{
	const struct cloud_request *request = run->request;
	struct environment environment = { NULL, 0 };
	struct chain chain = { .environment = &environment, .plan = run->plan,
			       .region = run->region, .proxy = request->proxy,
			       .vpc = run->calls->vpc, .metadata = request->metadata,
			       .role = request->role, .deadline_ms = run->calls->deadline_ms,
			       .warnings = &run->facts->cloud.warnings };
	int error = read_environment(request, &environment);

	if (!error)
		error = credentials_find(&chain, fault);
	environment_release(&environment);
	run->calls->credential = chain.credential;
	if (chain.source[0] && set_text(&run->facts->cloud.credential, chain.source))
		return -ENOMEM;
	if (!error || error == -ENOENT || error == -ENOMEM)
		return error;
	run->facts->cloud.section.state = FACT_OK;
	return fail_sections(run->facts, fault_text(fault, error)) ? -ENOMEM : -EACCES;
}

static int open_live(struct cloud_run *run, struct fault *fault)
{
	struct cloud_calls *calls = run->calls;
	const struct cloud_request *request = run->request;
	int error;

	run->region = run->plan->region;
	if (!run->region)
		return -ENOENT;
	calls->vpc = request->network ? text_equal(request->network, "vpc") : request->metadata;
	run->facts->cloud.from = CLOUD_LIVE;
	error = find_credential(run, fault);
	if (error)
		return error;
	calls->multi = curl_multi_init();
	if (!calls->multi || set_text(&run->facts->cloud.network, calls->vpc ? "vpc" : "public"))
		return -ENOMEM;
	(void)curl_multi_setopt(calls->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)CALLS_AT_ONCE);
	if (request->save && saver_open(request->save, &calls->saver, fault))
		return warn(run->facts, fault->text);
	return 0;
}

static int open_saved(struct cloud_run *run, struct saved **saved, struct fault *fault)
{
	int error = saved_open(run->request->saved, saved, fault);

	if (error == -ENOMEM)
		return error;
	run->facts->cloud.from = CLOUD_SAVED;
	run->facts->cloud.section.state = FACT_OK;
	if (error)
		return fail_sections(run->facts, fault_text(fault, error)) ? -ENOMEM : -EACCES;
	run->calls->saved = *saved;
	run->region = run->plan->region ? run->plan->region : saved_region(*saved);
	if (!run->region)
		run->region = "";
	return 0;
}

static int warn_of_endpoints(struct cloud_run *run)
{
	struct text url, words;
	int product, error = 0;

	for (product = 0; product < PRODUCT_COUNT && !error && !run->calls->saved; product++) {
		text_init(&url, 4096);
		text_init(&words, 4096);
		if (!endpoint_url(run->plan, (enum cloud_product)product, run->region,
				  run->calls->vpc, &url) &&
		    endpoint_is_clear(text_string(&url))) {
			text_addf(&words, "calls of %s go in the clear, by plain http",
				  cloud_products[product].name);
			error = warn(run->facts, text_string(&words));
		}
		text_release(&url);
		text_release(&words);
	}
	return error;
}

static void run_session(struct cloud_run *run, const struct cloud_session *session)
{
	if (!session) {
		run_readers(run);
		return;
	}
	session->start(run, session->context);
	if (!run->error)
		calls_run(run);
}

static int look(struct cloud_run *run, const struct cloud_session *session, struct fault *fault)
{
	struct saved *saved = NULL;
	int error = run->request->saved ? open_saved(run, &saved, fault) : open_live(run, fault);

	if (!error)
		error = warn_of_endpoints(run);
	if (!error) {
		run->facts->cloud.section.state = FACT_OK;
		run_session(run, session);
		error = run->error;
	}
	if (!error && *run->region)
		error = set_text(&run->facts->cloud.region, run->region);
	calls_release(run);
	saved_free(saved);
	/* that there is nothing to look at, or that it was not possible, is an answer */
	return error == -ENOENT || error == -EACCES ? 0 : error;
}

int cloud_look(const struct cloud_request *request, struct facts *facts, struct fault *fault)
{
	return cloud_ask(request, NULL, facts, fault);
}

int cloud_ask(const struct cloud_request *request, const struct cloud_session *session,
	      struct facts *facts, struct fault *fault)
{
	struct cloud_calls calls = { .saver = { .directory = -1 } };
	struct cloud_run run = { .request = request, .plan = &request->plan, .facts = facts,
				 .calls = &calls };
	int error;

	calls.started_ms = probe_now_ms();
	calls.deadline_ms = calls.started_ms + request->budget_ms;
	error = look(&run, session, fault);
	cloud_run_release(&run);
	return error;
}
