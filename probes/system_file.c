/* SPDX-License-Identifier: Apache-2.0 */
/* Small reads of the system that several probes share; it knows nothing of what they mean. */
#include "probes/system_file.h"

#include "rules/text.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

bool system_absent(int code)
{
	return code == -ENOENT || code == -ENOTDIR || code == -ESRCH || code == -ENODEV;
}

bool system_denied(int code)
{
	return code == -EPERM || code == -EACCES;
}

int system_open(int directory, const char *path, int flags)
{
	int file = openat(directory, path, flags | O_CLOEXEC);

	if (file < 0 && !system_absent(-errno))
		file = openat(directory, path, flags | O_CLOEXEC);
	return file < 0 ? -errno : file;
}

int system_stat(const char *path, struct stat *status)
{
	if (!stat(path, status) || (!system_absent(-errno) && !stat(path, status)))
		return 0;
	return -errno;
}

int system_list(const char *path, DIR **list)
{
	*list = opendir(path);
	if (!*list && !system_absent(-errno))
		*list = opendir(path);
	return *list ? 0 : -errno;
}

int system_exists(const char *path)
{
	if (!access(path, F_OK) || (!system_absent(-errno) && !access(path, F_OK)))
		return 1;
	return system_absent(-errno) ? 0 : -errno;
}

int system_link_exists(const char *name)
{
	if (if_nametoindex(name) || (!system_absent(-errno) && if_nametoindex(name)))
		return 1;
	return system_absent(-errno) ? 0 : -errno;
}

/* Reads to the end or to `size`: the length, or a negative errno. */
static int read_whole(int file, char *buffer, size_t size)
{
	size_t length = 0;
	bool failed = false;
	ssize_t got = 1;

	while (got && length < size) {
		got = read(file, buffer + length, size - length);
		if (got > 0)
			length += (size_t)got;
		else if (got < 0 && errno != EINTR && (failed || system_absent(-errno)))
			return -errno;
		failed = failed || (got < 0 && errno != EINTR);
	}
	return (int)length;
}

int system_file_read_at(int directory, const char *path, char *buffer, size_t size)
{
	int file = system_open(directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	int length;

	if (file < 0)
		return file;
	length = read_whole(file, buffer, size);
	(void)close(file);
	if (length >= 0 && (size_t)length >= size)
		length = -EFBIG;
	if (length >= 0)
		buffer[length] = '\0';
	return length;
}

int system_file_read(const char *path, char *buffer, size_t size)
{
	return system_file_read_at(AT_FDCWD, path, buffer, size);
}

int system_link_socket(void)
{
	/* any family answers questions about interfaces; this one no sandbox refuses */
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return descriptor < 0 ? -errno : descriptor;
}

/* As the ioctl: 0 or a negative errno, asked twice like everything here. */
static int ask_link(int socket, unsigned long what, struct ifreq *request)
{
	if (!ioctl(socket, what, request) ||
	    (!system_absent(-errno) && !ioctl(socket, what, request)))
		return 0;
	return -errno;
}

int system_link_name(int socket, uint32_t index, char **name)
{
	struct ifreq request;
	char digits[16];
	int code = -ENODEV;

	memset(&request, 0, sizeof(request));
	request.ifr_ifindex = (int)index;
	if (socket >= 0)
		code = ask_link(socket, SIOCGIFNAME, &request);
	if (!code) {
		*name = text_clean(request.ifr_name,
				   strnlen(request.ifr_name, sizeof(request.ifr_name)));
	} else if (system_absent(code)) {
		(void)snprintf(digits, sizeof(digits), "if%u", index);
		*name = text_copy(digits);
	} else {
		return code; /* a made-up name would be a wrong fact */
	}
	return *name ? 0 : -ENOMEM;
}

int system_link_holds(int socket, uint32_t index, const void *address, size_t length, bool *holds)
{
	struct ifreq request;
	int code = -ENODEV;

	memset(&request, 0, sizeof(request));
	request.ifr_ifindex = (int)index;
	*holds = false;
	if (socket >= 0)
		code = ask_link(socket, SIOCGIFNAME, &request);
	if (!code)
		code = ask_link(socket, SIOCGIFHWADDR, &request);
	if (code)
		return system_absent(code) ? 0 : code;
	*holds = length <= sizeof(request.ifr_hwaddr.sa_data) &&
		 !memcmp(request.ifr_hwaddr.sa_data, address, length);
	return 0;
}
