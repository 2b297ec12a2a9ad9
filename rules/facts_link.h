/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of the link that the plan may leave out: what the plan names always holds; what it does
 * not name is that of this machine where the metadata service shows that this machine stands on the
 * link's vSwitch. That is so where the plan names the vSwitch of one of its interfaces, or says
 * that it stands there (vantage vswitch-host) and all its interfaces are on one vSwitch, of the
 * planned VPC.
 *
 * The plan itself stays as it is: what several machines must agree about is what users wrote.
 */
#ifndef RULES_FACTS_LINK_H
#define RULES_FACTS_LINK_H

#include "rules/facts.h"

/* NULL: neither tells. */
const char *facts_link_vpc(const struct facts *facts);
const char *facts_link_vswitch(const struct facts *facts);
const struct prefix *facts_link_cidr(const struct facts *facts);

/* What was taken from the metadata service, as key of the plan and value; also the region. */
#define FACTS_DEFAULTS_MAX 4
#define FACTS_DEFAULT_TEXT 128
struct facts_default {
	const char *key; /* "link.vpc_id" */
	char value[FACTS_DEFAULT_TEXT];
};
size_t facts_defaults(const struct facts *facts, struct facts_default out[FACTS_DEFAULTS_MAX]);

#endif
