/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into `create`: ends it by SIGKILL before or after a chosen one of the calls that decide
 * whether there will be a second link. In the program those are the calls on files of the journal's
 * folder; in the helper, which gets this library by the program's execve(2), those of the request
 * that makes the link, told by its action, of the answer to it, and of the answer to the program.
 *
 *   STOP_LIBRARY  path of this library
 *   STOP_FOLDER   the journal's folder
 *   STOP_ACTION   the action
 *   STOP_LIST     file that gets a line a point: "PROGRAM CALL NUMBER"
 *   STOP_AT       where to stop: "PROGRAM CALL NUMBER before|after"
 *   STOP_WHO      whom the helper ends: "self", "parent", "both"
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILES_MAX 1024
#define WORD_MAX 64
#define VALUE_MAX 512
#define CLOUD_HELPER "reachback-probe-cloud"

enum { LIBRARY, FOLDER, ACTION, LIST, AT, WHO, NAMES };
static const char *const names[NAMES] = { "STOP_LIBRARY", "STOP_FOLDER", "STOP_ACTION",
					  "STOP_LIST",	  "STOP_AT",	 "STOP_WHO" };

enum { OPEN, WRITE, FSYNC, CLOSE, RENAME, FLOCK, SEND, RECV, CALLS };
static const char *const calls[CALLS] = { "open",   "write", "fsync", "close",
					  "rename", "flock", "send",  "recv" };

static struct {
	pid_t pid; /* what is forked and not executed is not counted */
	bool helper, sent, answered;
	bool journal[FILES_MAX]; /* descriptors of files in the folder */
	unsigned int count[CALLS];
	char environment[NAMES + 1][VALUE_MAX];
} state;

static const char *value(int name)
{
	return strchr(state.environment[name], '=') + 1;
}

/* Its own words only: the program empties its environment of secrets. */
__attribute__((constructor)) static void begin(void)
{
	int i;

	state.helper = strstr(program_invocation_short_name, "probe") != NULL;
	for (i = 0; i < NAMES; i++)
		(void)snprintf(state.environment[i], VALUE_MAX, "%s=%s", names[i],
			       getenv(names[i]) ? getenv(names[i]) : "");
	(void)snprintf(state.environment[NAMES], VALUE_MAX, "LD_PRELOAD=%s", value(LIBRARY));
	state.pid = getpid();
}

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void die(void)
{
	if (state.helper && strcmp(value(WHO), "self") != 0)
		(void)kill(getppid(), SIGKILL);
	if (!state.helper || strcmp(value(WHO), "parent") != 0)
		(void)kill(getpid(), SIGKILL);
}

static void reach(int call, unsigned int number, const char *when)
{
	char point[WORD_MAX];

	(void)snprintf(point, sizeof(point), "%s %s %u %s", state.helper ? "helper" : "program",
		       calls[call], number, when);
	if (strcmp(point, value(AT)) == 0)
		die();
}

static void list(int call)
{
	ssize_t (*write_to)(int, const void *, size_t) = next("write");
	int (*open_at)(const char *, int, ...) = next("open");
	char line[WORD_MAX];
	int fd = open_at(value(LIST), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int length = snprintf(line, sizeof(line), "%s %s %u\n", state.helper ? "helper" : "program",
			      calls[call], state.count[call]);

	if (fd < 0 || write_to(fd, line, (size_t)length) != length)
		_exit(99);
	((int (*)(int))next("close"))(fd);
}

/* The call's number; 0 for one that does not count. */
static unsigned int enter(int call, bool counts)
{
	if (!counts || !state.pid || getpid() != state.pid)
		return 0;
	state.count[call]++;
	if (value(LIST)[0])
		list(call);
	reach(call, state.count[call], "before");
	return state.count[call];
}

static void leave(int call, unsigned int number)
{
	int error = errno;

	if (number)
		reach(call, number, "after");
	errno = error;
}

static bool is_journal(int fd)
{
	return fd >= 0 && fd < FILES_MAX && state.journal[fd];
}

static bool is_inside(const char *path)
{
	return !state.helper && value(FOLDER)[0] &&
	       strncmp(path, value(FOLDER), strlen(value(FOLDER))) == 0;
}

static int open_by(const char *name, const char *path, int flags, mode_t mode)
{
	int (*real)(const char *, int, ...) = next(name);
	bool inside = state.pid && is_inside(path);
	unsigned int number = enter(OPEN, inside);
	int fd = real(path, flags, mode);

	if (inside && fd >= 0 && fd < FILES_MAX)
		state.journal[fd] = true;
	leave(OPEN, number);
	return fd;
}

#define OPEN_AS(name)                                                                              \
	int name(const char *path, int flags, ...)                                                 \
	{                                                                                          \
		va_list arguments;                                                                 \
		mode_t mode;                                                                       \
		va_start(arguments, flags);                                                        \
		mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;                            \
		va_end(arguments);                                                                 \
		return open_by(#name, path, flags, mode);                                          \
	}
OPEN_AS(open)
OPEN_AS(open64)

ssize_t write(int fd, const void *bytes, size_t length)
{
	ssize_t (*real)(int, const void *, size_t) = next("write");
	unsigned int number = enter(WRITE, state.helper ? state.sent && fd == STDOUT_FILENO :
							  is_journal(fd));
	ssize_t result = real(fd, bytes, length);

	leave(WRITE, number);
	return result;
}

int fsync(int fd)
{
	int (*real)(int) = next("fsync");
	unsigned int number = enter(FSYNC, is_journal(fd));
	int result = real(fd);

	leave(FSYNC, number);
	return result;
}

int close(int fd)
{
	int (*real)(int) = next("close");
	bool counts = is_journal(fd);
	unsigned int number = enter(CLOSE, counts);
	int result = real(fd);

	if (counts && getpid() == state.pid)
		state.journal[fd] = false;
	leave(CLOSE, number);
	return result;
}

int rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *) = next("rename");
	unsigned int number = enter(RENAME, is_inside(to));
	int result = real(from, to);

	leave(RENAME, number);
	return result;
}

int flock(int fd, int operation)
{
	int (*real)(int, int) = next("flock");
	unsigned int number = enter(FLOCK, is_journal(fd));
	int result = real(fd, operation);

	leave(FLOCK, number);
	return result;
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
	ssize_t (*real)(int, const void *, size_t, int) = next("send");
	bool counts = state.helper && value(ACTION)[0] &&
		      memmem(bytes, length, value(ACTION), strlen(value(ACTION)));
	unsigned int number = enter(SEND, counts);
	ssize_t result = real(fd, bytes, length, flags);

	state.sent = state.sent || counts;
	leave(SEND, number);
	return result;
}

/* It may be tried in vain first: the first try, and the first that brings something. */
ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
	ssize_t (*real)(int, void *, size_t, int) = next("recv");
	ssize_t result;

	(void)enter(RECV, state.sent && !state.count[RECV]);
	result = real(fd, bytes, length, flags);
	if (state.sent && result > 0 && !state.answered) {
		state.answered = true;
		leave(RECV, state.count[RECV]);
	}
	return result;
}

/* The helper gets this library, and nothing else of the environment, as without it. */
int execve(const char *path, char *const arguments[], char *const environment[])
{
	int (*real)(const char *, char *const[], char *const[]) = next("execve");
	const char *name = strrchr(path, '/');
	char *own[NAMES + 2] = { NULL };
	int i;

	for (i = 0; i <= NAMES; i++)
		own[i] = state.environment[i];
	return real(path, arguments, name && !strcmp(name + 1, CLOUD_HELPER) ? own : environment);
}
