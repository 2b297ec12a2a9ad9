/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of DNS messages (RFC 1035): what one message says to one question.
 *
 * Pure: no socket, no clock, no memory of its own. Every byte comes from the network; nothing
 * outside `message` is read, and the work is bounded by its length. Only the answer section is
 * looked at.
 */
#ifndef PROBES_ENDPOINTS_HELPER_NAMES_ANSWER_H
#define PROBES_ENDPOINTS_HELPER_NAMES_ANSWER_H

#include "probes/endpoints_helper/names.h"
#include "rules/prefix.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_TYPE_A 1
#define DNS_TYPE_AAAA 28
#define DNS_NAME_MAX 255         /* bytes on the wire, RFC 1035 section 2.3.4 */
#define DNS_NAME_TEXT_MAX 1024   /* every byte may become "\ddd" */
#define DNS_ALIASES_MAX 16       /* a longer chain of aliases is taken for a loop */

/* A name as on the wire, lower case, without compression: labels, then a zero byte. */
struct dns_name {
	uint8_t bytes[DNS_NAME_MAX];
	size_t length; /* 0: none */
};

struct dns_answer {
	int outcome; /* enum name_outcome */
	uint32_t rcode;
	bool cut;    /* the TC bit: there is more, over TCP */
	struct address addresses[NAMES_MAX_ADDRESSES]; /* sorted, each once */
	size_t count;
	uint32_t left_out; /* addresses beyond that: the highest */
	struct dns_name aliases[DNS_ALIASES_MAX];
	size_t alias_count;
};

/* "a.example" as on the wire; -EINVAL where it is no name. */
int dns_name_parse(const char *text, struct dns_name *name);
/* In text, without a final dot; bytes that mean something else there as "\ddd". Returns `text`. */
const char *dns_name_print(const struct dns_name *name, char text[DNS_NAME_TEXT_MAX]);

/*
 * What `message` says to the question for `name` and `type` (DNS_TYPE_A or DNS_TYPE_AAAA): fills
 * all of `answer`. Damaged messages, answers to other questions and chains of aliases that do not
 * end are NAME_MALFORMED. A cut message is NAME_TRUNCATED with what it holds.
 */
void dns_answer_read(const uint8_t *message, size_t length, const struct dns_name *name,
		     unsigned int type, struct dns_answer *answer);

#endif
