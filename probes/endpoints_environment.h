/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables of the caller's environment that would change what a build or git does. The endpoint
 * probe uses none of them; they are reported.
 */
#ifndef PROBES_ENDPOINTS_ENVIRONMENT_H
#define PROBES_ENDPOINTS_ENVIRONMENT_H

#include "probes/endpoints_request.h"

/*
 * Fills proxy_variables ("http_proxy=http://192.0.2.1:3128": cleaned, without user information,
 * path and query) and trust_variables (names alone), sorted. `environment` is NULL-terminated, as
 * environ(7). 0 or -ENOMEM.
 */
int endpoints_environment(char *const *environment, struct endpoints_request *request);

#endif
