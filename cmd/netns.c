/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entering a network namespace as ip-netns(8) names them.
 */
#include "cmd/netns.h"

#include "cmd/nearest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NETNS_DIRECTORY "/run/netns"

static int unknown_name(const char *name, struct fault *fault)
{
	DIR *directory = opendir(NETNS_DIRECTORY);
	struct nearest nearest;
	struct dirent *entry;
	char best[NAME_MAX + 1] = "";

	nearest_init(&nearest, name);
	while (directory && (entry = readdir(directory)) != NULL) {
		nearest.best = NULL;
		if (entry->d_name[0] != '.')
			nearest_offer(&nearest, entry->d_name);
		if (nearest.best)
			snprintf(best, sizeof(best), "%s", nearest.best);
	}
	if (directory)
		closedir(directory);
	if (best[0] != '\0')
		return fault_set(fault, -ENOENT,
				 "unknown network namespace \"%s\", did you mean \"%s\"?", name,
				 best);
	return fault_set(fault, -ENOENT,
			 "unknown network namespace \"%s\" (see \"ip netns\"; a path holds a "
			 "slash)", name);
}

int netns_enter(const char *name, struct fault *fault)
{
	bool is_path = strchr(name, '/') != NULL;
	char path[PATH_MAX];
	int fd, length, code = 0;

	length = snprintf(path, sizeof(path), "%s%s%s", is_path ? "" : NETNS_DIRECTORY,
			  is_path ? "" : "/", name);
	if (length < 0 || (size_t)length >= sizeof(path) || name[0] == '\0' ||
	    strcmp(path, NETNS_DIRECTORY "/.") == 0 ||
	    strcmp(path, NETNS_DIRECTORY "/..") == 0)
		return unknown_name(name, fault);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		code = -errno;
		if (code == -ENOENT && !is_path)
			return unknown_name(name, fault);
		return fault_set(fault, code, "cannot open network namespace \"%s\": %s", name,
				 strerror(-code));
	}
	if (setns(fd, CLONE_NEWNET))
		code = -errno;
	close(fd);
	if (code == -EINVAL)
		return fault_set(fault, code, "\"%s\" is no network namespace", name);
	if (code)
		return fault_set(fault, code, "cannot enter network namespace \"%s\": %s", name,
				 strerror(-code));
	return 0;
}
