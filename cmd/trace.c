/* SPDX-License-Identifier: Apache-2.0 */
/* --trace: nothing is sent to an address that the user did not name, nor outside of the range. */
#include "cmd/trace.h"

#include "rules/facts.h"

#include <errno.h>
#include <stdlib.h>

/* All of them take their turn within --max-time. */
#define TRACES_MAX 8

static int parse_one(const char *value, struct address *address, struct fault *fault)
{
	char range[PREFIX_TEXT_MAX];

	if (!address_parse(value, address) && address->family == ADDRESS_IPV4 &&
	    prefix_contains(&reverse_range, address_ipv4(address)))
		return 0;
	return fault_set(fault, -EINVAL, "--trace: \"%s\" is no address of %s", value,
			 prefix_print(&reverse_range, range));
}

static bool is_named(const struct address *traces, size_t count, const struct address *address)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (address_equal(&traces[i], address))
			return true;
	return false;
}

int trace_parse(const struct settings *settings, const struct plan *plan, struct address **traces,
		size_t *count, struct fault *fault)
{
	struct address address;
	size_t i;
	int code = 0;

	*count = 0;
	*traces = calloc(TRACES_MAX, sizeof(**traces));
	if (!*traces)
		return -ENOMEM;
	for (i = 0; i < settings->given_count && !code; i++) {
		if (!text_equal(settings->given[i].option->name, "trace"))
			continue;
		code = parse_one(settings->given[i].value, &address, fault);
		if (code || is_named(*traces, *count, &address))
			continue;
		if (*count == TRACES_MAX)
			return fault_set(fault, -EINVAL, "--trace: at most %d addresses at once",
					 TRACES_MAX);
		(*traces)[(*count)++] = address;
	}
	if (!code && *count && plan->vantage &&
	    !text_equal(plan->vantage, vantage_words[VANTAGE_GITLAB_HOST]))
		code = fault_set(fault, -EINVAL, "--trace: replies leave from the GitLab host, and "
				 "this is \"%s\" (--vantage)", plan->vantage);
	return code;
}
