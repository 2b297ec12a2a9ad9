/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP: one request at a time on the socket that it is given. */
#include "probes/endpoints_helper/http.h"

#include "rules/text.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

struct web {
	CURLM *multi;
};

/* A request waits in the loop until its turn, so that its end never comes before its start. */
struct requesting {
	struct run *run;
	struct timer turn;
	http_done *done;
	void *owner;
	int fd;
};

int web_open(struct run *run)
{
	run->web = calloc(1, sizeof(*run->web));
	return run_keeps(run, run->web) ? 0 : run->error;
}

void web_close(struct run *run)
{
	free(run->web);
	run->web = NULL;
}

static void turn(struct timer *timer)
{
	struct requesting *requesting = timer->owner;
	struct http_result result = { .http.outcome = HTTP_UNTRIED };

	connect_close(requesting->fd);
	requesting->done(requesting->owner, &result);
	record_release(&http_record, &result.http);
	free(requesting);
}

int http_start(struct run *run, const struct http_request *request, http_done *done, void *owner)
{
	struct requesting *requesting = calloc(1, sizeof(*requesting));

	if (!run_keeps(run, requesting))
		return run->error;
	*requesting = (struct requesting){ .run = run, .done = done, .owner = owner,
					   .fd = request->fd };
	requesting->turn = (struct timer){ .strike = turn, .owner = requesting };
	return loop_after(&run->loop, &requesting->turn, 0);
}
