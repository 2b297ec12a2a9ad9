/* SPDX-License-Identifier: Apache-2.0 */
/* One dump from socket to socket: what most probes need. */
#include "probes/rtnl.h"

#include <errno.h>
#include <string.h>

#define QUESTION_MAX 512

int rtnl_ask(const struct rtnl_question *question, const struct rtnl_sink *sink,
	     struct fault *fault)
{
	_Alignas(struct nlmsghdr) char bytes[QUESTION_MAX];
	struct nlmsghdr *header;
	struct rtnl rtnl;
	int code;

	if (question->size + sizeof(*header) > QUESTION_MAX)
		return fault_set(fault, -EINVAL, "the question is too long");
	header = mnl_nlmsg_put_header(bytes);
	header->nlmsg_type = question->type;
	memcpy(mnl_nlmsg_put_extra_header(header, question->size), question->body, question->size);
	code = rtnl_open(&rtnl, question->bus, 0, question->deadline_ms, fault);
	if (code)
		return code;
	code = rtnl_dump(&rtnl, header, sink, fault);
	rtnl_close(&rtnl);
	return code;
}
