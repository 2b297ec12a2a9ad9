/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probes `metadata` and `cloud` hand to reachback-probe-cloud on stdin: one JSON document.
 * No secret is in it: the environment variables that may hold keys come as a descriptor, which the
 * main program filled without reading it and which no other process gets.
 */
#ifndef PROBES_CLOUD_REQUEST_H
#define PROBES_CLOUD_REQUEST_H

#include "rules/plan.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stdint.h>

struct cloud_request {
	struct plan plan;    /* with what the metadata service adds */
	uint32_t budget_ms;  /* for the whole run */
	char *saved;         /* directory of saved replies that answer in place of the API; NULL */
	char *save;          /* directory that replies are saved to; NULL */
	char *proxy;         /* for API calls only; NULL: none */
	char *network;       /* "public" or "vpc"; NULL: vpc where the metadata service answered */
	bool metadata;       /* the metadata service answered */
	char *role;          /* RAM role that it named; NULL */
	/* "NAME=VALUE" strings, each ended by NUL: see cloud_environment.h */
	struct maybe environment_fd;
};

extern const struct record cloud_request_record;

#endif
