/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the proof reads of the kernel: the dump of routes, next-hop objects, events. The first byte
 * picks dump (0) or events (1), the next two say how much of the rest is that, what remains
 * answers the questions for next-hop objects, one message a question. The kernel's place is taken
 * by the linker (--wrap).
 */
#include "probes/routes_events.h"
#include "probes/routes_hops.h"
#include "probes/routes_scan.h"
#include "rules/text.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

struct kernel {
	const uint8_t *bytes, *objects;
	size_t length, object_length;
};

int __wrap_rtnl_dump(struct rtnl *rtnl, struct nlmsghdr *request, const struct rtnl_sink *sink,
		     struct fault *fault);
int __wrap_rtnl_events(struct rtnl *rtnl, rtnl_message message, void *data, struct fault *fault);
int __wrap_rtnl_exchange(struct rtnl *rtnl, struct rtnl_batch *batch, rtnl_reply reply, void *data,
			 struct fault *fault);

/* A socket of these tests is the kernel that stands behind it. */
static struct kernel *kernel_of(struct rtnl *rtnl)
{
	return (void *)rtnl->buffer;
}

/* Only what the real walk lets through: aligned, and as long as it says. */
static int say(const uint8_t *bytes, size_t length, rtnl_message message, void *data)
{
	char *copy = malloc(length ? length : 1);
	int code;

	if (!copy)
		abort();
	memcpy(copy, bytes, length);
	code = rtnl_walk(copy, length, message, data);
	free(copy);
	return code;
}

int __wrap_rtnl_dump(struct rtnl *rtnl, struct nlmsghdr *request, const struct rtnl_sink *sink,
		     struct fault *fault)
{
	const struct kernel *kernel = kernel_of(rtnl);

	(void)request;
	(void)fault;
	return say(kernel->bytes, kernel->length, sink->message, sink->data);
}

int __wrap_rtnl_events(struct rtnl *rtnl, rtnl_message message, void *data, struct fault *fault)
{
	const struct kernel *kernel = kernel_of(rtnl);

	(void)fault;
	return say(kernel->bytes, kernel->length, message, data);
}

struct question {
	rtnl_reply reply;
	void *data;
};

static int answer(const struct nlmsghdr *header, void *data)
{
	const struct question *question = data;

	return question->reply(0, header, 0, question->data);
}

int __wrap_rtnl_exchange(struct rtnl *rtnl, struct rtnl_batch *batch, rtnl_reply reply, void *data,
			 struct fault *fault)
{
	struct kernel *kernel = kernel_of(rtnl);
	struct question question = { .reply = reply, .data = data };
	uint32_t length = 0;
	int code;

	(void)batch;
	(void)fault;
	if (kernel->object_length >= sizeof(length))
		memcpy(&length, kernel->objects, sizeof(length));
	if (length < sizeof(struct nlmsghdr) || length > kernel->object_length)
		return reply(0, NULL, -ENOENT, data);
	code = say(kernel->objects, length, answer, &question);
	length = (length + 3) & ~3u;
	if (length > kernel->object_length)
		length = (uint32_t)kernel->object_length;
	kernel->objects += length;
	kernel->object_length -= length;
	return code;
}

static void check_cuts(struct cuts *cuts)
{
	size_t i;

	if (cuts_settle(cuts))
		abort();
	FUZZ_CHECK(cuts->count > 0 && cuts->starts[0] == cuts->first);
	for (i = 1; i < cuts->count; i++)
		FUZZ_CHECK(cuts->starts[i] > cuts->starts[i - 1] && cuts->starts[i] <= cuts->last);
}

static void check_written(struct facts *facts)
{
	struct text out;

	facts->routes.section.state = FACT_OK;
	facts_sort(facts);
	text_init(&out, JSON_SIZE_MAX);
	facts_write(facts, &out, -1);
	FUZZ_CHECK(text_error(&out) == 0);
	FUZZ_CHECK(json_validate(text_string(&out), out.length, NULL) == 0);
	text_release(&out);
}

static void scan(struct rtnl *rtnl, struct facts *facts)
{
	struct cuts range;
	struct route_scan pass = { .facts = facts, .ranges = { &range, NULL },
				   .entries = &facts->routes.entries };
	int code;

	cuts_init(&range, &reverse_range);
	code = routes_scan(rtnl, &pass, NULL);
	if (!code)
		code = routes_resolve(rtnl, &pass, NULL);
	FUZZ_CHECK(code != -ENOMEM);
	check_cuts(&range);
	if (!code)
		check_written(facts);
	cuts_release(&range);
}

static void watch(const struct rtnl *rtnl, const struct facts *facts)
{
	struct route_events events = { .rtnl = *rtnl, .ranges = { reverse_range } };
	bool changed = false;
	int code = route_events_changed(&events, facts, &changed, NULL);

	FUZZ_CHECK(code == 0 || code == -EBADMSG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel kernel = { .bytes = data + 3 };
	struct rtnl rtnl = { .buffer = (void *)&kernel };
	struct facts facts;

	if (size < 3 || size > 65536)
		return 0;
	kernel.length = data[1] | (size_t)data[2] << 8;
	if (kernel.length > size - 3)
		kernel.length = size - 3;
	kernel.objects = data + 3 + kernel.length;
	kernel.object_length = size - 3 - kernel.length;
	facts_init(&facts);
	if (data[0] & 1)
		watch(&rtnl, &facts);
	else
		scan(&rtnl, &facts);
	facts_release(&facts);
	return 0;
}
