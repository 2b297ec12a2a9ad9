/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tracer. Only the process in question stops at its calls; the others run at full speed and
 * report nothing but births. Registers are known for x86_64 and aarch64.
 */
#include "tests/robust/inject.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/* <linux/ptrace.h> does not go together with <sys/ptrace.h> */
#define INJECT_SYSTEM_CALL_REGISTER 0x404 /* NT_ARM_SYSTEM_CALL */
#define PROCESSES_MAX 256
#define TRAP_OF_CALL (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */

struct process {
	pid_t pid;
	long calls;
	bool inside; /* between entry and exit of a call */
	bool failing;
	bool begun; /* its first stop, a SIGSTOP, is over */
};

struct tracer {
	const struct injection *injection;
	struct process processes[PROCESSES_MAX];
	size_t count;
	long kind; /* of the call that failed, for `onward`; -1 before */
};

struct call_name {
	long number;
	const char *name;
};

#define CALL(name) { SYS_##name, #name }
static const struct call_name call_names[] = {
	CALL(read), CALL(write), CALL(close), CALL(openat), CALL(fcntl), CALL(waitid),
	CALL(wait4), CALL(clone), CALL(pipe2), CALL(kill), CALL(mprotect), CALL(ioctl),
	CALL(socket), CALL(getpid), CALL(brk), CALL(rt_sigaction), CALL(munmap),
	CALL(setsockopt), CALL(newfstatat), CALL(sendto), CALL(prlimit64), CALL(bind),
	CALL(capget), CALL(capset), CALL(getrandom), CALL(lseek), CALL(recvmmsg),
	CALL(recvmsg), CALL(sendmsg), CALL(getsockname), CALL(getdents64), CALL(mmap),
	CALL(rt_sigprocmask), CALL(pread64), CALL(execve), CALL(uname), CALL(geteuid),
	CALL(setpgid), CALL(getppid), CALL(prctl), CALL(set_tid_address),
	CALL(set_robust_list), CALL(dup3), CALL(exit_group), CALL(rt_sigreturn), CALL(futex),
	CALL(ppoll), CALL(fstat), CALL(faccessat), CALL(readlinkat), CALL(fsync),
	CALL(renameat), CALL(unlinkat), CALL(ftruncate), CALL(dup), CALL(getuid),
	CALL(getgid), CALL(getegid), CALL(exit), CALL(connect), CALL(recvfrom),
	CALL(clock_nanosleep), CALL(setns), CALL(statx), CALL(madvise), CALL(mremap),
	CALL(gettid), CALL(tgkill), CALL(rt_sigsuspend), CALL(clock_gettime),
	CALL(restart_syscall),
#ifdef SYS_poll
	CALL(poll), CALL(access), CALL(readlink), CALL(dup2), CALL(arch_prctl), CALL(fork),
	CALL(vfork), CALL(pipe), CALL(open), CALL(stat), CALL(lstat), CALL(unlink), CALL(rename),
#endif
#ifdef SYS_rseq
	CALL(rseq),
#endif
#ifdef SYS_pidfd_open
	CALL(pidfd_open), CALL(pidfd_send_signal),
#endif
#ifdef SYS_close_range
	CALL(close_range),
#endif
};

static const char *call_name(long number)
{
	static char other[32];
	size_t i;

	for (i = 0; i < sizeof(call_names) / sizeof(call_names[0]); i++)
		if (call_names[i].number == number)
			return call_names[i].name;
	snprintf(other, sizeof(other), "call%ld", number);
	return other;
}

bool inject_leaves_out(const char *name)
{
	static const char *const names[] = { "brk", "futex", "exit_group", "exit", "rt_sigreturn",
		"restart_syscall" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

#if defined(__x86_64__)
bool inject_supported(void)
{
	return true;
}

static long call_number(pid_t pid)
{
	struct user_regs_struct registers;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &registers))
		return -1;
	return (long)registers.orig_rax;
}

/* The kernel skips a call of number -1. */
static void call_skip(pid_t pid)
{
	struct user_regs_struct registers;

	if (!ptrace(PTRACE_GETREGS, pid, NULL, &registers)) {
		registers.orig_rax = (unsigned long long)-1;
		(void)ptrace(PTRACE_SETREGS, pid, NULL, &registers);
	}
}

static void call_answer(pid_t pid, int error)
{
	struct user_regs_struct registers;

	if (!ptrace(PTRACE_GETREGS, pid, NULL, &registers)) {
		registers.rax = (unsigned long long)-(long long)error;
		(void)ptrace(PTRACE_SETREGS, pid, NULL, &registers);
	}
}
#elif defined(__aarch64__)
bool inject_supported(void)
{
	return true;
}

static bool registers_move(pid_t pid, bool set, struct user_regs_struct *registers)
{
	struct iovec vector = { registers, sizeof(*registers) };

	return !ptrace(set ? PTRACE_SETREGSET : PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS,
		       &vector);
}

static long call_number(pid_t pid)
{
	struct user_regs_struct registers;

	return registers_move(pid, false, &registers) ? (long)registers.regs[8] : -1;
}

static void call_skip(pid_t pid)
{
	int none = -1;
	struct iovec vector = { &none, sizeof(none) };

	(void)ptrace(PTRACE_SETREGSET, pid, (void *)INJECT_SYSTEM_CALL_REGISTER, &vector);
}

static void call_answer(pid_t pid, int error)
{
	struct user_regs_struct registers;

	if (registers_move(pid, false, &registers)) {
		registers.regs[0] = (unsigned long long)-(long long)error;
		(void)registers_move(pid, true, &registers);
	}
}
#else
bool inject_supported(void)
{
	return false;
}

static long call_number(pid_t pid)
{
	(void)pid;
	return -1;
}

static void call_skip(pid_t pid)
{
	(void)pid;
}

static void call_answer(pid_t pid, int error)
{
	(void)pid;
	(void)error;
}
#endif

static struct process *process_find(struct tracer *tracer, pid_t pid)
{
	size_t i;

	for (i = 0; i < tracer->count; i++)
		if (tracer->processes[i].pid == pid)
			return &tracer->processes[i];
	return NULL;
}

/* A process is numbered when its birth is told, whichever of its two signs comes first. */
static struct process *process_add(struct tracer *tracer, pid_t pid)
{
	struct process *process = process_find(tracer, pid);

	if (process == NULL && tracer->count < PROCESSES_MAX) {
		process = &tracer->processes[tracer->count++];
		*process = (struct process){ .pid = pid };
	}
	return process;
}

static bool wanted(const struct tracer *tracer, const struct process *process)
{
	const struct injection *injection = tracer->injection;

	return process - tracer->processes == injection->process;
}

/* Entry or exit of a call. */
static void process_call(struct tracer *tracer, struct process *process)
{
	const struct injection *injection = tracer->injection;
	long number;

	if (process->inside) {
		process->inside = false;
		if (process->failing)
			call_answer(process->pid, injection->error);
		process->failing = false;
		return;
	}
	process->inside = true;
	process->calls++;
	number = call_number(process->pid);
	if (injection->calls != NULL)
		fprintf(injection->calls, "%ld %ld %s\n", (long)(process - tracer->processes),
			process->calls, call_name(number));
	if (!wanted(tracer, process))
		return;
	/* no two runs make quite the same calls: here may be another than the one that was seen */
	if (inject_leaves_out(call_name(number)))
		return;
	if (process->calls == injection->call || (injection->onward && number == tracer->kind)) {
		tracer->kind = number;
		process->failing = true;
		call_skip(process->pid);
	}
}

/* Stops at calls only where they are still of interest. */
static void process_go(const struct tracer *tracer, const struct process *process, int signal)
{
	const struct injection *injection = tracer->injection;
	bool stop = injection->calls != NULL ||
		    (wanted(tracer, process) && (injection->onward || process->inside ||
						 process->calls < injection->call));

	(void)ptrace(stop ? PTRACE_SYSCALL : PTRACE_CONT, process->pid, NULL,
		     (void *)(intptr_t)signal);
}

static void process_stopped(struct tracer *tracer, pid_t pid, int status)
{
	struct process *process = process_find(tracer, pid);
	unsigned long born = 0;
	int signal = WSTOPSIG(status);

	if (status >> 16 == PTRACE_EVENT_FORK || status >> 16 == PTRACE_EVENT_VFORK ||
	    status >> 16 == PTRACE_EVENT_CLONE) {
		if (!ptrace(PTRACE_GETEVENTMSG, pid, NULL, &born))
			(void)process_add(tracer, (pid_t)born);
		signal = 0;
	} else if (status >> 16 != 0) {
		signal = 0;
	} else if (signal == TRAP_OF_CALL && process != NULL) {
		process_call(tracer, process);
		signal = 0;
	}
	if (process == NULL)
		process = process_add(tracer, pid);
	if (process == NULL) {
		(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
		return;
	}
	if (!process->begun && signal == SIGSTOP) {
		process->begun = true;
		signal = 0;
	}
	process_go(tracer, process, signal);
}

static pid_t start(char *const *command)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
			_exit(126);
		execvp(command[0], command);
		_exit(126);
	}
	return pid;
}

int inject_run(const struct injection *injection, char *const *command)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
			     PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	pid_t first = start(command), pid;
	int status, answer = 126 << 8;

	if (tracer == NULL || first < 0 || waitpid(first, &status, 0) != first ||
	    !WIFSTOPPED(status) || ptrace(PTRACE_SETOPTIONS, first, NULL, (void *)options)) {
		if (first > 0)
			(void)kill(first, SIGKILL);
		free(tracer);
		return answer;
	}
	tracer->injection = injection;
	tracer->kind = -1;
	tracer->processes[tracer->count++] = (struct process){ .pid = first, .begun = true };
	process_go(tracer, &tracer->processes[0], 0);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid > 0 && WIFSTOPPED(status))
			process_stopped(tracer, pid, status);
		else if (pid == first)
			answer = status;
	}
	if (injection->calls != NULL && fflush(injection->calls) != 0)
		answer = 126 << 8;
	free(tracer);
	return answer;
}
