/* SPDX-License-Identifier: Apache-2.0 */
/* Words of GitLab's refusals, as its API and its git server write them. */
#include "rules/checks/endpoint_refusal.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *word;
	enum refusal refusal;
} words[] = {
	{ "insufficient_scope", REFUSAL_SCOPE },
	{ "terms of service", REFUSAL_SETTLE },
	{ "password", REFUSAL_SETTLE },
	{ "two-factor", REFUSAL_SETTLE },
	{ "two factor", REFUSAL_SETTLE },
	{ "2fa", REFUSAL_SETTLE },
	{ "confirm", REFUSAL_SETTLE },
	{ "deactivated", REFUSAL_SETTLE },
	{ "blocked", REFUSAL_ACCOUNT },
	{ "banned", REFUSAL_ACCOUNT },
	{ "download code", REFUSAL_ACCOUNT },
	{ "pending approval", REFUSAL_ACCOUNT },
};

static const struct {
	const char *cause, *remedy;
} meanings[] = {
	[REFUSAL_OTHER] = { NULL, NULL },
	[REFUSAL_SCOPE] = { "GL-07", "make a token with the scope api" },
	[REFUSAL_ACCOUNT] = { "GL-08", "unblock the user, and grant a role in the project that may "
				       "read its code (Reporter or above)" },
	[REFUSAL_SETTLE] = { "GL-21", "log in to GitLab once as that user, and settle what it asks "
				      "for: second factor, terms, password, address" },
};

static bool contains(const char *string, const char *word)
{
	size_t length = strlen(word);

	for (; *string; string++)
		if (!strncasecmp(string, word, length))
			return true;
	return false;
}

enum refusal refusal_of(const char *message)
{
	size_t i;

	for (i = 0; message && i < sizeof(words) / sizeof(words[0]); i++)
		if (contains(message, words[i].word))
			return words[i].refusal;
	return REFUSAL_OTHER;
}

const char *refusal_remedy(enum refusal refusal)
{
	return meanings[refusal].remedy;
}

const char *refusal_cause(enum refusal refusal)
{
	return meanings[refusal].cause;
}
