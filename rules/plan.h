/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: what the user intends. Part of the facts, so that one file repeats a judgement.
 *
 * Every key is optional. Unknown keys are an error that names the nearest known key (plan_read);
 * as part of saved facts they are ignored like any other (same schema: additions are allowed).
 * Secrets have no field here: `token_file` is a path and is read by nobody in this layer.
 */
#ifndef RULES_PLAN_H
#define RULES_PLAN_H

#include "rules/fault.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_SCHEMA "reachback.plan/1"

enum fact_state { FACT_ABSENT, FACT_OK, FACT_DENIED, FACT_FAILED };

/* First member of every section of the facts, the plan among them. */
struct section {
	int state; /* enum fact_state */
	uint32_t took_ms;
	char *note; /* why it was denied or failed; or what an ok section leaves out; else NULL */
};

struct plan_link {
	char *instance_id, *vpc_id, *vswitch_id;
	struct prefix vswitch_cidr;
	struct address gitlab_ip;
	struct strings other_ips;
};

enum plan_access { ACCESS_UNSET, ACCESS_ECS, ACCESS_SLB, ACCESS_DATACENTER };

struct plan_gitlab {
	char *url;
	int access; /* enum plan_access; JSON "ecs", "slb", "datacenter", null */
	char *username;
	char *token_file;
	char *project;
};

struct plan_maven {
	char *url;
	char *artifact;
};

struct plan_return {
	struct address return_next_hop;
	char *return_interface;
};

struct plan_by_vantage {
	struct plan_return gitlab_host, idc_router, vswitch_host; /* keys "gitlab-host" ... */
};

struct plan_datacenter {
	struct strings cidrs;
	struct address return_next_hop;
	char *return_interface;
	char *vbr_id;
	struct plan_by_vantage by_vantage;
};

struct plan_endpoints {
	char *ecs, *vpc, *cr, *cbn, *slb, *nlb, *alb, *pvtz, *nis, *ram, *sts, *metadata;
};

/* `query`, `body`, `match` are free-form objects of strings: kept as compact JSON text. */
struct plan_call {
	char *action, *version, *style, *method, *path, *product;
	char *query, *body;
};

struct plan_list_call {
	char *action, *version, *style, *method, *path, *product;
	char *query, *body, *match;
};

struct plan_accept {
	char *code;
	char *subject; /* text that the finding's subject contains; NULL: any */
	char *reason;
	char *until; /* YYYY-MM-DD, last day on which it holds; NULL: no end */
};

struct plan {
	/* as a section of facts; the members by their own names, too */
	union {
		struct section section;
		struct {
			int state;
			uint32_t took_ms;
			char *note;
		};
	};

	char *schema;
	char *region;
	char *vantage; /* one of vantage_words; NULL: found by itself */
	struct plan_link link;
	struct plan_gitlab gitlab;
	struct list maven; /* struct plan_maven */
	char *from;
	struct plan_datacenter datacenter;
	struct plan_endpoints endpoints;
	struct plan_call create_call;
	struct plan_list_call list_call;
	struct list accept; /* struct plan_accept */
};

extern const struct record plan_record;         /* of the file: without state and note */
extern const struct record plan_section_record; /* of the section in facts */

/* Strict: unknown keys, wrong types, CIDRs, dates and access words are refused with a pointer. */
int plan_read(const char *bytes, size_t length, struct plan *plan, struct fault *fault);
/* The checks behind the types: cidrs parse, dates are dates, URLs have a host; also for options. */
int plan_check(const struct plan *plan, struct fault *fault);
void plan_release(struct plan *plan);
/*
 * What must be the same where facts of several machines are judged together, as compact JSON:
 * region, link, gitlab without token_file, maven, datacenter without by_vantage. `error` of the
 * text, or 0.
 */
int plan_canonical(const struct plan *plan, struct text *out);
/* The JSON Schema (2020-12) of the file. */
void plan_schema(struct text *out);

#define PLAN_HOST_MAX 254
/* Host (without brackets) and port of an http(s) URL; -EINVAL when it is none. */
int plan_url_parts(const char *url, char host[PLAN_HOST_MAX], uint32_t *port, struct fault *fault);
/* The same with a heap copy of the host, NULL on failure; also -ENOMEM. */
int plan_url_split(const char *url, char **host, uint32_t *port, struct fault *fault);

#endif
