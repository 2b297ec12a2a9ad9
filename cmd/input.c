/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that the user names: opened close-on-exec, read whole, never beyond a limit.
 */
#include "cmd/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 65536

int input_read_all(int fd, struct text *out)
{
	char chunk[CHUNK];

	for (;;) {
		ssize_t length = read(fd, chunk, sizeof(chunk));

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		if (length == 0)
			return 0;
		text_add_bytes(out, chunk, (size_t)length);
		if (text_error(out))
			return text_error(out);
	}
}

int input_read(const char *path, struct text *out, struct fault *fault)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = STDIN_FILENO, code;

	if (!is_stdin) {
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (fd < 0) {
			code = -errno;
			return fault_set(fault, code, "cannot open \"%s\": %s", path,
					 strerror(-code));
		}
	}
	code = input_read_all(fd, out);
	if (!is_stdin)
		close(fd);
	if (code == -EFBIG)
		return fault_set(fault, code, "cannot read \"%s\": more than %zu bytes", path,
				 out->limit);
	if (code)
		return fault_set(fault, code, "cannot read \"%s\": %s", path, strerror(-code));
	return 0;
}
