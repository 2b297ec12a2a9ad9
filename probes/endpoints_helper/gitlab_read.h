/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What GitLab's JSON says, put into the facts. Pure: bytes in, facts out. Replies are checked
 * strictly (json_parse); -EINVAL says that one is no such answer and leaves the facts alone.
 */
#ifndef PROBES_ENDPOINTS_HELPER_GITLAB_READ_H
#define PROBES_ENDPOINTS_HELPER_GITLAB_READ_H

#include "rules/facts_endpoints.h"
#include "rules/text.h"

#include <stdbool.h>
#include <stddef.h>

/* Of one listing of the tree, in order; both lists bounded. */
#define GITLAB_TREE_MAX 400
struct gitlab_tree {
	struct strings files; /* paths of blobs */
	struct strings links; /* paths of submodules */
	size_t entries;       /* of any kind, in the page read last */
};

/* Each 0, -EINVAL or -ENOMEM. */
int gitlab_read_version(const char *body, size_t length, struct gitlab_fact *fact);
/* {"message": ...} or {"error": ..., "error_description": ...}, in the place of what was there. */
int gitlab_read_refusal(const char *body, size_t length, char **message);
int gitlab_read_token(const char *body, size_t length, struct gitlab_fact *fact);
/* The owner's list, where a token cannot be asked for itself (before 15.5). */
#define GITLAB_TOKENS_MAX 100
int gitlab_read_tokens(const char *body, size_t length, struct gitlab_fact *fact);
int gitlab_read_user(const char *body, size_t length, struct gitlab_fact *fact);
/* `*clone` is http_url_to_repo as it came, the caller's; NULL where there is none. */
int gitlab_read_project(const char *body, size_t length, struct gitlab_fact *fact, char **clone);
/* The list of the project's webhooks: how many, and the hosts of those that are not called. */
int gitlab_read_hooks(const char *body, size_t length, struct gitlab_fact *fact);
/* Size of the LFS objects of the project in bytes, where its statistics are told; else unknown. */
int gitlab_read_lfs_size(const char *body, size_t length, struct maybe *any);
int gitlab_read_tree(const char *body, size_t length, struct gitlab_tree *tree);
/* The links of the download actions as they came, and the words of an object's error. */
int gitlab_read_batch(const char *body, size_t length, struct strings *links, char **error);

#endif
