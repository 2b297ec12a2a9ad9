/* SPDX-License-Identifier: Apache-2.0 */
/* The endpoint helper's loop where the kernel refuses. */
#include "probes/endpoints_helper/loop.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cmocka.h>

static unsigned int refusals;
int __real_epoll_ctl(int set, int how, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int set, int how, int fd, struct epoll_event *event);

int __wrap_epoll_ctl(int set, int how, int fd, struct epoll_event *event)
{
	if (how == EPOLL_CTL_DEL && refusals) {
		refusals--;
		errno = ENOMEM;
		return -1;
	}
	return __real_epoll_ctl(set, how, fd, event);
}

struct owner {
	struct loop loop;
	struct watch watch;
	struct timer timer;
	unsigned int calls;
	int ends[2];
};

static void ready(struct watch *watch, uint32_t events)
{
	struct owner *owner = watch->owner;

	(void)events;
	owner->calls++;
	assert_int_equal(loop_watch(&owner->loop, watch, 0), 0);
}

static void strike(struct timer *timer)
{
	(void)timer;
}

static int run(struct owner *owner)
{
	int code;

	*owner = (struct owner){ .calls = 0 };
	assert_int_equal(pipe(owner->ends), 0);
	assert_int_equal(write(owner->ends[1], "x", 1), 1);
	assert_int_equal(loop_init(&owner->loop), 0);
	owner->watch = (struct watch){ .fd = owner->ends[0], .ready = ready, .owner = owner };
	owner->timer = (struct timer){ .strike = strike };
	assert_int_equal(loop_watch(&owner->loop, &owner->watch, EPOLLIN), 0);
	/* something else to wait for, with the pipe still readable */
	assert_int_equal(loop_after(&owner->loop, &owner->timer, 20000), 0);
	code = loop_run(&owner->loop, loop_now() + 1000000);
	loop_release(&owner->loop);
	close(owner->ends[0]);
	close(owner->ends[1]);
	return code;
}

/* Its owner may be gone: what is still in the set is never followed. */
static void test_watch_that_stays_ends_the_loop(void **state)
{
	struct owner owner;

	(void)state;
	refusals = 2;
	assert_int_equal(run(&owner), -ENOMEM);
	assert_int_equal(owner.calls, 1);
}

static void test_watch_refused_once_is_taken_out(void **state)
{
	struct owner owner;

	(void)state;
	refusals = 1;
	assert_int_equal(run(&owner), 0);
	assert_int_equal(owner.calls, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_watch_that_stays_ends_the_loop),
		cmocka_unit_test(test_watch_refused_once_is_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
