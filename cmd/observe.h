/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `check` and `collect` share: plan, namespace, probes, the time of it.
 */
#ifndef CMD_OBSERVE_H
#define CMD_OBSERVE_H

#include "cmd/option.h"
#include "probes/cloud_request.h"
#include "rules/facts.h"

#include <limits.h>

/* Fills `facts` (release in any case). 0, or the exit status after a complaint. */
int observe(const struct settings *settings, struct facts *facts);
/*
 * The same, and how the cloud was asked stays in `cloud` (zeroed; cloud_release() in any case), for
 * those who ask it again.
 */
int observe_keeping(const struct settings *settings, struct cloud_request *cloud,
		    struct facts *facts);
/* The folder of the helper programs. 0 or negative errno. */
int observe_helpers(char directory[PATH_MAX]);

#endif
