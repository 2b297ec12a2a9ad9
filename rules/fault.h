/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One error, in words, on its way up.
 *
 * A fault keeps the *first* thing that went wrong: later calls on the same fault change nothing.
 * The text is lower case, names the offending value in quotes and lists what is accepted; it has
 * no full stop. Every function that can fail takes a `struct fault *` as its last argument, which
 * may be NULL, and returns 0 or a negative errno.
 */
#ifndef RULES_FAULT_H
#define RULES_FAULT_H

#define FAULT_TEXT_MAX 512

struct fault {
	int code; /* negative errno, 0 while nothing went wrong */
	char text[FAULT_TEXT_MAX];
};

/*
 * Words a failure and returns `code`, so that a caller can `return fault_set(...)`. The text is
 * cleaned of control characters; `code` must be negative.
 */
__attribute__((format(printf, 3, 4)))
int fault_set(struct fault *fault, int code, const char *format, ...);

/* The words, or the errno's own when nobody found any. Never NULL. */
const char *fault_text(const struct fault *fault, int code);

#endif
