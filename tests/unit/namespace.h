/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network namespace of the test's own, and `ip` in it. A user namespace around it makes that free
 * for everybody; where even that is refused, tests that need the kernel's answers are skipped.
 */
#ifndef TESTS_UNIT_NAMESPACE_H
#define TESTS_UNIT_NAMESPACE_H

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Words of one `ip` command, separated by single spaces. */
static inline bool namespace_ip(const char *words)
{
	char copy[256];
	char *rest = copy;
	char *arguments[32] = { (char *)"ip" };
	size_t count = 1;
	pid_t child;
	int status;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	while (rest && count < 31)
		arguments[count++] = strsep(&rest, " ");
	child = fork();
	if (!child) {
		int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

		(void)dup2(quiet, STDERR_FILENO);
		(void)execvp("ip", arguments);
		_exit(127);
	}
	return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
	       WEXITSTATUS(status) == 0;
}

static inline bool namespace_write(const char *path, const char *text)
{
	int descriptor = open(path, O_WRONLY | O_CLOEXEC);
	bool written;

	if (descriptor < 0)
		return false;
	written = write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
	(void)close(descriptor);
	return written;
}

/* Once a process. False: namespaces are refused here, which is said. */
static inline bool namespace_enter(void)
{
	unsigned int uid = getuid();
	char map[64];
	bool entered;

	(void)snprintf(map, sizeof(map), "0 %u 1", uid);
	entered = !unshare(CLONE_NEWUSER | CLONE_NEWNET) &&
		  namespace_write("/proc/self/uid_map", map);
	if (!entered)
		printf("# namespaces are refused here: what needs the kernel is skipped\n");
	return entered;
}

/* Afterwards: another one, empty. */
static inline bool namespace_renew(void)
{
	return !unshare(CLONE_NEWNET) && namespace_ip("link set lo up");
}

#endif
