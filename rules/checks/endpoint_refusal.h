/* SPDX-License-Identifier: Apache-2.0 */
/* What GitLab means by a 403, in the words that it puts with it. */
#ifndef RULES_CHECKS_ENDPOINT_REFUSAL_H
#define RULES_CHECKS_ENDPOINT_REFUSAL_H

enum refusal {
	REFUSAL_OTHER,
	REFUSAL_SCOPE,   /* GL-07 */
	REFUSAL_ACCOUNT, /* GL-08: blocked, or no role that may read */
	REFUSAL_SETTLE,  /* GL-21: a second factor, terms, a password */
};

/* `message` may be NULL. */
enum refusal refusal_of(const char *message);
/* What mends it, for the platform "gitlab"; NULL for REFUSAL_OTHER. */
const char *refusal_remedy(enum refusal refusal);
/* The cause; NULL for REFUSAL_OTHER. */
const char *refusal_cause(enum refusal refusal);

#endif
