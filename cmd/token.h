/* SPDX-License-Identifier: Apache-2.0 */
/* The GitLab token on its way from the user to the one process that sends it. */
#ifndef CMD_TOKEN_H
#define CMD_TOKEN_H

#include "cmd/option.h"

/*
 * A descriptor (file in memory, at its beginning) that holds the token, -1 when there is none; the
 * caller closes it. A file that is named and cannot be read is an error (-errno); so is one that is
 * too large to be a token (-EFBIG).
 */
int token_open(const struct settings *settings, const struct plan *plan, int *fd,
	       struct fault *fault);
/* Wipes the environment's copy: nothing that is started later inherits it. */
void token_forget(void);

#endif
