/* SPDX-License-Identifier: Apache-2.0 */
/* Documents come into a process whole, or it is told that they did not. */
#include "probes/probe.h"

#include <errno.h>
#include <unistd.h>

int probe_read(int fd, struct text *document)
{
	char chunk[4096];
	ssize_t got = 1;
	bool failed = false;

	while (got && !text_error(document)) {
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && failed)
			return -errno;
		failed = got < 0;
		if (got > 0)
			text_add_bytes(document, chunk, (size_t)got);
	}
	return text_error(document);
}
