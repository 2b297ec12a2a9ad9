/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Neighbours of the next hops that the classes use. Nothing is sent: what the kernel knows already
 * is read, and a failed neighbour is looked at once more a second later, for one failure heals.
 */
#include "probes/catalog.h"
#include "probes/messages.h"
#include "probes/system_file.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define SECOND_LOOK_MS 1000
/* Room that must remain behind the second look. */
#define SECOND_LOOK_SLACK_MS 200

static struct neighbour_fact *find(const struct neighbours_facts *neighbours,
				   const struct address *address, const char *dev)
{
	size_t i;

	for (i = 0; i < neighbours->neighbours.count; i++) {
		struct neighbour_fact *neighbour =
			LIST_AT(&neighbours->neighbours, struct neighbour_fact, i);

		if (address_equal(&neighbour->address, address) && text_equal(neighbour->dev, dev))
			return neighbour;
	}
	return NULL;
}

static int want_hops(const struct list *hops, struct neighbours_facts *neighbours)
{
	size_t i;

	for (i = 0; i < hops->count; i++) {
		const struct next_hop *hop = LIST_AT(hops, struct next_hop, i);
		struct neighbour_fact *neighbour;

		if (hop->via.family == ADDRESS_NONE || !hop->dev ||
		    find(neighbours, &hop->via, hop->dev))
			continue;
		neighbour = list_add(&neighbours->neighbours, sizeof(*neighbour));
		if (!neighbour)
			return -ENOMEM;
		neighbour->address = hop->via;
		neighbour->dev = text_copy(hop->dev);
		neighbour->state = text_copy(rtnl_neighbour_state(NUD_NONE));
		if (!neighbour->dev || !neighbour->state)
			return -ENOMEM;
	}
	return 0;
}

static int want_classes(const struct list *classes, struct neighbours_facts *neighbours)
{
	size_t i;
	size_t j;
	int code = 0;

	for (i = 0; !code && i < classes->count; i++) {
		const struct class_fact *class_fact = LIST_AT(classes, struct class_fact, i);

		code = want_hops(&class_fact->next_hops, neighbours);
		for (j = 0; !code && j < class_fact->ports.count; j++) {
			const struct class_ports *ports =
				LIST_AT(&class_fact->ports, struct class_ports, j);

			code = want_hops(&ports->next_hops, neighbours);
		}
	}
	return code;
}

static bool read_destination(const struct nlattr *attribute, struct address *address)
{
	size_t length;

	if (!attribute)
		return false;
	length = mnl_attr_get_payload_len(attribute);
	if (length != 4 && length != 16)
		return false;
	memset(address, 0, sizeof(*address));
	address->family = length == 4 ? ADDRESS_IPV4 : ADDRESS_IPV6;
	memcpy(address->bytes, mnl_attr_get_payload(attribute), length);
	return true;
}

/* On an interface that asks nobody the kernel takes its own address for the neighbour's. */
static int read_own(int link_socket, const struct ndmsg *body, const struct nlattr *address,
		    bool *own)
{
	*own = false;
	if (body->ndm_state != NUD_NOARP || !address || !mnl_attr_get_payload_len(address))
		return 0;
	return system_link_holds(link_socket, (uint32_t)body->ndm_ifindex,
				 mnl_attr_get_payload(address), mnl_attr_get_payload_len(address),
				 own);
}

int message_neighbour(const struct nlmsghdr *header, void *data)
{
	struct message_reader *reader = data;
	const struct nlattr *tb[NDA_MAX + 1];
	const struct ndmsg *body;
	struct neighbour_fact *neighbour;
	struct address address;
	char *name;
	int code;

	if (header->nlmsg_type != RTM_NEWNEIGH)
		return 0;
	body = rtnl_body(header, sizeof(*body));
	if (!body || rtnl_attributes(header, sizeof(*body), tb, NDA_MAX))
		return -EBADMSG;
	if (body->ndm_flags & NTF_PROXY || !read_destination(tb[NDA_DST], &address))
		return 0;
	code = system_link_name(reader->link_socket, (uint32_t)body->ndm_ifindex, &name);
	if (code)
		return code;
	neighbour = find(&reader->facts->neighbours, &address, name);
	free(name);
	if (!neighbour)
		return 0;
	/* a new attempt (incomplete) after a failed one is no answer: somebody goes on sending */
	if (reader->second && text_equal(neighbour->state, "failed") &&
	    (body->ndm_state == NUD_FAILED || body->ndm_state == NUD_INCOMPLETE)) {
		neighbour->failed_twice = true;
		return 0;
	}
	free(neighbour->state);
	neighbour->state = text_copy(rtnl_neighbour_state(body->ndm_state));
	if (!neighbour->state)
		return -ENOMEM;
	return read_own(reader->link_socket, body, tb[NDA_LLADDR], &neighbour->own);
}

static int look(struct message_reader *reader, uint64_t deadline_ms, struct fault *fault)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	size_t i;
	int code = 0;

	for (i = 0; !code && i < sizeof(families); i++) {
		struct ndmsg body = { .ndm_family = families[i] };
		struct rtnl_question ask = {
			.bus = NETLINK_ROUTE,
			.type = RTM_GETNEIGH,
			.body = &body,
			.size = sizeof(body),
			.deadline_ms = deadline_ms,
		};

		/* a restart needs no forgetting: an entry that comes again says its state anew */
		code = messages_read_with(&ask, reader, message_neighbour, NULL, fault);
	}
	return code;
}

static bool some_failed(const struct neighbours_facts *neighbours)
{
	size_t i;

	for (i = 0; i < neighbours->neighbours.count; i++) {
		if (text_equal(LIST_AT(&neighbours->neighbours, struct neighbour_fact, i)->state,
			       "failed"))
			return true;
	}
	return false;
}

static int look_again(struct message_reader *reader, uint64_t deadline_ms, struct fault *fault)
{
	struct timespec pause = { .tv_sec = SECOND_LOOK_MS / 1000 };
	struct section *section = &reader->facts->neighbours.section;

	if (probe_now_ms() + SECOND_LOOK_MS + SECOND_LOOK_SLACK_MS > deadline_ms) {
		section->note = text_copy("no time for a second look at failed neighbours");
		return section->note ? 0 : -ENOMEM;
	}
	while (nanosleep(&pause, &pause)) {
		if (errno != EINTR)
			return -errno;
	}
	reader->second = true;
	return look(reader, deadline_ms, fault);
}

static int neighbours_run(const struct probe_context *context, struct facts *facts,
			  struct fault *fault)
{
	struct message_reader reader = { .facts = facts, .section = SECTION_NEIGHBOURS };
	int code;

	if (facts->routes.section.state != FACT_OK)
		return fault_set(fault, -EIO, "the next hops in use are not known");
	code = want_classes(&facts->routes.classes, &facts->neighbours);
	if (!code)
		code = want_classes(&facts->routes.vswitch_classes, &facts->neighbours);
	if (code || !facts->neighbours.neighbours.count)
		return code;
	code = look(&reader, context->deadline_ms, fault);
	if (!code && some_failed(&facts->neighbours))
		code = look_again(&reader, context->deadline_ms, fault);
	return code;
}

const struct probe probe_neighbours = {
	.name = "neighbours",
	.summary = "neighbours of the next hops in use",
	.needs = PROBE_NEEDS_NETLINK,
	.wire = "nothing",
	.doc = "routing netlink RTM_GETNEIGH; a failed one again one second later",
	.section = SECTION_NEIGHBOURS,
	.after = SECTION_BIT(SECTION_ROUTES),
	.run = neighbours_run,
};
