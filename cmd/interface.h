/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interfaces that the command line names: is there one?
 */
#ifndef CMD_INTERFACE_H
#define CMD_INTERFACE_H

#include "cmd/option.h"

/* Refuses --return-interface and --from where they name none of this namespace's. */
int interfaces_check(const struct settings *settings, struct fault *fault);

#endif
