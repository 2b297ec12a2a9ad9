/* SPDX-License-Identifier: Apache-2.0 */
/* Takes calls, and keeps their rows in the facts. */
#include "probes/cloud_helper/call.h"

#include "probes/cloud_helper/calls.h"
#include "probes/probe.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Values are cut and their number is bounded: no subject is longer. */
#define SUBJECT_MAX ((size_t)SIGNER_PARAMETERS_MAX * 4096)

static size_t count_parameters(const struct cloud_parameter *parameters)
{
	size_t count = 0;

	while (parameters && parameters[count].name)
		count++;
	return count;
}

static bool names_region(const struct cloud_parameter *parameters, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(parameters[i].name, "RegionId"))
			return true;
	return false;
}

/* Copies, with the region where the action takes one. NULL when out of memory or too many. */
static struct cloud_parameter *copy_parameters(const struct cloud_run *run,
					       const struct cloud_action *action,
					       const struct cloud_parameter *from)
{
	size_t count = count_parameters(from), i;
	bool region = action->region && !names_region(from, count);
	struct cloud_parameter *copy;

	/* room for those of paging */
	if (count > SIGNER_PARAMETERS_MAX - 4)
		return NULL;
	copy = calloc(count + 2, sizeof(*copy));
	for (i = 0; copy && i < count + region; i++) {
		copy[i].name = text_copy(i < count ? from[i].name : "RegionId");
		copy[i].value = text_copy(i < count ? from[i].value : run->region);
		if (!copy[i].name || !copy[i].value) {
			size_t k;

			for (k = 0; k <= i; k++) {
				free((char *)(uintptr_t)copy[k].name);
				free((char *)(uintptr_t)copy[k].value);
			}
			free(copy);
			return NULL;
		}
	}
	return copy;
}

/* "VSwitchId=vsw-1 ZoneId=cn-x": what was asked about. */
static char *subject_of(const struct cloud_parameter *parameters)
{
	struct text text;
	char *subject;

	text_init(&text, SUBJECT_MAX);
	for (; parameters->name; parameters++) {
		if (!strcmp(parameters->name, "RegionId"))
			continue;
		text_addf(&text, "%s%s=", text.length ? " " : "", parameters->name);
		text_add_clean(&text, parameters->value, TEXT_FOREIGN_MAX);
	}
	subject = text_take(&text);
	text_release(&text);
	return subject;
}

static bool add_fact(struct cloud_run *run, struct call *call)
{
	struct call_fact *fact = list_add(&run->facts->cloud.calls, sizeof(*fact));
	char permission[CLOUD_PERMISSION_MAX];

	if (!cloud_keeps(run, fact))
		return false;
	call->fact = run->facts->cloud.calls.count - 1;
	fact->product = text_copy(cloud_products[call->action->product].name);
	fact->action = text_copy(call->action->name);
	fact->subject = subject_of(call->parameters);
	fact->permission = text_copy(cloud_permission(call->action, permission));
	if (!fact->product || !fact->action || !fact->subject || !fact->permission)
		run->error = -ENOMEM;
	return !run->error;
}

void cloud_call(struct cloud_run *run, enum cloud_action_id action,
		const struct cloud_parameter *parameters, cloud_callback done, void *context)
{
	cloud_call_row(run, &cloud_actions[action], parameters, done, context);
}

void cloud_call_row(struct cloud_run *run, const struct cloud_action *action,
		    const struct cloud_parameter *parameters, cloud_callback done, void *context)
{
	struct call *call = calloc(1, sizeof(*call)), **end;

	if (!cloud_keeps(run, call))
		return;
	call->action = action;
	call->done = done;
	call->context = context;
	call->pages.number = 1;
	call->asked_ms = probe_now_ms();
	call->chain_ms = run->calls->chain_ms;
	call->parameters = copy_parameters(run, call->action, parameters);
	if (!cloud_keeps(run, call->parameters) || !add_fact(run, call)) {
		call_free(call);
		return;
	}
	run->calls->count++;
	for (end = &run->calls->first; *end; end = &(*end)->next)
		;
	*end = call;
}

void call_free(struct call *call)
{
	size_t i;

	for (i = 0; call->parameters && call->parameters[i].name; i++) {
		free((char *)(uintptr_t)call->parameters[i].name);
		free((char *)(uintptr_t)call->parameters[i].value);
	}
	free(call->parameters);
	pages_release(&call->pages);
	http_release(&call->answer);
	http_headers_free(call->headers);
	free(call);
}
