/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the token from --token-fd, gitlab.token_file or the environment into a file in memory, so
 * that the process which sends it can read it again, and nothing else of this program holds it.
 */
#include "cmd/token.h"

#include "cmd/endpoints.h"
#include "cmd/memory_file.h"
#include "rules/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOKEN_FILE_MAX 4096

static int keep(const char *bytes, size_t length, int *fd)
{
	*fd = memory_file("token", bytes, length);
	return *fd < 0 ? *fd : 0;
}

static int copy(int from, int *fd)
{
	char bytes[TOKEN_FILE_MAX];
	size_t length = 0;
	ssize_t got = 1;
	int code = 0;

	while (!code && got && length < sizeof(bytes)) {
		got = read(from, bytes + length, sizeof(bytes) - length);
		if (got < 0 && errno != EINTR)
			code = -errno;
		length += got > 0 ? (size_t)got : 0;
	}
	if (!code && length == sizeof(bytes))
		code = -EFBIG;
	if (!code)
		code = keep(bytes, length, fd);
	explicit_bzero(bytes, sizeof(bytes));
	return code;
}

static int open_descriptor(const char *value, int *fd, struct fault *fault)
{
	uint64_t number;
	int code;

	if (text_whole_number(value, INT_MAX, &number))
		return fault_set(fault, -EINVAL, "--token-fd: \"%s\" is no descriptor number",
				 value);
	code = copy((int)number, fd);
	return code ? fault_set(fault, code, "--token-fd: cannot read descriptor %s: %s", value,
				strerror(-code))
		    : 0;
}

/* A path in the plan is relative to the plan; one of the command line to where we are. */
static int open_file(const struct settings *settings, const char *file, int *fd,
		     struct fault *fault)
{
	const char *slash = settings->plan_file ? strrchr(settings->plan_file, '/') : NULL;
	bool beside = slash && file[0] != '/' && !settings_have(settings, "gitlab-token-file");
	char path[PATH_MAX];
	int from, code;

	if ((size_t)snprintf(path, sizeof(path), "%.*s%s",
			     beside ? (int)(slash + 1 - settings->plan_file) : 0,
			     beside ? settings->plan_file : "", file) >= sizeof(path))
		return fault_set(fault, -ENAMETOOLONG, "gitlab.token_file: the path is too long");
	from = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	code = from < 0 ? -errno : copy(from, fd);
	if (from >= 0)
		(void)close(from);
	return code ? fault_set(fault, code, "gitlab.token_file: cannot read \"%s\": %s", path,
				strerror(-code))
		    : 0;
}

int token_open(const struct settings *settings, const struct plan *plan, int *fd,
	       struct fault *fault)
{
	const char *variable = getenv(TOKEN_VARIABLE);
	int code = 0;

	*fd = -1;
	if (settings->token_fd)
		code = open_descriptor(settings->token_fd, fd, fault);
	else if (plan->gitlab.token_file)
		code = open_file(settings, plan->gitlab.token_file, fd, fault);
	else if (variable && *variable)
		code = keep(variable, strlen(variable), fd);
	return code;
}

void token_forget(void)
{
	char *variable = getenv(TOKEN_VARIABLE);

	if (!variable)
		return;
	explicit_bzero(variable, strlen(variable));
	(void)unsetenv(TOKEN_VARIABLE);
}
