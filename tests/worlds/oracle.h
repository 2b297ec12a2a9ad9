/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single look-ups, one send and one receive each, decoded by a few lines that share nothing with
 * the probes: the measure against which the proof is held.
 */
#ifndef TESTS_WORLDS_ORACLE_H
#define TESTS_WORLDS_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#define ORACLE_TEXT_MAX 1024

struct oracle {
	int descriptor;
	uint32_t sequence;
	uint64_t asked;
};

struct question {
	uint32_t destination, source, mark, uid, iif, oif;
	uint16_t sport, dport;
	bool one; /* the leg of this one packet, not the route */
};

int oracle_open(struct oracle *oracle);
void oracle_close(struct oracle *oracle);
/*
 * The answer in words: "unicast table 254 via 10.0.0.254 dev v0 weight 1", or "error ENETUNREACH".
 * `object` is set where the kernel named only a next-hop object.
 */
int oracle_ask(struct oracle *oracle, const struct question *question, char text[ORACLE_TEXT_MAX]);

#endif
