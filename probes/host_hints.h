/* SPDX-License-Identifier: Apache-2.0 */
/* Two questions of the host probe that take guesses from marks others left. */
#ifndef PROBES_HOST_HINTS_H
#define PROBES_HOST_HINTS_H

#include "rules/record.h"

/* The kind of container we run in, NULL where nothing says so. `root` is put before paths. */
int host_container(const char *root, char **kind);
/* Adds a line for everything seen that could drop packets without a route showing it. */
int host_filters(struct strings *hints);

#endif
