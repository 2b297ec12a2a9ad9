/* SPDX-License-Identifier: Apache-2.0 */
/* What the repositories of an instance are built from, and how their last builds went. */
#ifndef PROBES_CLOUD_HELPER_READ_BUILDS_H
#define PROBES_CLOUD_HELPER_READ_BUILDS_H

#include "probes/cloud_helper/call.h"

/* `instance` lives as long as the run. */
void read_builds(struct cloud_run *run, const char *instance);

#endif
