/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Executes a helper program with an empty environment and one argument, and reads its answer until
 * it ends or its time is over.
 */
#include "probes/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARGIN_MS 300u

uint32_t helper_budget_ms(const struct probe_context *context)
{
	uint64_t now = probe_now_ms();
	uint64_t left = context->deadline_ms > now ? context->deadline_ms - now : 0;

	return left > MARGIN_MS ? (uint32_t)(left - MARGIN_MS) : 0;
}

/* Reads what the helper writes until it ends or the deadline strikes. */
static int helper_read(int fd, uint64_t deadline_ms, struct text *answer)
{
	char buffer[8192];
	ssize_t got;

	for (;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		uint64_t now = probe_now_ms();
		int left = now >= deadline_ms ? 0 : (int)(deadline_ms - now);
		int found = poll(&ready, 1, left);

		if (found < 0 && errno != EINTR)
			return -errno;
		if (found == 0)
			return -ETIMEDOUT;
		if (found < 0)
			continue;
		got = read(fd, buffer, sizeof(buffer));
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			return text_error(answer);
		if (got > 0)
			text_add_bytes(answer, buffer, (size_t)got);
	}
}

/* A file in memory with the helper's input, at its beginning; -1: there is none. */
static int helper_input(const struct text *request)
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	return fd >= 0 && !probe_write(fd, request) && lseek(fd, 0, SEEK_SET) == 0 ? fd : -1;
}

/* `parent` is who forked; its death ends the helper, however it comes. */
static _Noreturn void helper_exec(const struct probe_context *context,
				  const struct helper_call *call, const struct text *request,
				  int fd, pid_t parent)
{
	char path[4096], name[256], argument[4096];
	char *arguments[] = { name, argument, NULL };
	int input = call->record ? helper_input(request) : -1;
	char *environment[] = { NULL };

	/* fork(2) has taken it back; where it fails here the helper asks again (helper_begin()) */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(HELPER_MISSING);
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", context->helper_dir, call->name) <
	    sizeof(path) &&
	    (size_t)snprintf(name, sizeof(name), "%s", call->name) < sizeof(name) &&
	    (size_t)snprintf(argument, sizeof(argument), "%s", call->argument) < sizeof(argument) &&
	    (!call->record || (input >= 0 && dup2(input, STDIN_FILENO) >= 0)) &&
	    (dup2(fd, STDOUT_FILENO) >= 0 || dup2(fd, STDOUT_FILENO) >= 0))
		execve(path, arguments, environment);
	_exit(HELPER_MISSING);
}

/* Waits for its end, which it is sent to when it gave no answer. */
static int helper_end(pid_t child, int error, struct helper_call *call, struct fault *fault)
{
	int status = 0;
	pid_t ended;

	if (error)
		kill(child, SIGKILL);
	do {
		ended = waitpid(child, &status, 0);
	} while (ended < 0 && errno == EINTR);
	if (error)
		return fault_set(fault, error, "%s gave no answer: %s", call->name,
				 strerror(-error));
	call->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (ended < 0 || call->status)
		return fault_set(fault, -EIO, "%s ended with status %d", call->name, call->status);
	return 0;
}

static int helper_start(const struct probe_context *context, struct helper_call *call,
			const struct text *request, struct text *answer, struct fault *fault)
{
	const pid_t self = getpid();
	int ends[2], error;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fault_set(fault, -errno, "cannot make a pipe: %s", strerror(errno));
	child = fork();
	if (child == 0)
		helper_exec(context, call, request, ends[1], self);
	error = child < 0 ? -errno : 0;
	/* an end that stays open would keep the answer from ending */
	if (close(ends[1]))
		close(ends[1]);
	if (error == 0)
		error = helper_read(ends[0], call->deadline_ms, answer);
	close(ends[0]);
	if (child < 0)
		return fault_set(fault, error, "cannot start %s: %s", call->name, strerror(-error));
	return helper_end(child, error, call, fault);
}

int helper_run(const struct probe_context *context, struct helper_call *call, struct text *answer,
	       struct fault *fault)
{
	struct text request;
	int error;

	call->status = 0;
	text_init(&request, HELPER_REQUEST_MAX);
	if (call->record)
		record_write(call->record, call->request, &request, -1);
	error = text_error(&request);
	if (!error)
		error = helper_start(context, call, &request, answer, fault);
	text_release(&request);
	return error;
}
