/* SPDX-License-Identifier: Apache-2.0 */
/* CEN behind border routers: members, routes, transit routers, attachments, tables. */
#ifndef PROBES_CLOUD_HELPER_READ_CEN_H
#define PROBES_CLOUD_HELPER_READ_CEN_H

#include "probes/cloud_helper/call.h"

/* Asks about each of these CEN instances. */
void read_cens(struct cloud_run *run, const struct strings *cens);

#endif
