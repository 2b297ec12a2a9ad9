/* SPDX-License-Identifier: Apache-2.0 */
/* The frame around every reader of netlink messages: sockets, and forgetting at a restart. */
#include "probes/messages.h"

#include "probes/system_file.h"

#include <unistd.h>

static void forget_section(void *data)
{
	struct message_reader *reader = data;

	record_release(section_record(reader->section),
		       facts_section(reader->facts, reader->section));
}

int messages_read_with(const struct rtnl_question *question, struct message_reader *reader,
		       rtnl_message message, rtnl_restart restart, struct fault *fault)
{
	struct rtnl_sink sink = { .message = message, .restart = restart, .data = reader };
	char name[16];
	int code;

	reader->link_socket = system_link_socket();
	if (reader->link_socket < 0)
		return fault_set(fault, reader->link_socket, "cannot open a socket: %s",
				 errno_name(reader->link_socket, name));
	code = rtnl_ask(question, &sink, fault);
	(void)close(reader->link_socket);
	reader->link_socket = -1;
	return code;
}

int messages_read(const struct rtnl_question *question, struct message_reader *reader,
		  rtnl_message message, struct fault *fault)
{
	return messages_read_with(question, reader, message, forget_section, fault);
}
