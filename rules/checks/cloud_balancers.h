/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules about load balancers share: a service at the one that owns its address.
 */
#ifndef RULES_CHECKS_CLOUD_BALANCERS_H
#define RULES_CHECKS_CLOUD_BALANCERS_H

#include "rules/checks/cloud_admission.h"

/* A service at its load balancer. */
struct balanced {
	struct admission_view *view;
	const struct balancer_fact *balancer;
	const struct listener_entry_fact *listener; /* NULL: none on that port */
	char pointer[80]; /* to the listener, else to the balancer */
	char name[32];
};

/*
 * The balancer of the service, whose listeners were read; says itself what is unknown where there
 * should be one, or they were not.
 */
bool balanced_find(struct admission_view *view, struct balanced *at);
/* A finding about the service, of the balancer; NULL latches. */
struct finding *balanced_finding(const struct balanced *at, enum finding_status status);
/* "WHAT of lb-x is not known: NOTE" */
void balanced_unknown(const struct balanced *at, const char *what, const char *note);
/* Why no service is behind a load balancer: NULL where one may be. */
const char *balanced_skip(const struct rule_context *context);

#endif
