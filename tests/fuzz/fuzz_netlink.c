/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of netlink messages: the first byte picks one, the rest is the payload behind a truthful
 * outer header. What a reader takes must come out as JSON that the strict validator accepts. With
 * the last pick the bytes are a whole datagram, headers included, whose lengths may lie.
 */
#include "probes/messages.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <string.h>

struct pick {
	rtnl_message message;
	uint16_t type;
	enum section_id section;
};

static const struct pick picks[] = {
	{ message_link, RTM_NEWLINK, SECTION_LINKS },
	{ message_address, RTM_NEWADDR, SECTION_ADDRESSES },
	{ message_rule, RTM_NEWRULE, SECTION_RULES },
	{ message_policy, XFRM_MSG_NEWPOLICY, SECTION_XFRM },
	{ message_listener, SOCK_DIAG_BY_FAMILY, SECTION_LISTENERS },
	{ message_neighbour, RTM_NEWNEIGH, SECTION_NEIGHBOURS },
	{ message_exception, RTM_NEWROUTE, SECTION_EXCEPTIONS },
};

#define PICKS (sizeof(picks) / sizeof(picks[0]))

/* One that a message may speak of: 10.0.0.254 on interface 3. */
static void add_neighbour(struct facts *facts)
{
	struct neighbour_fact *neighbour =
		list_add(&facts->neighbours.neighbours, sizeof(*neighbour));

	if (!neighbour)
		abort();
	neighbour->address = address_from_ipv4(0x0a0000fe);
	neighbour->dev = text_copy("if3");
	neighbour->state = text_copy("none");
}

static void check_written(struct facts *facts, enum section_id section)
{
	struct text out;

	facts_section(facts, section)->state = FACT_OK;
	facts_sort(facts);
	text_init(&out, JSON_SIZE_MAX);
	facts_write(facts, &out, -1);
	FUZZ_CHECK(text_error(&out) == 0);
	FUZZ_CHECK(json_validate(text_string(&out), out.length, NULL) == 0);
	text_release(&out);
}

static void feed(const struct pick *pick, const uint8_t *data, size_t size)
{
	static bool ports[MESSAGE_PORTS];
	struct facts facts;
	struct message_reader reader = {
		.facts = &facts,
		.section = pick->section,
		.link_socket = -1,
		.ports = ports,
		.second = true,
	};
	/* as long as it says and no longer, so that one byte more is seen */
	struct nlmsghdr *header = malloc(sizeof(*header) + size);
	int code;

	if (!header)
		abort();
	memset(ports, true, sizeof(ports));
	memset(header, 0, sizeof(*header));
	header->nlmsg_len = (uint32_t)(sizeof(*header) + size);
	header->nlmsg_type = pick->type;
	memcpy(header + 1, data, size);
	facts_init(&facts);
	add_neighbour(&facts);
	code = rtnl_walk(header, header->nlmsg_len, pick->message, &reader);
	FUZZ_CHECK(code == 0 || code == -EBADMSG);
	if (!code)
		check_written(&facts, pick->section);
	facts_release(&facts);
	free(header);
}

static int touch(const struct nlmsghdr *header, void *data)
{
	const struct nlattr *tb[8];
	uint32_t *sum = data;
	unsigned int i;

	if (rtnl_attributes(header, 4, tb, 7))
		return 0;
	for (i = 0; i < 8; i++) {
		uint32_t value;
		char *string = rtnl_string(tb[i]);

		if (rtnl_u32(tb[i], &value))
			*sum += value;
		free(string);
	}
	return 0;
}

static void walk(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size ? size : 1);
	uint32_t sum = 0;
	int code;

	if (!bytes)
		abort();
	memcpy(bytes, data, size);
	code = rtnl_walk(bytes, size, touch, &sum);
	FUZZ_CHECK(code == 0 || code == -EBADMSG);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t pick;

	if (!size || size > 65536)
		return 0;
	pick = data[0] % (PICKS + 1);
	if (pick < PICKS)
		feed(&picks[pick], data + 1, size - 1);
	else
		walk(data + 1, size - 1);
	return 0;
}
