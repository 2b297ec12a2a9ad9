/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parent's side of a run: starts a child for each probe as soon as the sections it reads have
 * been looked at, collects the answers, and kills what is not done at the deadline.
 *
 * It parses nothing itself (run_answer.c does) and knows nothing of what probes do.
 */
#include "probes/run.h"

#include "probes/rtnl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Without pidfd: how often children are asked whether they are still there. */
#define TICK_MS 5
/* How long a killed child is waited for; longer only where the kernel itself is stuck. */
#define GRACE_MS 150
/* Reads from one pipe before the others have their turn. */
#define READS_MAX 64
/* waitpid() may be interrupted; a zombie that it refuses for good goes with this program. */
#define BURIALS_MAX 3
/* How often in a row a pipe may refuse to be read before its answer is given up. */
#define READ_ERRORS_MAX 3

enum child_state { CHILD_WAITING, CHILD_RUNNING, CHILD_DONE };

struct child {
	const struct probe *probe;
	enum child_state state;
	pid_t pid;
	int pidfd; /* -1: this kernel has none */
	int pipe;  /* -1 after the end of the answer */
	uint64_t started_ms;
	struct text answer;
	uint64_t killed_ms; /* 0: it was not */
	bool too_late;
	bool again; /* this is its second start */
	unsigned int read_errors; /* in a row */
	bool ended;  /* and `exit` or `signal` says how */
	int exit;    /* status */
	int signal;  /* 0: it left by itself */
};

struct run {
	struct probe_context context;
	struct facts *facts;
	struct probe_outcome *outcomes;
	struct child *children;
	struct pollfd *polls; /* two a child */
	size_t count;
	uint64_t started_ms;
	pid_t parent; /* this process */
	size_t started; /* children that came to life */
	int first_error;
};

static void close_descriptor(int *descriptor)
{
	if (*descriptor >= 0)
		(void)close(*descriptor);
	*descriptor = -1;
}

/* Ends a probe's row: the section has its state, the row says the same. */
static void child_settle(struct run *run, struct child *child)
{
	struct probe_outcome *outcome = &run->outcomes[child - run->children];
	struct section *section = facts_section(run->facts, child->probe->section);

	section->took_ms = child->started_ms ?
		(uint32_t)(probe_now_ms() - child->started_ms) : 0;
	outcome->probe = child->probe;
	outcome->state = section->state;
	outcome->took_ms = section->took_ms;
	outcome->note = text_copy(section->note);
	close_descriptor(&child->pipe);
	close_descriptor(&child->pidfd);
	text_release(&child->answer);
	child->state = CHILD_DONE;
}

static void child_fail(struct run *run, struct child *child, int code, const char *why)
{
	probe_sections_fail(child->probe, run->facts, code, why);
	child_settle(run, child);
}

/* Why a child ended without a whole answer, best reason first. */
static void child_lost(struct run *run, struct child *child, const struct fault *fault)
{
	struct fault words = { 0 };
	char name[16];
	int code = -EIO;

	if (child->too_late)
		code = fault_set(&words, -ETIMEDOUT, "no answer within %llu ms",
				 (unsigned long long)(run->context.deadline_ms - run->started_ms));
	else if (text_error(&child->answer))
		(void)fault_set(&words, code, "probe's answer was given up: %s",
				errno_name(text_error(&child->answer), name));
	else if (child->signal)
		(void)fault_set(&words, code, "probe died (signal %d)", child->signal);
	else if (child->exit)
		(void)fault_set(&words, code, "probe ended with status %d", child->exit);
	else if (!child->ended)
		(void)fault_set(&words, code, "how the probe ended is not known");
	else
		(void)fault_set(&words, code, "probe's answer cannot be read: %s",
				fault_text(fault, fault->code));
	child_fail(run, child, code, fault_text(&words, code));
}

/*
 * Whether an answer that is not there is worth a second start: what went wrong may have been one
 * refused call or page of memory. Not behind a signal of others: such a death is told, for what
 * crashes once may answer nonsense the second time.
 */
static bool child_deserves_another(const struct run *run, const struct child *child)
{
	return !child->again && !child->too_late && (!child->signal || child->killed_ms) &&
	       text_error(&child->answer) != -EFBIG && probe_now_ms() < run->context.deadline_ms;
}

static void child_start_again(struct child *child)
{
	close_descriptor(&child->pipe);
	close_descriptor(&child->pidfd);
	text_release(&child->answer);
	*child = (struct child){ .probe = child->probe, .pipe = -1, .pidfd = -1, .again = true };
}

static void child_finish(struct run *run, struct child *child)
{
	struct fault fault = { 0 };

	if (!child->killed_ms && !text_error(&child->answer) && child->ended && !child->exit &&
	    !child->signal && !probe_answer_read(child->probe, &child->answer, run->facts,
						  &fault))
		child_settle(run, child);
	else if (child_deserves_another(run, child))
		child_start_again(child);
	else
		child_lost(run, child, &fault);
}

/* The child's group goes too: a probe may have started a helper program. */
static void child_kill(struct child *child)
{
	if (child->killed_ms)
		return;
	child->killed_ms = probe_now_ms();
	(void)kill(-child->pid, SIGKILL);
#ifdef SYS_pidfd_send_signal
	if (child->pidfd >= 0 &&
	    !syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0))
		return;
#endif
	(void)kill(child->pid, SIGKILL);
}

static int open_pidfd(pid_t pid)
{
#ifdef SYS_pidfd_open
	return (int)syscall(SYS_pidfd_open, pid, 0);
#else
	(void)pid;
	return -1;
#endif
}

static int child_start(struct run *run, struct child *child)
{
	int ends[2];
	int code;

	child->started_ms = probe_now_ms();
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child->pid = fork();
	if (child->pid < 0) {
		code = -errno;
		(void)close(ends[0]);
		(void)close(ends[1]);
		return code;
	}
	if (!child->pid)
		probe_child(child->probe, &run->context, run->facts, ends[1], run->parent);
	(void)close(ends[1]);
	child->pipe = ends[0];
	child->pidfd = open_pidfd(child->pid);
	child->state = CHILD_RUNNING;
	text_init(&child->answer, JSON_SIZE_MAX);
	run->started++;
	/* a blocking pipe would let one child stop the loop for all */
	if (fcntl(child->pipe, F_SETFL, O_NONBLOCK) && fcntl(child->pipe, F_SETFL, O_NONBLOCK)) {
		code = -errno;
		child->answer.error = code;
		child_kill(child);
	}
	return 0;
}

/* Sections that a probe still under way will fill. */
static unsigned int sections_pending(const struct run *run)
{
	unsigned int sections = 0;
	size_t i;

	for (i = 0; i < run->count; i++) {
		if (run->children[i].state != CHILD_DONE)
			sections |= probe_sections(run->children[i].probe);
	}
	return sections;
}

static void start_or_fail(struct run *run, struct child *child)
{
	char name[16];
	struct fault words = { 0 };
	int code;

	if (probe_now_ms() >= run->context.deadline_ms) {
		child_fail(run, child, -ETIMEDOUT, "no time was left for this probe");
		return;
	}
	code = child_start(run, child);
	if (code)
		code = child_start(run, child);
	if (!code)
		return;
	if (!run->first_error)
		run->first_error = code;
	/* -EIO: a limit of this machine is no lack of permission for what the probe reads */
	(void)fault_set(&words, -EIO, "cannot start the probe: %s", errno_name(code, name));
	child_fail(run, child, -EIO, words.text);
}

static void start_wanted(struct run *run, struct child *child)
{
	if (child->probe->wanted && !child->probe->wanted(&run->context, run->facts))
		child_settle(run, child);
	else
		start_or_fail(run, child);
}

/*
 * Starts every probe whose sections are there. One that waits for itself or for a circle would
 * never start: it is started when nothing else runs, so that it can say what it misses.
 */
static bool start_ready(struct run *run)
{
	bool running = false;
	bool waiting = false;
	size_t i;

	for (i = 0; i < run->count; i++) {
		struct child *child = &run->children[i];

		if (child->state == CHILD_WAITING &&
		    !(child->probe->after & sections_pending(run)))
			start_wanted(run, child);
		running = running || child->state == CHILD_RUNNING;
		waiting = waiting || child->state == CHILD_WAITING;
	}
	for (i = 0; i < run->count && !running && waiting; i++) {
		if (run->children[i].state == CHILD_WAITING) {
			start_or_fail(run, &run->children[i]);
			running = run->children[i].state == CHILD_RUNNING;
		}
	}
	return running;
}

static void child_read(struct child *child)
{
	char bytes[16384];
	unsigned int turn;
	ssize_t got;

	/* bounded, for one that writes without end must not keep the others waiting */
	for (turn = 0; turn < READS_MAX && child->pipe >= 0; turn++) {
		got = read(child->pipe, bytes, sizeof(bytes));
		if (got >= 0 || errno == EAGAIN)
			child->read_errors = 0;
		if (got > 0) {
			text_add_bytes(&child->answer, bytes, (size_t)got);
			if (text_error(&child->answer)) {
				child_kill(child);
				close_descriptor(&child->pipe);
			}
		} else if (!got) {
			close_descriptor(&child->pipe);
		} else if (errno == EAGAIN) {
			return; /* poll comes back to it, and looks at the clock */
		} else if (errno != EINTR && ++child->read_errors >= READ_ERRORS_MAX) {
			child->answer.error = -errno;
			child_kill(child);
			close_descriptor(&child->pipe);
		}
	}
}

/* Frees the number of a child that is dead, or about to be. */
static void child_bury(const struct child *child)
{
	unsigned int turn;

	for (turn = 0; turn < BURIALS_MAX; turn++) {
		if (waitpid(child->pid, NULL, 0) == child->pid || errno == ECHILD)
			return;
	}
}

/* True when the child is gone. */
static bool child_reap(struct child *child)
{
	siginfo_t end = { .si_pid = 0 };

	/* ECHILD: somebody else reaped it, so how it ended is not known */
	if (waitid(P_PID, (id_t)child->pid, &end, WEXITED | WNOHANG | WNOWAIT))
		return errno == ECHILD;
	if (!end.si_pid)
		return false;
	child->ended = true;
	if (end.si_code == CLD_EXITED)
		child->exit = end.si_status;
	else
		child->signal = end.si_status;
	/* as long as it is a zombie nobody else can have its number: its helpers go with it */
	(void)kill(-child->pid, SIGKILL);
	child_bury(child);
	return true;
}

/* Milliseconds that poll may sleep. */
static int sleep_ms(const struct run *run)
{
	uint64_t now = probe_now_ms();
	uint64_t left = run->context.deadline_ms > now ? run->context.deadline_ms - now : 0;
	size_t i;

	if (left > 60000)
		left = 60000;
	if (!left)
		left = TICK_MS;
	for (i = 0; i < run->count; i++) {
		if (run->children[i].state == CHILD_RUNNING && run->children[i].pidfd < 0 &&
		    left > TICK_MS)
			left = TICK_MS;
	}
	return (int)left;
}

static void wait_for_children(struct run *run)
{
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000 };
	size_t i;

	for (i = 0; i < run->count; i++) {
		const struct child *child = &run->children[i];
		bool running = child->state == CHILD_RUNNING;

		/* poll passes over negative descriptors */
		run->polls[2 * i] = (struct pollfd){ .fd = running ? child->pipe : -1,
						     .events = POLLIN };
		run->polls[2 * i + 1] = (struct pollfd){ .fd = running ? child->pidfd : -1,
							 .events = POLLIN };
	}
	/* without poll() the children are asked one by one; the deadline holds all the same */
	if (poll(run->polls, 2 * run->count, sleep_ms(run)) < 0)
		(void)nanosleep(&tick, NULL);
}

static void child_turn(struct run *run, struct child *child)
{
	uint64_t now;

	child_read(child);
	if (child_reap(child)) {
		/* what it wrote before its end is in the pipe still, and that is small */
		child_read(child);
		child_finish(run, child);
		return;
	}
	now = probe_now_ms();
	if (now >= run->context.deadline_ms) {
		child->too_late = child->too_late || !child->killed_ms;
		child_kill(child);
	}
	if (child->killed_ms && now >= child->killed_ms + GRACE_MS)
		child_finish(run, child);
}

static int run_all(struct run *run)
{
	size_t i;

	while (start_ready(run)) {
		wait_for_children(run);
		for (i = 0; i < run->count; i++) {
			if (run->children[i].state == CHILD_RUNNING)
				child_turn(run, &run->children[i]);
		}
	}
	return run->started ? 0 : run->first_error;
}

int probes_run_set(const struct probe_set *set, const struct probe_context *context,
		   struct facts *facts, struct probe_outcome *outcomes, struct fault *fault)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	struct sigaction before;
	struct run run = { .context = *context, .facts = facts, .outcomes = outcomes };
	char name[16];
	size_t i;
	int code = -ENOMEM;

	run.count = set->count;
	run.started_ms = probe_now_ms();
	run.parent = getpid();
	run.context.capabilities = probe_capabilities();
	run.children = calloc(set->count, sizeof(*run.children));
	run.polls = calloc(set->count, 2 * sizeof(*run.polls));
	memset(outcomes, 0, set->count * sizeof(*outcomes));
	if (!run.children || !run.polls)
		goto out;
	for (i = 0; i < set->count; i++) {
		run.children[i].probe = set->rows[i];
		run.children[i].pipe = -1;
		run.children[i].pidfd = -1;
	}
	/* whoever started us may ignore SIGCHLD, and children would vanish without a status */
	if (sigaction(SIGCHLD, &plain, &before)) {
		code = -errno;
		goto out;
	}
	code = run_all(&run);
	if (sigaction(SIGCHLD, &before, NULL) && !code)
		code = -errno;
out:
	free(run.children);
	free(run.polls);
	if (!code)
		return 0;
	return fault_set(fault, code, "cannot run any probe: %s", errno_name(code, name));
}

int probes_run(const struct probe_context *context, struct facts *facts,
	       struct probe_outcome *outcomes, struct fault *fault)
{
	struct probe_set set = { .rows = probe_catalog, .count = probe_catalog_count };

	return probes_run_set(&set, context, facts, outcomes, fault);
}
