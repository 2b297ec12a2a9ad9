/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering a network namespace, before anything is looked at.
 */
#ifndef CMD_NETNS_H
#define CMD_NETNS_H

#include "rules/fault.h"

/* `name` is one of ip-netns(8), or a path when it holds a slash. */
int netns_enter(const char *name, struct fault *fault);

#endif
