/* SPDX-License-Identifier: Apache-2.0 */
/* What a helper program takes back from execve(2), and when it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct begun {
	int code, dumpable, signal;
	rlim_t core;
};

/* What helper_begin() makes of a process whose answer goes to `answer`. */
static struct begun begin(int answer)
{
	struct begun begun = { .code = 1 };
	struct rlimit core = { .rlim_max = 1 };
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		if (dup2(answer, STDOUT_FILENO) < 0)
			_exit(1);
		begun.code = helper_begin();
		begun.dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
		(void)prctl(PR_GET_PDEATHSIG, &begun.signal, 0, 0, 0);
		(void)getrlimit(RLIMIT_CORE, &core);
		begun.core = core.rlim_max;
		_exit(write(ends[1], &begun, sizeof(begun)) != sizeof(begun));
	}
	assert_true(read(ends[0], &begun, sizeof(begun)) == sizeof(begun));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
	return begun;
}

static void test_helper_leaves_no_core_and_dies_with_its_parent(void **state)
{
	struct begun begun;
	int answer[2];

	(void)state;
	assert_int_equal(pipe2(answer, O_CLOEXEC), 0);
	begun = begin(answer[1]);
	assert_int_equal(begun.code, 0);
	assert_int_equal(begun.dumpable, 0);
	assert_int_equal(begun.signal, SIGKILL);
	assert_true(begun.core == 0);
	close(answer[0]);
	close(answer[1]);
}

static void test_helper_whose_reader_is_gone_does_not_begin(void **state)
{
	int answer[2];

	(void)state;
	assert_int_equal(pipe2(answer, O_CLOEXEC), 0);
	close(answer[0]);
	assert_int_equal(begin(answer[1]).code, -EPIPE);
	close(answer[1]);
}

/* By hand the answer goes to a file or a terminal, and nobody's death is waited for. */
static void test_helper_by_hand_begins(void **state)
{
	int file = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(file >= 0);
	assert_int_equal(begin(file).code, 0);
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_helper_leaves_no_core_and_dies_with_its_parent),
		cmocka_unit_test(test_helper_whose_reader_is_gone_does_not_begin),
		cmocka_unit_test(test_helper_by_hand_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
