/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: epoll for descriptors, a heap for timers. */
#include "probes/endpoints_helper/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

int loop_init(struct loop *loop)
{
	*loop = (struct loop){ .epoll = epoll_create1(EPOLL_CLOEXEC) };
	return loop->epoll < 0 ? -errno : 0;
}

void loop_release(struct loop *loop)
{
	if (loop->epoll >= 0)
		(void)close(loop->epoll);
	free(loop->heap);
	*loop = (struct loop){ .epoll = -1 };
}

uint64_t loop_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/*
 * A descriptor that was closed has left the set by itself. One that stays in it is a pointer to an
 * owner who goes: it must never be followed.
 */
static void take_out(struct loop *loop, int fd)
{
	unsigned int tries;

	for (tries = 0; tries < 2; tries++)
		if (!epoll_ctl(loop->epoll, EPOLL_CTL_DEL, fd, NULL) || errno == EBADF ||
		    errno == ENOENT)
			return;
	loop->error = -errno;
}

int loop_watch(struct loop *loop, struct watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };
	int how = watch->added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	if (!events) {
		if (watch->added) {
			loop->watches--;
			take_out(loop, watch->fd);
		}
		watch->added = false;
		return 0;
	}
	if (epoll_ctl(loop->epoll, how, watch->fd, &event))
		return -errno;
	loop->watches += !watch->added;
	watch->added = true;
	return 0;
}

/* Puts the timer at `place` of the heap (1..). */
static void heap_put(struct loop *loop, size_t place, struct timer *timer)
{
	loop->heap[place - 1] = timer;
	timer->place = place;
}

static void heap_up(struct loop *loop, size_t place)
{
	struct timer *timer = loop->heap[place - 1];

	while (place > 1 && loop->heap[place / 2 - 1]->due > timer->due) {
		heap_put(loop, place, loop->heap[place / 2 - 1]);
		place /= 2;
	}
	heap_put(loop, place, timer);
}

static void heap_down(struct loop *loop, size_t place)
{
	struct timer *timer = loop->heap[place - 1];
	size_t below;

	while ((below = 2 * place) <= loop->timers) {
		if (below < loop->timers && loop->heap[below]->due < loop->heap[below - 1]->due)
			below++;
		if (timer->due <= loop->heap[below - 1]->due)
			break;
		heap_put(loop, place, loop->heap[below - 1]);
		place = below;
	}
	heap_put(loop, place, timer);
}

void loop_cancel(struct loop *loop, struct timer *timer)
{
	size_t place = timer->place;
	struct timer *last;

	if (!place)
		return;
	timer->place = 0;
	last = loop->heap[--loop->timers];
	if (last == timer)
		return;
	heap_put(loop, place, last);
	heap_up(loop, place);
	heap_down(loop, last->place);
}

int loop_after(struct loop *loop, struct timer *timer, uint64_t microseconds)
{
	loop_cancel(loop, timer);
	if (loop->timers == loop->room) {
		size_t room = loop->room ? 2 * loop->room : 64;
		struct timer **heap = realloc(loop->heap, room * sizeof(struct timer *));

		if (!heap)
			return -ENOMEM;
		loop->heap = heap;
		loop->room = room;
	}
	timer->due = loop_now() + microseconds;
	loop->timers++;
	heap_put(loop, loop->timers, timer);
	heap_up(loop, loop->timers);
	return 0;
}

/* Milliseconds until the next thing that is due, rounded up so that the loop does not spin. */
static int wait_ms(const struct loop *loop, uint64_t now, uint64_t deadline)
{
	uint64_t due = deadline;

	if (loop->timers && loop->heap[0]->due < due)
		due = loop->heap[0]->due;
	if (due <= now)
		return 0;
	return due - now > 60000000 ? 60000 : (int)((due - now + 999) / 1000);
}

static void strike_timers(struct loop *loop)
{
	uint64_t now = loop_now();

	/* those that callbacks add are due later than `now` or wait for the next turn */
	while (loop->timers && loop->heap[0]->due <= now) {
		struct timer *timer = loop->heap[0];

		loop_cancel(loop, timer);
		timer->strike(timer);
	}
}

/*
 * A callback may take out a watch whose event is still in the batch, and its owner may be gone: one
 * event is fetched at a time, which costs a system call and no invariant.
 */
int loop_run(struct loop *loop, uint64_t deadline)
{
	while (loop->watches || loop->timers) {
		uint64_t now = loop_now();
		struct epoll_event event;
		int found;

		if (loop->error)
			return loop->error;
		if (now >= deadline)
			return -ETIMEDOUT;
		found = epoll_wait(loop->epoll, &event, 1, wait_ms(loop, now, deadline));
		if (found < 0 && errno != EINTR)
			return -errno;
		if (found > 0) {
			struct watch *watch = event.data.ptr;

			watch->ready(watch, event.events);
		}
		strike_timers(loop);
	}
	return loop->error;
}
