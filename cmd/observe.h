/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `check` and `collect` share: plan, namespace, probes, the time of it.
 */
#ifndef CMD_OBSERVE_H
#define CMD_OBSERVE_H

#include "cmd/option.h"
#include "rules/facts.h"

/* Fills `facts` (release in any case). 0, or the exit status after a complaint. */
int observe(const struct settings *settings, struct facts *facts);

#endif
