/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The section "instance": what the registry says of the instance, of the VPCs that are linked to
 * it, of the source code that its repositories are bound to, and of the role by which it keeps
 * PrivateZone. Part of the facts (rules/facts.h).
 *
 * Words stand as the API spelled them.
 */
#ifndef RULES_FACTS_CLOUD_INSTANCE_H
#define RULES_FACTS_CLOUD_INSTANCE_H

#include "rules/facts_cloud_inquiry.h"
#include "rules/plan.h"
#include "rules/prefix.h"
#include "rules/record.h"

#include <stdint.h>

/* A VPC from which the registry may be reached (not the link of the source code). */
struct linked_vpc_fact {
	char *vpc_id, *vswitch_id;
	struct address ip; /* of the registry in that vSwitch */
	char *status;      /* "CREATING", "RUNNING" */
	char *issue;       /* "PRIVATE_ZONE_CONFLICT_AT_..." */
};

/* A repository of images and the source code that it is built from. */
struct binding_fact {
	char *repo_id;
	char *repository; /* "namespace/name" */
	int state;        /* enum fact_state: was its binding told? */
	char *note;
	char *type;       /* "GITLAB", "GITHUB" ...; NULL: not bound */
	char *domain;     /* "https://gitlab.corp.example" */
	char *project;    /* "group/app" */
	struct maybe oversea; /* 1: builds run outside the Chinese mainland */
	struct maybe automatic; /* 1: a push builds */
};

struct build_rule_fact {
	char *repo_id, *id;
	char *kind;       /* "GIT_BRANCH", "GIT_TAG" */
	char *name;       /* of the branch or tag */
	char *tag;        /* of the image */
	char *dockerfile; /* folder and name */
};

/* The last build of a repository that failed. */
struct failed_build_fact {
	char *repo_id, *id;
	char *status;
	char *started; /* as the API gave it: milliseconds since 1970 */
	struct strings clone_log; /* what the stage GIT_CLONE said, in order */
};

struct instance_facts {
	struct section section;
	char *id;           /* that was asked about */
	struct maybe found; /* 0: there is no such instance in this region */
	char *name;
	char *status;        /* "RUNNING" ... */
	char *specification; /* "Enterprise_Basic" ... */
	char *issue;
	struct inquiry listed; /* in what region it is */
	char *region;        /* as ListInstance tells */
	struct inquiry usage;
	struct maybe vpc_quota, vpc_usage; /* VPCs in the access control list */
	struct inquiry endpoint;
	struct maybe endpoint_enabled;
	struct strings domains;  /* by which a VPC reaches the registry, sorted */
	struct list linked_vpcs; /* struct linked_vpc_fact, by VPC and vSwitch */
	struct inquiry sources;    /* the list of repositories */
	uint32_t repositories;   /* that there are */
	struct list bindings;    /* struct binding_fact, by repository; those looked at */
	struct inquiry rules;    /* of repositories that are built from GitLab */
	struct list build_rules; /* struct build_rule_fact, by repository and id */
	struct inquiry builds;   /* of the same */
	struct list failed_builds; /* struct failed_build_fact, by repository */
	struct inquiry role;
	char *role_name;
	struct maybe role_exists;
};

/* The documented order of every list. */
void instance_sort(struct instance_facts *instance);

#endif
