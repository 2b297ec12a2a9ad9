/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The present in words, and times in words as numbers.
 */
#ifndef CMD_CLOCK_H
#define CMD_CLOCK_H

#include <stdint.h>

#define CLOCK_TEXT_MAX 40

/* "2026-11-20T12:00:00Z", UTC. 0 or negative errno. */
int clock_now_text(char text[CLOCK_TEXT_MAX]);
/* Seconds since 1970 of such a text; -EINVAL when it is none. */
int clock_parse(const char *text, int64_t *seconds);
/* "90 s", "12 min", "5 h", "3 days": the largest unit that holds at least two. */
const char *clock_age_words(uint64_t seconds, char text[CLOCK_TEXT_MAX]);

#endif
