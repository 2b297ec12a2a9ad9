/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of a repository that name what lies elsewhere: .gitmodules, .gitattributes, .lfsconfig and
 * LFS pointers; and how URLs and paths in them are put together. Pure.
 */
#ifndef PROBES_ENDPOINTS_HELPER_GITLAB_FILES_H
#define PROBES_ENDPOINTS_HELPER_GITLAB_FILES_H

#include "rules/record.h"
#include "rules/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GITLAB_SUBMODULES_MAX 64
#define GITLAB_PATTERNS_MAX 64

/* A section [submodule "name"]. */
struct git_module {
	char *name, *path, *url; /* as written; NULL: not told */
	bool left;               /* as it is: "update = none" */
};
/*
 * The submodules that a clone fetches: those with a URL, without "update = none". `*left_out`
 * counts what is beyond GITLAB_SUBMODULES_MAX. 0 or -ENOMEM.
 */
int git_read_modules(const char *bytes, size_t length, struct list *modules, uint32_t *left_out);
void git_modules_release(struct list *modules);
/*
 * Adds the patterns that say filter=lfs, each with the folder of the attributes file in front and a
 * newline between ("sub/\n*.bin"): patterns of a folder hold below it. 0 or -ENOMEM.
 */
int git_read_attributes(const char *bytes, size_t length, const char *folder,
			struct strings *patterns);
/* Does one of those patterns name the file? */
bool git_is_tracked(const struct strings *patterns, const char *path);

struct lfs_pointer {
	char oid[65];
	uint64_t size;
};
/* A whole pointer file (https://git-lfs.github.com/spec/v1); -EINVAL: it is none. */
int lfs_read_pointer(const char *bytes, size_t length, struct lfs_pointer *pointer);

/*
 * The LFS server for downloads that .lfsconfig names, as written: lfs.url, else the URL of the
 * remote that LFS goes by. `*url` NULL: none. 0 or -ENOMEM.
 */
int lfs_read_config(const char *bytes, size_t length, char **url);

/* http or https; else it is ssh, git, relative, a path, or user@host:path. */
bool git_url_is_http(const char *url);
/* Does it begin with ./ or ../, so that it counts from the clone URL? */
bool git_url_is_relative(const char *url);
/* Adds where a relative URL leads from the clone URL `base`, by git's own reckoning. */
void git_url_relative(const char *base, const char *url, struct text *out);
/* Does it hold a password, by which git would go? */
bool git_url_has_password(const char *url);
/* Adds `url` without user information. */
void git_url_clean(const char *url, struct text *out);
/* Percent-encodes everything but the unreserved characters of RFC 3986, '/' included. */
void url_encode(const char *string, struct text *out);

#endif
