/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing, with every failure seen: the answer, complaints, files that appear whole.
 */
#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define COMPLAINT_MAX 1024
#define NAME_TRIES 16

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

int complain(int status, const char *format, ...)
{
	char line[COMPLAINT_MAX] = "reachback: ";
	size_t start = strlen(line), i;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + start, sizeof(line) - start - 1, format, arguments);
	va_end(arguments);
	for (i = start; line[i] != '\0'; i++) {
		unsigned char byte = (unsigned char)line[i];

		if (byte < 0x20 || byte == 0x7f)
			line[i] = '?';
	}
	line[i++] = '\n';
	/* Nobody is left to tell when stderr fails as well: the status still says it. */
	(void)!write_all(STDERR_FILENO, line, i);
	return status;
}

int complain_fault(int status, int code, const struct fault *fault)
{
	if (code == -ENOMEM)
		status = EXIT_OWN;
	return complain(status, "%s", fault_text(fault, code));
}

int output_answer(const struct text *answer)
{
	int code = text_error(answer);

	if (code)
		return complain(EXIT_OWN, "cannot form the answer: %s", strerror(-code));
	code = write_all(STDOUT_FILENO, text_string(answer), answer->length);
	if (code)
		return complain(EXIT_WRITE, "cannot write the answer: %s", strerror(-code));
	return 0;
}

/* Opens a new file beside `path`; its name goes to `name` (PATH_MAX bytes). */
static int open_beside(const char *path, char *name)
{
	struct timespec now;
	unsigned int try;

	clock_gettime(CLOCK_MONOTONIC, &now);
	for (try = 0; try < NAME_TRIES; try++) {
		int length, fd;

		length = snprintf(name, PATH_MAX, "%s.%ld.%lx.tmp", path, (long)getpid(),
				  (unsigned long)now.tv_nsec + try);
		if (length < 0 || length >= PATH_MAX)
			return -ENAMETOOLONG;
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static int replace_file(const char *path, const struct text *content)
{
	char name[PATH_MAX];
	int fd, code;

	fd = open_beside(path, name);
	if (fd < 0)
		return fd;
	code = write_all(fd, text_string(content), content->length);
	if (!code && fsync(fd) && errno != EINVAL)
		code = -errno;
	if (close(fd) && !code)
		code = -errno;
	if (!code && rename(name, path))
		code = -errno;
	if (code)
		unlink(name);
	return code;
}

static int write_in_place(const char *path, const struct text *content)
{
	int fd, code;

	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;
	code = write_all(fd, text_string(content), content->length);
	if (close(fd) && !code)
		code = -errno;
	return code;
}

int output_file(const char *path, const struct text *content, struct fault *fault)
{
	char *real = NULL;
	sigset_t ends, before;
	struct stat status;
	int code = text_error(content);

	if (code)
		return fault_set(fault, code, "cannot form \"%s\": %s", path, strerror(-code));
	/* A signal that ends the program must not leave the temporary behind: it waits. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &before);
	if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
		code = write_in_place(path, content);
	} else {
		/* Through a symbolic link, not over it; what is not there has no real name. */
		real = realpath(path, NULL);
		code = replace_file(real ? real : path, content);
	}
	free(real);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (code)
		return fault_set(fault, code, "cannot write \"%s\": %s", path, strerror(-code));
	return 0;
}

void output_guard_descriptors(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		/* Opened the wrong way round on purpose: the lowest free number is `fd`. */
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return;
	}
}
