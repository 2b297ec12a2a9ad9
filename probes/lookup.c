/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches of route look-ups. Every request has the same fixed layout, so that asking 65,536 times
 * costs a short copy a question; a value of 0 means "not given" to the kernel.
 * It knows nothing of what answers mean.
 */
#include "probes/lookup.h"

#include "probes/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct attribute_u32 {
	struct nlattr head;
	uint32_t value;
};

struct attribute_u16 {
	struct nlattr head;
	uint16_t value;
	uint16_t padding;
};

struct attribute_u8 {
	struct nlattr head;
	uint8_t value;
	uint8_t padding[3];
};

struct lookup_request {
	struct nlmsghdr header;
	struct rtmsg route;
	struct attribute_u32 destination, source;
	struct attribute_u8 protocol;
	struct attribute_u16 sport, dport;
	struct attribute_u32 uid;
	/* seldom given, so they stand where a request can end before them */
	struct attribute_u32 mark, iif, oif;
};

_Static_assert(sizeof(struct lookup_request) % NLMSG_ALIGNTO == 0, "requests lie back to back");

/* One batch on its way. */
struct batch {
	const struct lookup_run *run;
	size_t index[LOOKUP_BATCH];   /* of the run, by place in the batch */
	bool refused[LOOKUP_BATCH];
	bool last_word; /* a refusal now counts */
};

static void put_head(struct nlattr *head, unsigned int type, size_t size)
{
	head->nla_type = (uint16_t)type;
	head->nla_len = (uint16_t)(sizeof(*head) + size);
}

static void request_init(struct lookup_request *request)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = sizeof(*request);
	request->header.nlmsg_type = RTM_GETROUTE;
	request->route.rtm_family = AF_INET;
	request->route.rtm_dst_len = 32;
	request->route.rtm_src_len = 32;
	put_head(&request->destination.head, RTA_DST, sizeof(uint32_t));
	put_head(&request->source.head, RTA_SRC, sizeof(uint32_t));
	put_head(&request->mark.head, RTA_MARK, sizeof(uint32_t));
	put_head(&request->uid.head, RTA_UID, sizeof(uint32_t));
	put_head(&request->iif.head, RTA_IIF, sizeof(uint32_t));
	put_head(&request->oif.head, RTA_OIF, sizeof(uint32_t));
	put_head(&request->sport.head, RTA_SPORT, sizeof(uint16_t));
	put_head(&request->dport.head, RTA_DPORT, sizeof(uint16_t));
	put_head(&request->protocol.head, RTA_IP_PROTO, sizeof(uint8_t));
	request->protocol.value = IPPROTO_TCP;
}

/* The attributes behind the last one that is given are left out: the kernel checks each. */
static uint32_t request_length(const struct lookup_tuple *tuple)
{
	return tuple->oif ? sizeof(struct lookup_request) :
	       tuple->iif ? offsetof(struct lookup_request, oif) :
	       tuple->mark ? offsetof(struct lookup_request, iif) :
	       offsetof(struct lookup_request, mark);
}

static void request_fill(struct lookup_request *request, const struct lookup_tuple *tuple,
			 uint32_t flags)
{
	request->header.nlmsg_len = request_length(tuple);
	request->route.rtm_flags = flags;
	request->destination.value = htonl(tuple->destination);
	request->source.value = htonl(tuple->source);
	request->mark.value = tuple->mark;
	request->uid.value = tuple->uid;
	request->iif.value = tuple->iif;
	request->oif.value = tuple->oif;
	request->sport.value = htons(tuple->sport);
	request->dport.value = htons(tuple->dport);
}

int lookup_open(struct lookup *lookup, uint64_t deadline_ms, struct fault *fault)
{
	int code;

	memset(lookup, 0, sizeof(*lookup));
	lookup->flags = RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE;
	code = rtnl_open(&lookup->rtnl, NETLINK_ROUTE, 0, deadline_ms, fault);
	if (code)
		return code;
	/* the first is what all others start from */
	lookup->requests = calloc(1 + LOOKUP_BATCH, sizeof(*lookup->requests));
	if (!lookup->requests) {
		rtnl_close(&lookup->rtnl);
		return fault_set(fault, -ENOMEM, "out of memory");
	}
	request_init(&lookup->requests[0]);
	return 0;
}

void lookup_close(struct lookup *lookup)
{
	rtnl_close(&lookup->rtnl);
	free(lookup->requests);
	lookup->requests = NULL;
}

static int batch_reply(uint32_t place, const struct nlmsghdr *header, int error, void *data)
{
	struct batch *batch = data;

	if (!header && !batch->last_word) {
		batch->refused[place] = true;
		return 0;
	}
	batch->refused[place] = false;
	/* an acknowledgement without an answer is no answer */
	return batch->run->answer(batch->index[place], header,
				  header ? 0 : error ? error : -ENODATA, batch->run->data);
}

/* Asks the questions batch->index[0..count). */
static int batch_send(struct lookup *lookup, struct batch *batch, uint32_t count,
		      struct fault *fault)
{
	char *at = (char *)&lookup->requests[1];
	struct rtnl_batch bytes = { .bytes = at, .count = count };
	uint32_t i;

	if (probe_now_ms() >= lookup->rtnl.deadline_ms)
		return fault_set(fault, -ETIMEDOUT, "out of time after %u look-ups", lookup->asked);
	for (i = 0; i < count; i++) {
		struct lookup_request *request = (void *)(at + bytes.length);
		struct lookup_tuple tuple;

		memset(&tuple, 0, sizeof(tuple));
		batch->run->ask(batch->index[i], &tuple, batch->run->data);
		*request = lookup->requests[0];
		request_fill(request, &tuple, lookup->flags);
		bytes.length += request->header.nlmsg_len;
	}
	lookup->asked += count;
	return rtnl_exchange(&lookup->rtnl, &bytes, batch_reply, batch, fault);
}

int lookup_all(struct lookup *lookup, const struct lookup_run *run, struct fault *fault)
{
	size_t next = 0;

	while (next < run->count) {
		struct batch batch = { .run = run };
		uint32_t count = 0;
		uint32_t again = 0;
		uint32_t i;
		int code;

		while (count < LOOKUP_BATCH && next < run->count)
			batch.index[count++] = next++;
		code = batch_send(lookup, &batch, count, fault);
		if (code)
			return code;
		for (i = 0; i < count; i++)
			if (batch.refused[i])
				batch.index[again++] = batch.index[i];
		batch.last_word = true;
		code = again ? batch_send(lookup, &batch, again, fault) : 0;
		if (code)
			return code;
	}
	return 0;
}
