/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading of an answer: header lines as libcurl cuts them, and what a body looks like. Pure: bytes
 * in, facts out, everything bounded and cleaned.
 */
#ifndef PROBES_ENDPOINTS_HELPER_HTTP_HEAD_H
#define PROBES_ENDPOINTS_HELPER_HTTP_HEAD_H

#include "rules/facts_endpoints.h"

struct http_head {
	struct http_fact *fact;
	const char *url;  /* that was asked for: what a Location is relative to */
	char *location;   /* as in struct http_result; owned */
	size_t bytes;     /* of all lines so far, of 1xx answers too */
	bool complete;    /* the final answer's header is whole: what follows are trailers */
};

void http_head_release(struct http_head *head);
/*
 * One line, line end included. A status line starts anew, so that the last answer counts. 0;
 * -EFBIG: more than HTTP_HEADER_MAX in all; -ENOMEM.
 */
int http_head_line(struct http_head *head, const char *line, size_t length);
/* What the body looks like, by its bytes first and by its declared type then; fills `title`. */
int http_body_look(struct http_fact *fact, const char *body, size_t length);

#endif
