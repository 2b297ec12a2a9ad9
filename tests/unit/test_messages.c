/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of netlink messages against replayed bytes: what a whole message says, and that a lying
 * length ends it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include "probes/messages.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include <string.h>
#include <sys/socket.h>

#define ROOM 4096

/* One message under construction. */
struct message {
	_Alignas(8) char bytes[ROOM];
	struct nlmsghdr *header;
};

static void *message_begin(struct message *message, uint16_t type, size_t body)
{
	memset(message->bytes, 0, sizeof(message->bytes));
	message->header = mnl_nlmsg_put_header(message->bytes);
	message->header->nlmsg_type = type;
	return mnl_nlmsg_put_extra_header(message->header, body);
}

static struct facts facts;

static int feed(const struct message *message, rtnl_message reader, enum section_id section)
{
	struct message_reader data = { .facts = &facts, .section = section, .link_socket = -1 };

	return rtnl_walk(message->bytes, message->header->nlmsg_len, reader, &data);
}

static int begin(void **state)
{
	(void)state;
	facts_init(&facts);
	return 0;
}

static int end(void **state)
{
	(void)state;
	facts_release(&facts);
	return 0;
}

static void test_link(void **state)
{
	struct message message;
	struct ifinfomsg *body = message_begin(&message, RTM_NEWLINK, sizeof(*body));
	struct nlattr *info;
	struct nlattr *data;
	const struct link_fact *link;

	(void)state;
	body->ifi_index = 5;
	body->ifi_type = ARPHRD_ETHER;
	body->ifi_flags = IFF_UP | IFF_POINTOPOINT | IFF_NOARP;
	mnl_attr_put_strz(message.header, IFLA_IFNAME, "blue");
	mnl_attr_put_u32(message.header, IFLA_MTU, 1400);
	mnl_attr_put_u32(message.header, IFLA_GROUP, 3);
	mnl_attr_put_u32(message.header, IFLA_MASTER, 9);
	mnl_attr_put_u8(message.header, IFLA_OPERSTATE, 3);
	info = mnl_attr_nest_start(message.header, IFLA_LINKINFO);
	mnl_attr_put_strz(message.header, IFLA_INFO_KIND, "vrf");
	data = mnl_attr_nest_start(message.header, IFLA_INFO_DATA);
	mnl_attr_put_u32(message.header, IFLA_VRF_TABLE, 1001);
	mnl_attr_nest_end(message.header, data);
	mnl_attr_nest_end(message.header, info);
	assert_int_equal(feed(&message, message_link, SECTION_LINKS), 0);
	assert_int_equal(facts.links.links.count, 1);
	link = LIST_AT(&facts.links.links, struct link_fact, 0);
	assert_string_equal(link->name, "blue");
	assert_string_equal(link->kind, "vrf");
	assert_string_equal(link->type, "ether");
	assert_string_equal(link->master, "if9");
	assert_string_equal(link->operstate, "lowerlayerdown");
	assert_true(link->vrf_table.known && link->vrf_table.value == 1001);
	assert_true(link->up && link->point_to_point && !link->carrier && !link->loopback);
	assert_true(link->noarp);
	assert_int_equal(link->mtu, 1400);
	assert_int_equal(link->group, 3);
	/* an inner length that lies must not be read past */
	info->nla_len = (uint16_t)(info->nla_len + 4);
	assert_int_equal(feed(&message, message_link, SECTION_LINKS), -EBADMSG);
}

static void test_address(void **state)
{
	struct message message;
	struct ifaddrmsg *body = message_begin(&message, RTM_NEWADDR, sizeof(*body));
	const struct address_fact *address;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	body->ifa_family = AF_INET;
	body->ifa_prefixlen = 32;
	body->ifa_flags = 0;
	body->ifa_index = 4;
	body->ifa_scope = RT_SCOPE_LINK;
	mnl_attr_put_u32(message.header, IFA_LOCAL, htonl(0x0a090901));
	mnl_attr_put_u32(message.header, IFA_ADDRESS, htonl(0x0a090902));
	mnl_attr_put_u32(message.header, IFA_FLAGS, IFA_F_PERMANENT);
	assert_int_equal(feed(&message, message_address, SECTION_ADDRESSES), 0);
	assert_int_equal(facts.addresses.addresses.count, 1);
	address = LIST_AT(&facts.addresses.addresses, struct address_fact, 0);
	assert_string_equal(address_print(&address->address, text), "10.9.9.1");
	assert_string_equal(address_print(&address->peer, text), "10.9.9.2");
	assert_string_equal(address->scope, "link");
	assert_string_equal(address->dev, "if4");
	assert_true(address->permanent && address->length == 32);
	body->ifa_prefixlen = 33;
	assert_int_equal(feed(&message, message_address, SECTION_ADDRESSES), -EBADMSG);
}

static void test_rule(void **state)
{
	struct message message;
	struct fib_rule_hdr *body = message_begin(&message, RTM_NEWRULE, sizeof(*body));
	struct fib_rule_port_range ports = { 1000, 2000 };
	const struct rule_fact *rule;
	char text[PREFIX_TEXT_MAX];

	(void)state;
	body->family = AF_INET;
	body->action = FR_ACT_TO_TBL;
	body->src_len = 24;
	body->flags = FIB_RULE_INVERT;
	mnl_attr_put_u32(message.header, FRA_SRC, htonl(0x0a000000));
	mnl_attr_put_u32(message.header, FRA_TABLE, 1234567);
	mnl_attr_put_u32(message.header, FRA_FWMASK, 0xff);
	mnl_attr_put_u32(message.header, FRA_SUPPRESS_PREFIXLEN, 0);
	mnl_attr_put_u32(message.header, FRA_SUPPRESS_IFGROUP, 0xffffffffu);
	mnl_attr_put(message.header, FRA_DPORT_RANGE, sizeof(ports), &ports);
	mnl_attr_put_u16(message.header, 28, 0xfff0); /* FRA_SPORT_MASK */
	mnl_attr_put_u16(message.header, 29, 0xffff); /* FRA_DPORT_MASK: says nothing */
	mnl_attr_put_u32(message.header, 99, 1);      /* of no kernel yet */
	assert_int_equal(feed(&message, message_rule, SECTION_RULES), 0);
	rule = LIST_AT(&facts.rules.rules, struct rule_fact, 0);
	assert_string_equal(prefix_print(&rule->from, text), "10.0.0.0/24");
	assert_int_equal(rule->action, RULE_LOOKUP);
	assert_int_equal(rule->table, 1234567);
	assert_true(rule->mark.known && !rule->mark.value && rule->mask == 0xff);
	assert_true(rule->suppress_length.known && !rule->suppress_length.value);
	assert_false(rule->suppress_group.known || rule->to.known);
	assert_true(rule->dport_first.value == 1000 && rule->dport_last.value == 2000);
	assert_true(rule->invert);
	assert_int_equal(rule->unknown_selectors.count, 2);
	assert_string_equal(rule->unknown_selectors.items[0], "sport mask 0xfff0");
	assert_string_equal(rule->unknown_selectors.items[1], "99");
	/* a length without an address would make "from nobody knows" into "from anybody" */
	body->dst_len = 8;
	assert_int_equal(feed(&message, message_rule, SECTION_RULES), -EBADMSG);
}

static void test_policy(void **state)
{
	struct message message;
	struct xfrm_userpolicy_info *body;
	struct xfrm_user_tmpl template = { .optional = 1 };
	const struct xfrm_policy_fact *policy;

	(void)state;
	body = message_begin(&message, XFRM_MSG_NEWPOLICY, sizeof(*body));
	body->sel.family = AF_INET;
	body->sel.daddr.a4 = htonl(0x64680700);
	body->sel.prefixlen_d = 24;
	body->sel.dport = htons(443);
	body->dir = XFRM_POLICY_FWD;
	mnl_attr_put(message.header, XFRMA_TMPL, sizeof(template), &template);
	assert_int_equal(feed(&message, message_policy, SECTION_XFRM), 0);
	assert_int_equal(facts.xfrm.policies.count, 1);
	policy = LIST_AT(&facts.xfrm.policies, struct xfrm_policy_fact, 0);
	assert_string_equal(policy->direction, "forward");
	assert_string_equal(policy->action, "allow");
	assert_true(policy->has_template && policy->optional_template);
	assert_false(policy->dport.known); /* its mask is 0: any port */
	/* beside the range on both sides: not kept */
	body->sel.daddr.a4 = htonl(0x64690000);
	body->sel.saddr.a4 = htonl(0x0a000000);
	body->sel.prefixlen_s = 8;
	assert_int_equal(feed(&message, message_policy, SECTION_XFRM), 0);
	assert_int_equal(facts.xfrm.policies.count, 1);
	body->sel.prefixlen_s = 0;
	body->dir = 3;
	assert_int_equal(feed(&message, message_policy, SECTION_XFRM), 0);
	assert_int_equal(facts.xfrm.policies.count, 1);
}

static void test_neighbour(void **state)
{
	struct message message;
	struct ndmsg *body = message_begin(&message, RTM_NEWNEIGH, sizeof(*body));
	struct neighbour_fact *neighbour;

	(void)state;
	neighbour = list_add(&facts.neighbours.neighbours, sizeof(*neighbour));
	assert_non_null(neighbour);
	neighbour->address = address_from_ipv4(0x0a0000fe);
	neighbour->dev = text_copy("if3");
	neighbour->state = text_copy("none");
	body->ndm_family = AF_INET;
	body->ndm_ifindex = 3;
	body->ndm_state = NUD_FAILED;
	mnl_attr_put_u32(message.header, NDA_DST, htonl(0x0a0000fe));
	assert_int_equal(feed(&message, message_neighbour, SECTION_NEIGHBOURS), 0);
	assert_string_equal(neighbour->state, "failed");
	assert_false(neighbour->failed_twice);
	body->ndm_ifindex = 4; /* the same address elsewhere is somebody else */
	body->ndm_state = NUD_REACHABLE;
	assert_int_equal(feed(&message, message_neighbour, SECTION_NEIGHBOURS), 0);
	assert_string_equal(neighbour->state, "failed");
}

static void test_exception(void **state)
{
	struct message message;
	struct rtmsg *body = message_begin(&message, RTM_NEWROUTE, sizeof(*body));
	struct rta_cacheinfo info = { .rta_expires = 5050 };
	const struct exception_fact *exception;
	struct nlattr *metrics;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	body->rtm_family = AF_INET;
	mnl_attr_put_u32(message.header, RTA_DST, htonl(0x64680909));
	mnl_attr_put_u32(message.header, RTA_GATEWAY, htonl(0x0a0000fe));
	mnl_attr_put(message.header, RTA_CACHEINFO, sizeof(info), &info);
	metrics = mnl_attr_nest_start(message.header, RTA_METRICS);
	mnl_attr_put_u32(message.header, RTAX_MTU, 1300);
	mnl_attr_put_u32(message.header, RTAX_LOCK, 1u << RTAX_MTU);
	mnl_attr_nest_end(message.header, metrics);
	/* an ordinary route is none */
	assert_int_equal(feed(&message, message_exception, SECTION_EXCEPTIONS), 0);
	assert_int_equal(facts.exceptions.exceptions.count, 0);
	body->rtm_flags = RTM_F_CLONED;
	assert_int_equal(feed(&message, message_exception, SECTION_EXCEPTIONS), 0);
	assert_int_equal(facts.exceptions.exceptions.count, 1);
	exception = LIST_AT(&facts.exceptions.exceptions, struct exception_fact, 0);
	assert_string_equal(address_print(&exception->destination, text), "100.104.9.9");
	assert_string_equal(address_print(&exception->via, text), "10.0.0.254");
	assert_true(exception->mtu.known && exception->mtu.value == 1300 && exception->mtu_locked);
	assert_true(exception->expires_s.known && exception->expires_s.value == 50);
}

#define WITH_FACTS(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FACTS(test_link),
		WITH_FACTS(test_address),
		WITH_FACTS(test_rule),
		WITH_FACTS(test_policy),
		WITH_FACTS(test_neighbour),
		WITH_FACTS(test_exception),
	};

	return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
