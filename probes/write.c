/* SPDX-License-Identifier: Apache-2.0 */
/* Documents leave a process whole or not at all. */
#include "probes/probe.h"

#include <errno.h>
#include <unistd.h>

int probe_write(int fd, const struct text *document)
{
	const char *bytes = text_string(document);
	size_t left = document->length;
	bool failed = false;

	if (text_error(document))
		return text_error(document);
	while (left) {
		ssize_t wrote = write(fd, bytes, left);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0 && failed)
			return -errno;
		failed = wrote < 0;
		if (failed)
			continue;
		bytes += wrote;
		left -= (size_t)wrote;
	}
	return 0;
}
