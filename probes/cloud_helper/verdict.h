/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an answer of the gateway means: success, there is no such thing, refused by RAM, worth
 * another try, or failed. Pure.
 */
#ifndef PROBES_CLOUD_HELPER_VERDICT_H
#define PROBES_CLOUD_HELPER_VERDICT_H

#include "probes/cloud_helper/call.h"

#include <stdbool.h>
#include <stdint.h>

#define VERDICT_WORDS_MAX 256

struct verdict_answer {
	uint32_t status;
	const struct cJSON *json; /* NULL: the body is no JSON document */
	bool skewed;              /* the server's Date says that this clock is far off */
	uint32_t skew_s;
	bool behind; /* this clock is late */
};

struct answer_verdict {
	int outcome;    /* enum call_outcome */
	bool retry;     /* worth another try, for a call that only reads */
	bool throttled; /* refused before it was looked at: worth it for any call */
	char code[128]; /* cleaned; "" */
	char words[VERDICT_WORDS_MAX]; /* why it is not CALL_OK */
};

/* Clocks may differ by 15 minutes; from here on the clock is suspected first. */
#define VERDICT_SKEW_S 600u

void answer_judge(const struct cloud_action *action, const struct verdict_answer *answer,
		  struct answer_verdict *out);

#endif
