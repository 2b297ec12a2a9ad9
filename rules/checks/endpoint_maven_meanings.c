/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer of a Maven repository means, with its cause and what mends it. */
#include "rules/checks/endpoint_maven.h"

#include <stdio.h>

/* The usual suspects, a row each. */
static const struct {
	const char *cause, *words, *remedy;
} meanings[] = {
	[MAVEN_CREDENTIALS] = {
		"DEP-07", "the repository wants credentials",
		"allow anonymous reading, or put credentials into the settings.xml of the build",
	},
	[MAVEN_NONE] = {
		"DEP-13", "the URL is no Maven repository",
		"correct maven[].url: it is often the page beside the repository that was entered",
	},
	[MAVEN_BROKEN] = {
		"DEP-14", "the Maven service is up, and does not serve",
		"see the log of the service",
	},
	[MAVEN_UPSTREAM] = {
		"DEP-10", "the repository knows the file and does not serve it: a proxy repository "
		"that cannot fetch it",
		"repair the upstream of the proxy repository, and clear its cache of what was "
		"not found",
	},
	[MAVEN_CHECKSUM] = {
		"DEP-12", "the file and its checksum do not fit",
		"rebuild the metadata and checksums of the repository, and synchronise the "
		"clocks",
	},
};

struct finding *maven_mean(const struct maven_view *view, int status, enum maven_meaning meaning,
			   const char *seen)
{
	struct finding *finding = maven_add(view, status);

	finding_cause(view->out, finding, meanings[meaning].cause);
	finding_message(view->out, finding, "%s: %s", meanings[meaning].words, seen);
	finding_expected(view->out, finding, "200 with what Maven asks for");
	finding_remedy(view->out, finding, "server", "%s", meanings[meaning].remedy);
	return finding;
}

const char *maven_status_told(const struct maybe *status, const char *what, char text[96])
{
	(void)snprintf(text, 96, "%u for %s", (unsigned int)status->value, what);
	return text;
}

bool maven_add_refused(const struct maven_view *view, const struct maybe *status,
		       const char *what)
{
	char seen[96];

	if (status->value != 401 && status->value != 403 && status->value < 500)
		return false;
	(void)maven_mean(view, STATUS_FAIL,
			  status->value < 500 ? MAVEN_CREDENTIALS : MAVEN_BROKEN,
			  maven_status_told(status, what, seen));
	return true;
}
