/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Network ACLs and access control lists of load balancers as atoms of rules/admission.h.
 *
 * A network ACL keeps no state: each direction is judged alone, entries in their order, the first
 * that matches decides, none refuses; ports are destination ports in both directions (vendor:
 * network ACLs).
 */
#ifndef RULES_ADMISSION_ACLS_H
#define RULES_ADMISSION_ACLS_H

#include "rules/admission.h"
#include "rules/facts_cloud_groups.h"

struct acl_question {
	const struct groups_facts *facts; /* prefix lists that entries name */
	const struct network_acl_fact *acl;
	bool outwards;
	bool hopeful; /* how doubts are taken, as in group_question */
};

/* Atoms of the TCP entries; `rule` is the place in acl->ingress or acl->egress. -ENOMEM. */
int admission_acls(const struct acl_question *question, struct list *atoms);

#endif
