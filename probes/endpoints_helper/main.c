/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reachback-probe-endpoints: reads a request (probes/endpoints_request.h) from stdin, climbs, and
 * writes the section "endpoints" to stdout. Executed by the probe of that name, without privileges.
 */
#include "probes/endpoints_helper/helper.h"

#include "probes/endpoints_helper/connect.h"
#include "probes/endpoints_helper/experiments.h"
#include "probes/endpoints_helper/http.h"
#include "probes/endpoints_helper/ladder.h"
#include "probes/endpoints_helper/memory.h"
#include "probes/endpoints_helper/names.h"
#include "probes/helper.h"
#include "rules/text.h"

#include <errno.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUTPUT_MAX ((size_t)64 * 1024 * 1024)
#define TOKEN_MAX 1024

/* The first line of the descriptor; bytes that cannot stand in a header make it no token. */
static int read_token(struct run *run, int fd)
{
	char line[TOKEN_MAX + 1];
	size_t length = 0, i;
	ssize_t got = 1;

	while (length < TOKEN_MAX && got != 0) {
		got = read(fd, line + length, TOKEN_MAX - length);
		if (got < 0 && errno != EINTR)
			break;
		length += got > 0 ? (size_t)got : 0;
	}
	line[length] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	for (i = 0; line[i] > ' ' && line[i] < 0x7f; i++)
		;
	if (got >= 0 && i > 0 && !line[i])
		run->token = strdup(line);
	explicit_bzero(line, sizeof(line));
	if (got < 0)
		return -EIO;
	return run->token || i == 0 ? 0 : -ENOMEM;
}

static int copy_strings(const struct strings *from, struct strings *to)
{
	size_t i;
	int error = 0;

	for (i = 0; i < from->count && !error; i++)
		error = strings_add(to, from->items[i]);
	return error;
}

static int climb(struct run *run)
{
	int error = connect_open(run);

	if (!error)
		error = experiments_open(run);
	if (!error)
		error = names_open(run);
	if (!error)
		error = web_open(run);
	if (!error)
		error = ladder_open(run);
	if (!error) {
		connect_choose_source(run);
		ladder_start(run);
		error = loop_run(&run->loop, run->deadline);
		if (error == -ETIMEDOUT) {
			run_limit(run, "run", (uint64_t)run->request->budget_ms * 1000);
			error = 0;
		}
	}
	ladder_close(run);
	web_close(run);
	names_close(run);
	experiments_shut(run);
	connect_shut(run);
	return error ? error : run->error;
}

static int look(const struct endpoints_request *request, struct endpoints_facts *facts)
{
	struct run run = { .request = request, .facts = facts, .loop.epoll = -1 };
	int error;

	run.deadline = loop_now() + (uint64_t)request->budget_ms * 1000;
	facts->section.state = FACT_OK;
	facts->deep = request->deep;
	facts->cacert = request->cacert_fd.known;
	error = copy_strings(&request->proxy_variables, &facts->proxy_variables);
	if (!error)
		error = copy_strings(&request->trust_variables, &facts->trust_variables);
	if (!error && request->token_fd.known)
		error = read_token(&run, (int)request->token_fd.value);
	if (!error)
		error = loop_init(&run.loop);
	if (!error)
		error = climb(&run);
	loop_release(&run.loop);
	if (run.token)
		explicit_bzero(run.token, strlen(run.token));
	free(run.token);
	return error;
}

static int answer(const struct endpoints_request *request)
{
	struct endpoints_facts facts = { .section.state = FACT_ABSENT };
	const struct record *record = section_record(SECTION_ENDPOINTS);
	struct text out;
	int error;

	text_init(&out, OUTPUT_MAX);
	error = look(request, &facts);
	if (!error) {
#ifdef __GLIBC__
		/* what climbing took is free, and the answer need not come on top of it */
		(void)malloc_trim(0);
#endif
		record_write(record, &facts, &out, -1);
		error = helper_answer(&out);
	}
	text_release(&out);
	record_release(record, &facts);
	return error;
}

int main(void)
{
	struct endpoints_request request = { .budget_ms = 0 };
	int error = helper_begin();

	if (!error)
		error = memory_open();
	if (!error)
		error = helper_request(&endpoints_request_record, &request);
	if (!error)
		error = answer(&request);
	record_release(&endpoints_request_record, &request);
	if (error == -EBADMSG)
		return HELPER_UNUSABLE;
	return error ? 1 : 0;
}
