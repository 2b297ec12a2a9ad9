/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper's one loop: descriptors (epoll) and timers, in one thread.
 *
 * Watches and timers are embedded in their owners and belong to them: the loop keeps pointers, so
 * an owner takes its own out before it goes. Callbacks may add and take out any of them. The loop
 * ends when nothing is left to wait for, or at its deadline. Times are microseconds of
 * CLOCK_MONOTONIC.
 */
#ifndef PROBES_ENDPOINTS_HELPER_LOOP_H
#define PROBES_ENDPOINTS_HELPER_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct watch {
	int fd;
	void (*ready)(struct watch *watch, uint32_t events); /* EPOLLIN ... */
	void *owner;
	bool added; /* the loop's own */
};

struct timer {
	void (*strike)(struct timer *timer);
	void *owner;
	uint64_t due;  /* the loop's own */
	size_t place;  /* in the heap, 1..; 0: not set */
};

struct loop {
	int epoll;
	size_t watches;
	struct timer **heap; /* by due */
	size_t timers, room;
	int error; /* latched: a watch could not be taken out, and its owner may be gone */
};

int loop_init(struct loop *loop);
void loop_release(struct loop *loop);
uint64_t loop_now(void);
/* Adds the watch or changes what it waits for; 0 events take it out. 0 or negative errno. */
int loop_watch(struct loop *loop, struct watch *watch, uint32_t events);
/* Sets the timer, anew if it is set; -ENOMEM. */
int loop_after(struct loop *loop, struct timer *timer, uint64_t microseconds);
void loop_cancel(struct loop *loop, struct timer *timer);
/* Runs until nothing is left (0) or until `deadline` (-ETIMEDOUT); other negative errno. */
int loop_run(struct loop *loop, uint64_t deadline);

#endif
