/* SPDX-License-Identifier: Apache-2.0 */
/* Writes bytes into a file in memory (memfd_create(2)). */
#include "cmd/memory_file.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t wrote = write(fd, bytes, length);

		if (wrote < 0 && errno != EINTR)
			return -errno;
		if (wrote > 0) {
			bytes += wrote;
			length -= (size_t)wrote;
		}
	}
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

int memory_file(const char *name, const char *bytes, size_t length)
{
	int fd = memfd_create(name, MFD_CLOEXEC), code;

	if (fd < 0)
		return -errno;
	code = write_all(fd, bytes, length);
	if (code) {
		(void)close(fd);
		return code;
	}
	return fd;
}
