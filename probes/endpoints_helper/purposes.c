/* SPDX-License-Identifier: Apache-2.0 */
/* What each purpose asks first and who carries on: one row each. */
#include "probes/endpoints_helper/ladder.h"

const struct purpose_row purpose_rows[PURPOSE_COUNT] = {
	[PURPOSE_GITLAB] = { PURPOSE_GITLAB, "/api/v4/version", gitlab_climb, true, false, 0 },
	[PURPOSE_MAVEN] = { PURPOSE_MAVEN, NULL, maven_climb, true, false, 0 },
	[PURPOSE_REGISTRY] = { PURPOSE_REGISTRY, NULL, registry_climb, false, false, 0 },
	[PURPOSE_REDIRECT] = { PURPOSE_REDIRECT, NULL, redirect_climb, true, true, 0 },
	[PURPOSE_CLONE] = { PURPOSE_CLONE, "/info/refs?service=git-upload-pack", git_climb, true,
			    true, HTTP_BODY_MAX },
	[PURPOSE_LFS] = { PURPOSE_LFS, NULL, lfs_climb, true, false, 0 },
	[PURPOSE_SUBMODULE] = { PURPOSE_SUBMODULE, "/info/refs?service=git-upload-pack",
				submodule_climb, true, false, HTTP_BODY_MAX },
	[PURPOSE_REALM] = { PURPOSE_REALM, NULL, NULL, false, false, 0 },
	[PURPOSE_STORAGE] = { PURPOSE_STORAGE, NULL, NULL, false, false, 0 },
};
