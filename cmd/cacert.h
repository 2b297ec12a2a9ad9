/* SPDX-License-Identifier: Apache-2.0 */
/* The file of --cacert on its way to the endpoint probe. */
#ifndef CMD_CACERT_H
#define CMD_CACERT_H

#include "rules/fault.h"

/*
 * Opens what is to be handed over: a copy in memory, so that a pipe can be read twice, too. The
 * fault says what is wrong with a file that is none of certificates in PEM form. 0 or negative
 * errno.
 */
int cacert_open(const char *path, int *fd, struct fault *fault);

#endif
