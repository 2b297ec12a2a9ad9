/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What became of one question to the cloud's API, where a section asks several that can be done
 * without one another: a permission that is missing for one of them must not hide the others.
 * Part of the sections "instance", "network", "transit" and "private_zones".
 */
#ifndef RULES_FACTS_CLOUD_INQUIRY_H
#define RULES_FACTS_CLOUD_INQUIRY_H

#include "rules/record.h"

struct inquiry {
	int state;  /* enum fact_state; FACT_ABSENT: there was nothing to ask about */
	char *note; /* why it is not FACT_OK: "cr:GetInstanceUsage is not permitted" */
};

extern const struct record inquiry_record;

#endif
