/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Page after page, whatever the product calls it. A server that lies about its pages (the same
 * token again, fewer items than it counts, pages without end) makes the call fail: half a list
 * would look like a whole one.
 */
#include "probes/cloud_helper/calls.h"

#include "probes/cloud_helper/reply.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of the parameters, by kind of paging. */
static const struct { const char *size, *place; } names[] = {
	[PAGING_NONE] = { NULL, NULL },
	[PAGING_TOKEN] = { "MaxResults", "NextToken" },
	[PAGING_RESULT] = { "MaxResult", "NextToken" },
	[PAGING_NUMBER] = { "PageSize", "PageNumber" },
	[PAGING_NO] = { "PageSize", "PageNo" },
	[PAGING_OFFSET] = { NULL, "Offset" },
};

static bool has_tokens(const struct cloud_action *action)
{
	return action->paging == PAGING_TOKEN || action->paging == PAGING_RESULT;
}

static bool is_given(const struct call *call, const char *name)
{
	const struct cloud_parameter *at;

	for (at = call->parameters; at->name; at++)
		if (!strcmp(at->name, name))
			return true;
	return false;
}

void pages_parameters(const struct call *call, char number[16], struct cloud_parameter *out)
{
	const struct cloud_action *action = call->action;
	const char *place = names[action->paging].place, *size = names[action->paging].size;
	/* page sizes are below a million, so that one buffer holds both numbers */
	char *second = number + 8;
	size_t count = 0;

	while (call->parameters[count].name) {
		out[count] = call->parameters[count];
		count++;
	}
	if (size && action->page_size && !is_given(call, size)) {
		(void)snprintf(number, 8, "%u", (unsigned int)action->page_size % 1000000);
		out[count++] = (struct cloud_parameter){ size, number };
	}
	if (place && has_tokens(action) && call->pages.token) {
		out[count++] = (struct cloud_parameter){ place, call->pages.token };
	} else if (place && !has_tokens(action)) {
		(void)snprintf(second, 8, "%u",
			       (unsigned int)(action->paging == PAGING_OFFSET ?
						      call->pages.items :
						      call->pages.number) % 1000000);
		out[count++] = (struct cloud_parameter){ place, second };
	}
	out[count] = (struct cloud_parameter){ NULL, NULL };
}

void pages_release(struct pages *pages)
{
	cJSON_Delete(pages->merged);
	free(pages->token);
	*pages = (struct pages){ .number = 1 };
}

/* Moves the items of `page` behind those of the first one that has a list. */
static int merge(struct call *call, cJSON *page)
{
	cJSON *from = (cJSON *)(uintptr_t)reply_list(page, call->action->list), *to;
	cJSON *item;

	to = (cJSON *)(uintptr_t)reply_list(call->pages.merged, call->action->list);
	if (!to) {
		cJSON_Delete(call->pages.merged);
		call->pages.merged = page;
		return 0;
	}
	while (from && (item = cJSON_DetachItemFromArray(from, 0)) != NULL)
		if (!cJSON_AddItemToArray(to, item)) {
			cJSON_Delete(item);
			cJSON_Delete(page);
			return -ENOMEM;
		}
	cJSON_Delete(page);
	return 0;
}

static int next_by_token(struct call *call, char *token, struct fault *fault)
{
	bool same = token && call->pages.token && !strcmp(token, call->pages.token);

	free(call->pages.token);
	call->pages.token = token;
	if (!token)
		return 0;
	if (same)
		return fault_set(fault, -EPROTO, "%s: the server gives the same page for ever",
				 call->action->name);
	return 1;
}

static int next_by_number(struct call *call, uint32_t got, struct fault *fault)
{
	const struct pages *pages = &call->pages;
	bool full = call->action->page_size && got >= call->action->page_size;

	if (!got && pages->total_known && pages->items < pages->total)
		return fault_set(fault, -EPROTO, "%s: the server counts %u and shows %u",
				 call->action->name, (unsigned int)pages->total,
				 (unsigned int)pages->items);
	if (!got)
		return 0;
	if (pages->total_known ? pages->items < pages->total || (full && !pages->total) : full)
		return 1;
	return 0;
}

static struct maybe total_of(const cJSON *page)
{
	struct maybe total = reply_number(page, "TotalCount");

	return total.known ? total : reply_number(page, "TotalItems");
}

int pages_take(struct call *call, cJSON *page, struct fault *fault)
{
	const struct cloud_action *action = call->action;
	const cJSON *list = action->list ? reply_list(page, action->list) : NULL;
	uint32_t got = list ? (uint32_t)cJSON_GetArraySize(list) : 0;
	struct maybe total = total_of(page);
	char *token = NULL;
	int error;

	if (action->paging == PAGING_NONE) {
		call->pages.merged = page;
		return 0;
	}
	if (has_tokens(action) && *reply_word(page, "NextToken")) {
		token = text_copy(reply_word(page, "NextToken"));
		if (!token) {
			cJSON_Delete(page);
			return -ENOMEM;
		}
	}
	if (total.known) {
		call->pages.total = total.value;
		call->pages.total_known = true;
	}
	call->pages.items += got;
	error = merge(call, page);
	if (error) {
		free(token);
		return error;
	}
	error = has_tokens(action) ? next_by_token(call, token, fault) :
				     next_by_number(call, got, fault);
	if (error == 1 && (call->pages.number >= CALL_PAGES_MAX ||
			   call->pages.items > CALL_ITEMS_MAX))
		return fault_set(fault, -EPROTO, "%s: more than %u pages or %u items",
				 action->name, CALL_PAGES_MAX, CALL_ITEMS_MAX);
	call->pages.number += error == 1;
	return error;
}
