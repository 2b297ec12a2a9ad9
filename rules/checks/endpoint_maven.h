/* SPDX-License-Identifier: Apache-2.0 */
/* What the rules about what a Maven repository serves share: a row of facts with its target. */
#ifndef RULES_CHECKS_ENDPOINT_MAVEN_H
#define RULES_CHECKS_ENDPOINT_MAVEN_H

#include "rules/checks/endpoint_above.h"

struct maven_view {
	const struct rule_context *context;
	const struct endpoints_facts *endpoints;
	const struct endpoint_target *target;
	const struct maven_fact *row;
	size_t index; /* of the row */
	int rung;
	struct findings *out;
};

typedef void maven_judge(const struct maven_view *view);

/* Every row of a repository that answered; `unknown` for one that did not. */
void maven_each(const struct rule_context *context, int rung, maven_judge *judge,
		struct findings *out);
/* A finding about the row, with what was asked on its rung as evidence. NULL: latched. */
struct finding *maven_add(const struct maven_view *view, int status);
/* `unknown` for what the row's address did not come to. */
void maven_unreached(const struct maven_view *view, const char *what);
/*
 * The answer of what a redirect led to, an attempt: its redirects are followed to their end. NULL:
 * nothing there took a connection.
 */
const struct attempt_fact *maven_end(const struct maven_view *view, const char *url);

enum maven_meaning {
	MAVEN_CREDENTIALS,
	MAVEN_NONE,
	MAVEN_BROKEN,
	MAVEN_UPSTREAM,
	MAVEN_CHECKSUM,
};

struct finding *maven_mean(const struct maven_view *view, int status, enum maven_meaning meaning,
			   const char *seen);
/* "404 for WHAT", in `text`. */
const char *maven_status_told(const struct maybe *status, const char *what, char text[96]);
/* An answer that ends a build, whatever it was asked for: credentials are missing, or a failure. */
bool maven_add_refused(const struct maven_view *view, const struct maybe *status,
		       const char *what);

#endif
