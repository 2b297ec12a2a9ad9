/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command line and the environment say for the endpoint probe. Files of the user are
 * opened here, before privileges go; the token is never in argv, in facts or in a report.
 */
#ifndef CMD_ENDPOINTS_H
#define CMD_ENDPOINTS_H

#include "cmd/option.h"
#include "probes/endpoints_request.h"

/* Holds the token of gitlab.token_file for those who have no file. */
#define TOKEN_VARIABLE "REACHBACK_GITLAB_TOKEN"

/* Fills what the command line says: all but plan, time and token; release in any case. */
int endpoints_prepare(const struct settings *settings, struct endpoints_request *request,
		      struct fault *fault);
/*
 * Opens the token: --token-fd, else the plan's token_file, else the environment, which it is wiped
 * from in any case. It is not read unless it is `wanted`.
 */
int endpoints_open_token(const struct settings *settings, const struct plan *plan, bool wanted,
			 struct endpoints_request *request, struct fault *fault);
void endpoints_release(struct endpoints_request *request);

#endif
