/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration files that will one day put an address, a network or a pool on this host.
 *
 * A source is a row: who owns the file, where it lies, who reads it. Readers see bytes of bounded
 * length, name what they find with config_add(), and never keep anything else of a file: WireGuard
 * and VPN files hold keys.
 *
 * YAML and XML are parsed by the helper program reachback-probe-config alone (rows with `helper`),
 * so that the program itself needs neither library.
 */
#ifndef PROBES_CONFIG_SOURCE_H
#define PROBES_CONFIG_SOURCE_H

#include "rules/facts.h"

#include <stdbool.h>
#include <stddef.h>

/* Larger files are not configuration; they are named in the section's note. */
#define CONFIG_FILE_MAX ((size_t)4 * 1024 * 1024)
#define CONFIG_FILES_MAX 512 /* of one folder */

/* Where a reader puts what it found; an error is latched. */
struct config_sink {
	struct configs_facts *facts;
	const char *owner;
	const char *path; /* as the user knows it, without a test's root */
	int error;
};

/*
 * Notes a prefix when it overlaps 100.104.0.0/16; anything else (IPv6, no prefix at all) is passed
 * over. `pool_size`: length of the networks cut from it, 0 when it is no pool.
 */
void config_add(struct config_sink *sink, const char *key, const char *prefix, uint32_t pool_size);

/* 0, -ENOMEM, or -EINVAL when the bytes are not what the file should hold; a NUL ends them. */
typedef int (*config_reader)(const char *bytes, size_t length, struct config_sink *sink);

struct config_source {
	const char *owner;
	const char *path;     /* a file, or a folder when `suffix` is set */
	const char *suffix;   /* files of the folder that end so ("route-*": begin so, "*": all that
				 are not hidden); NULL: `path` is a file */
	bool helper;          /* read by the helper program */
	config_reader reader; /* NULL in rows that the other program reads */
};

/* Rows of the program itself, ended by an owner of NULL. */
extern const struct config_source config_sources[];

/*
 * Reads every row below `root` into `facts`: lists in `read` and `denied` what was there. Files
 * that do not parse are named in the section's note. -ENOMEM, or what a folder answered.
 */
int config_read_all(const struct config_source *sources, const char *root,
		    struct configs_facts *facts);
/* Whether any file of these rows exists (or hides in a folder that may not be read). */
bool config_any(const struct config_source *sources, const char *root);

/* Readers, one a format. */
int config_read_docker_daemon(const char *bytes, size_t length, struct config_sink *sink);
int config_read_docker_networks(const char *bytes, size_t length, struct config_sink *sink);
int config_read_json_networks(const char *bytes, size_t length, struct config_sink *sink);
int config_read_containers_conf(const char *bytes, size_t length, struct config_sink *sink);
int config_read_allowed_ips(const char *bytes, size_t length, struct config_sink *sink);
int config_read_cluster_cidr(const char *bytes, size_t length, struct config_sink *sink);
int config_read_routes(const char *bytes, size_t length, struct config_sink *sink);

#endif
