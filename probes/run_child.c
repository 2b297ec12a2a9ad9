/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The child's side of a run: leave everything behind that the probe does not need, look, write one
 * section down the pipe, end.
 *
 * It always answers in JSON, failures included; only a crash or the parent's kill leaves less.
 */
#include "probes/run.h"

#include "probes/rtnl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* the parent knows when the run started; an answer only has to be a whole document */
#define ANSWER_STARTED "1970-01-01T00:00:00Z"
#define DESCRIPTORS_MAX 256
#define ASIDE_FD 16 /* above every number that a child uses */
#define CONNECTIONS_MAX 4096 /* of a probe that speaks to the network */
#define LOOKS_MAX 3
#define MEMORY_MAX ((rlim_t)4 * 1024 * 1024 * 1024)

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || \
	__has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

uint64_t probe_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	memset(data, 0, sizeof(data));
	/* the second try answers for a call that failed for no reason of its own */
	if (syscall(SYS_capget, &header, data) && syscall(SYS_capget, &header, data))
		return 0;
	return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static int drop_capabilities(unsigned int keeps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	unsigned long capability;

	/* EPERM: without CAP_SETPCAP the bounding set stays; there is nothing to gain by it then */
	for (capability = 0; capability < 64; capability++) {
		if (capability < 32 && keeps & 1u << capability)
			continue;
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) && errno != EPERM)
			break;
	}
	/* EINVAL: a kernel without ambient capabilities has none to clear */
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) && errno != EINVAL)
		return -errno;
	memset(data, 0, sizeof(data));
	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].permitted &= keeps;
	data[0].effective = data[0].permitted;
	data[0].inheritable = 0;
	memset(&data[1], 0, sizeof(data[1]));
	if (syscall(SYS_capset, &header, data))
		return -errno;
	return 0;
}

/* Lowers a limit; one that is lower already stays. */
static int lower_limit(int resource, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit))
		return -errno;
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > most)
		limit.rlim_cur = most;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > most)
		limit.rlim_max = most;
	if (setrlimit((__rlimit_resource_t)resource, &limit))
		return -errno;
	return 0;
}

static int lower_limits(uint64_t deadline_ms, rlim_t descriptors)
{
	uint64_t now = probe_now_ms();
	uint64_t left = deadline_ms > now ? deadline_ms - now : 0;
	int code = lower_limit(RLIMIT_CORE, 0);

	if (!code)
		code = lower_limit(RLIMIT_CPU, (rlim_t)(left / 1000 + 2));
	if (!code)
		code = lower_limit(RLIMIT_NOFILE, descriptors);
	/* sanitizers reserve terabytes of address space for their shadow */
	if (!code && !SANITIZED)
		code = lower_limit(RLIMIT_AS, MEMORY_MAX);
	return code;
}

int probe_confine(const struct probe *probe, uint64_t deadline_ms, pid_t parent,
		  struct fault *fault)
{
	bool network = probe->needs & (PROBE_NEEDS_NETWORK | PROBE_NEEDS_CLOUD);
	char name[16];
	int code = 0;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		code = -errno;
	if (!code)
		code = lower_limits(deadline_ms, network ? CONNECTIONS_MAX : DESCRIPTORS_MAX);
	if (!code)
		code = drop_capabilities(probe->keeps);
	/* the parent may have died before its death could be signalled */
	if (!code && parent > 0 && getppid() != parent)
		code = -ESRCH;
	if (code) /* -EIO: refused confinement is no refused look */
		return fault_set(fault, -EIO, "cannot confine the probe: %s",
				 errno_name(code, name));
	return 0;
}

static void close_from(int first)
{
	long descriptor;
	long most;

#ifdef SYS_close_range
	if (!syscall(SYS_close_range, (unsigned int)first, ~0u, 0))
		return;
#endif
	most = sysconf(_SC_OPEN_MAX);
	if (most < 0 || most > 65536)
		most = 65536;
	for (descriptor = first; descriptor < most; descriptor++)
		(void)close((int)descriptor);
}

/* What is refused once for no reason of its own is not refused twice. */
static int duplicate(int from, int to)
{
	return dup2(from, to) < 0 && dup2(from, to) < 0 ? -errno : 0;
}

/* Behind every number that a child gives away, so that none is overwritten; -1: there is none. */
static int set_aside(const struct maybe *descriptor)
{
	return descriptor->known ? fcntl((int)descriptor->value, F_DUPFD_CLOEXEC, ASIDE_FD) : -1;
}

/* The answer's pipe, and files of the user for the one probe that reads them; nothing else. */
static void keep_descriptors(int pipe, const struct probe *probe,
			     const struct probe_context *context)
{
	bool takes_files = (probe->needs & PROBE_TAKES_FILES) == PROBE_TAKES_FILES;
	const struct endpoints_request *files = takes_files ? context->endpoints : NULL;
	int cacert = files ? set_aside(&files->cacert_fd) : -1;
	int token = files ? set_aside(&files->token_fd) : -1;
	const struct cloud_request *cloud =
		probe->needs & PROBE_NEEDS_CLOUD ? context->cloud : NULL;
	int keys = cloud ? set_aside(&cloud->environment_fd) : -1;

	if ((files && ((cacert < 0 && files->cacert_fd.known) ||
		       (token < 0 && files->token_fd.known))) ||
	    (cloud && keys < 0 && cloud->environment_fd.known))
		_exit(1);
	if (pipe != PROBE_ANSWER_FD && duplicate(pipe, PROBE_ANSWER_FD))
		_exit(1);
	/* whatever the program itself executes must not hold the pipe open */
	if (fcntl(PROBE_ANSWER_FD, F_SETFD, FD_CLOEXEC) &&
	    fcntl(PROBE_ANSWER_FD, F_SETFD, FD_CLOEXEC))
		_exit(1);
	(void)close(PROBE_CACERT_FD);
	(void)close(PROBE_TOKEN_FD);
	if ((cacert >= 0 && duplicate(cacert, PROBE_CACERT_FD)) ||
	    (token >= 0 && duplicate(token, PROBE_TOKEN_FD)) ||
	    (keys >= 0 && duplicate(keys, PROBE_KEYS_FD)))
		_exit(1);
	close_from(PROBE_TOKEN_FD + 1);
}

/* stdout carries the answer of the program, so nothing in a child may reach it. */
static void settle_descriptors(int pipe, const struct probe *probe,
			       const struct probe_context *context)
{
	int nowhere[2];
	int null;

	keep_descriptors(pipe, probe, context);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	nowhere[0] = null;
	nowhere[1] = null;
	/* without it a pipe that nobody uses: numbers 0 and 1 must not come free for other files */
	if ((null < 0 && pipe2(nowhere, O_CLOEXEC)) || duplicate(nowhere[0], STDIN_FILENO) ||
	    duplicate(nowhere[1], STDOUT_FILENO))
		_exit(1);
	if (null > STDERR_FILENO)
		(void)close(null);
	close_from(PROBE_TOKEN_FD + 1);
}

static void settle_signals(void)
{
	static const int defaults[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD, SIGALRM };
	struct sigaction plain = { .sa_handler = SIG_DFL };
	struct sigaction ignored = { .sa_handler = SIG_IGN };
	sigset_t none;
	size_t i;

	for (i = 0; i < sizeof(defaults) / sizeof(defaults[0]); i++)
		(void)sigaction(defaults[i], &plain, NULL);
	/* a parent that went away shows as a failed write */
	(void)sigaction(SIGPIPE, &ignored, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The answer is a facts document of its sections, so that its reader is the one of saved facts. */
static int write_sections(const struct probe *probe, struct facts *facts)
{
	struct facts answer;
	struct text out;
	unsigned int id;
	int code = -ENOMEM;

	facts_init(&answer);
	text_init(&out, JSON_SIZE_MAX);
	for (id = 0; id < SECTION_COUNT; id++)
		if (probe_sections(probe) & SECTION_BIT(id))
			facts_move_section(&answer, facts, (enum section_id)id);
	/* probes of later waves see lists in their documented order */
	facts_sort(&answer);
	if (!answer.schema)
		answer.schema = text_copy(FACTS_SCHEMA);
	answer.version = text_copy(REACHBACK_VERSION);
	answer.started = text_copy(ANSWER_STARTED);
	if (answer.schema && answer.version && answer.started) {
		facts_write(&answer, &out, -1);
		code = probe_write(PROBE_ANSWER_FD, &out);
	}
	text_release(&out);
	facts_release(&answer);
	return code;
}

/*
 * Looks, and once more where something was refused or failed: one lost answer, interrupted call or
 * page of memory that was not there must cost no section, nor say "failed" of what is denied. Two
 * answers that agree are believed, at the latest the third is. Not where time was up or the host
 * would not hold still: a probe has bounded its own turns already.
 */
static int look(const struct probe *probe, const struct probe_context *context,
		struct facts *facts, pid_t parent, struct fault *fault)
{
	unsigned int turn, id;
	int before = 0;
	int code;

	for (turn = 0;; turn++) {
		*fault = (struct fault){ 0 };
		code = probe_confine(probe, context->deadline_ms, parent, fault);
		if (!code)
			code = probe->run(context, facts, fault);
		if (code >= 0 || code == before || turn + 1 == LOOKS_MAX || code == -ETIMEDOUT ||
		    code == -EAGAIN || probe_now_ms() >= context->deadline_ms)
			return code;
		before = code;
		for (id = 0; id < SECTION_COUNT; id++)
			if (probe_sections(probe) & SECTION_BIT(id))
				record_release(section_record((enum section_id)id),
					       facts_section(facts, (enum section_id)id));
	}
}

_Noreturn void probe_child(const struct probe *probe, const struct probe_context *context,
			   struct facts *facts, int pipe, pid_t parent)
{
	struct fault fault = { 0 };
	int code;

	/* EACCES cannot happen: nothing was executed; a group of its own lets helpers be killed */
	(void)setpgid(0, 0);
	settle_signals();
	settle_descriptors(pipe, probe, context);
	code = look(probe, context, facts, parent, &fault);
	if (code < 0)
		probe_sections_fail(probe, facts, code, fault_text(&fault, code));
	else if (code == 0)
		facts_section(facts, probe->section)->state = FACT_OK;
	if (write_sections(probe, facts))
		_exit(1);
	_exit(0);
}
