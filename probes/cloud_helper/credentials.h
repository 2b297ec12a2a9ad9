/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The credential chain of the vendor's tools, read-only, in the documented order: environment,
 * OIDC, profile of the command line tool, credentials file, RAM role of the instance, URI. The
 * first that names a credential is taken; one that names it and cannot give it ends the chain with
 * its reason, for another account's key must not answer in its place.
 */
#ifndef PROBES_CLOUD_HELPER_CREDENTIALS_H
#define PROBES_CLOUD_HELPER_CREDENTIALS_H

#include "probes/cloud_helper/environment.h"
#include "probes/cloud_helper/secret.h"
#include "rules/fault.h"
#include "rules/plan.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

/* What the chain works with. */
struct chain {
	const struct environment *environment;
	const struct plan *plan; /* endpoints of STS and of the metadata service */
	const char *region;
	const char *proxy;
	bool vpc;          /* endpoints inside of VPCs */
	bool metadata;     /* the metadata service answered before */
	const char *role;  /* RAM role that it named; NULL */
	uint64_t deadline_ms;
	struct cloud_credential credential; /* found; release it */
	char source[96];   /* "environment", "profile default (AK)" ... */
	struct strings *warnings;
};

/* 0; -ENOENT: there is none; else negative errno and words without any part of a secret. */
int credentials_find(struct chain *chain, struct fault *fault);

#endif
