/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Did you mean": the known word nearest to a wrong one.
 */
#ifndef CMD_NEAREST_H
#define CMD_NEAREST_H

struct nearest {
	const char *word; /* what was typed */
	const char *best; /* NULL: nothing is near enough */
	unsigned int distance;
};

void nearest_init(struct nearest *nearest, const char *word);
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
