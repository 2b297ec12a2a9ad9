/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in the format of git-config(1), as repositories carry them (.gitmodules, .lfsconfig), entry
 * by entry. Pure and bounded. Where a line makes no sense it is left out; git itself would refuse
 * the whole file.
 */
#ifndef PROBES_ENDPOINTS_HELPER_GIT_CONFIG_H
#define PROBES_ENDPOINTS_HELPER_GIT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#define GIT_CONFIG_NAME_MAX ((size_t)512)
#define GIT_CONFIG_VALUE_MAX ((size_t)4096)

/* One walk over a file; and the entry that was read last. */
struct git_config {
	const char *at, *end;
	char section[GIT_CONFIG_NAME_MAX]; /* in lower case; "": none that makes sense */
	char name[GIT_CONFIG_NAME_MAX];    /* of the subsection, as written */
	char key[GIT_CONFIG_NAME_MAX];     /* in lower case */
	char value[GIT_CONFIG_VALUE_MAX];
};

void git_config_open(struct git_config *config, const char *bytes, size_t length);
/* The next entry that has a value; false behind the last. */
bool git_config_next(struct git_config *config);
/* Is it `section`.`key`, in any subsection? Both in lower case. */
bool git_config_is(const struct git_config *config, const char *section, const char *key);

#endif
