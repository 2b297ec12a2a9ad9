/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `docs ram-policy` and `docs actions`: what a RAM user must be allowed to read, out of the table
 * of operations.
 */
#include "cmd/docs.h"

#include "probes/cloud_helper/actions.h"
#include "rules/text.h"

#include <string.h>

/* Taking on a role is granted by the role itself, to those whose profile names one. */
static bool is_granted(const struct cloud_action *action)
{
	return !action->mutates && action->product != PRODUCT_STS;
}

/* The row with the smallest permission above `last`; NULL: there is none. */
static const struct cloud_action *next_action(const char *last, char text[CLOUD_PERMISSION_MAX])
{
	const struct cloud_action *best = NULL;
	char other[CLOUD_PERMISSION_MAX];
	size_t i;

	for (i = 0; i < ACTION_COUNT; i++) {
		const struct cloud_action *action = &cloud_actions[i];
		const char *permission;

		if (!is_granted(action))
			continue;
		permission = cloud_permission(action, other);
		if (strcmp(permission, last) <= 0 || (best && strcmp(permission, text) >= 0))
			continue;
		best = action;
		memmove(text, permission, strlen(permission) + 1);
	}
	return best;
}

void docs_ram_policy(const struct settings *settings, struct text *out)
{
	char last[CLOUD_PERMISSION_MAX] = "", text[CLOUD_PERMISSION_MAX] = "";

	(void)settings;
	text_add(out, "{\n  \"Version\": \"1\",\n  \"Statement\": [\n    {\n"
		      "      \"Effect\": \"Allow\",\n      \"Action\": [");
	while (next_action(last, text)) {
		text_addf(out, "%s\n        \"%s\"", *last ? "," : "", text);
		memcpy(last, text, sizeof(last));
	}
	text_add(out, "\n      ],\n      \"Resource\": \"*\"\n    }\n  ]\n}\n");
}

void docs_actions(const struct settings *settings, struct text *out)
{
	char last[CLOUD_PERMISSION_MAX] = "", text[CLOUD_PERMISSION_MAX] = "";
	const struct cloud_action *action;

	(void)settings;
	text_add(out, "# Operations of the cloud's API\n\n"
		      "What the probe `cloud` may ask, all of it reading. `reachback docs "
		      "ram-policy` prints the RAM policy that allows just this.\n\n"
		      "| RAM action | operation | version | for |\n| --- | --- | --- | --- |\n");
	while ((action = next_action(last, text)) != NULL) {
		text_addf(out, "| `%s` | %s | %s | %s |\n", text, action->name,
			  cloud_products[action->product].version, action->purpose);
		memcpy(last, text, sizeof(last));
	}
}
