/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 policy rules in the kernel's order, with every selector it has.
 *
 * Selectors of kernels newer than this program are kept by number, never ignored: a rule that only
 * looks as if it matched everything would turn the whole judgement over.
 */
#include "probes/catalog.h"
#include "probes/messages.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

/* Newer than the headers that this is built with. */
#define RULE_DSCP 25
#define RULE_SPORT_MASK 28
#define RULE_DPORT_MASK 29
#define RULE_DSCP_MASK 30
/* Room for attributes that no kernel has yet. */
#define RULE_ATTRIBUTES 127

#define NONE 0xffffffffu

static void set_maybe(struct maybe *maybe, uint32_t value)
{
	maybe->known = true;
	maybe->value = value;
}

static int unknown_add(struct rule_fact *rule, const char *word, unsigned int number)
{
	char words[48];

	(void)snprintf(words, sizeof(words), word[0] ? "%s 0x%x" : "%s%u", word, number);
	return strings_add(&rule->unknown_selectors, words);
}

static int read_action(const struct fib_rule_hdr *body, struct rule_fact *rule)
{
	static const int actions[] = {
		[FR_ACT_TO_TBL] = RULE_LOOKUP,
		[FR_ACT_GOTO] = RULE_GOTO,
		[FR_ACT_NOP] = RULE_NOP,
		[FR_ACT_RES3] = RULE_BLACKHOLE,
		[FR_ACT_RES4] = RULE_BLACKHOLE,
		[FR_ACT_BLACKHOLE] = RULE_BLACKHOLE,
		[FR_ACT_UNREACHABLE] = RULE_UNREACHABLE,
		[FR_ACT_PROHIBIT] = RULE_PROHIBIT,
	};

	/* the kernel answers EINVAL for an action it does not know, as for a blackhole */
	rule->action = RULE_BLACKHOLE;
	if (body->action < sizeof(actions) / sizeof(actions[0]) && body->action)
		rule->action = actions[body->action];
	else
		return unknown_add(rule, "action", body->action);
	return 0;
}

static int read_prefix(const struct nlattr *attribute, uint8_t length, struct prefix *prefix)
{
	uint32_t address = 0;

	if (!attribute && !length)
		return 0;
	if (length > 32 || !rtnl_ipv4(attribute, &address))
		return -EBADMSG;
	*prefix = prefix_make(address, length);
	return 0;
}

static void read_ports(const struct nlattr *attribute, struct maybe *first, struct maybe *last)
{
	struct fib_rule_port_range range;

	if (!attribute || mnl_attr_get_payload_len(attribute) != sizeof(range))
		return;
	memcpy(&range, mnl_attr_get_payload(attribute), sizeof(range));
	set_maybe(first, range.start);
	set_maybe(last, range.end);
}

static void read_uids(const struct nlattr *attribute, struct rule_fact *rule)
{
	struct fib_rule_uid_range range;

	if (!attribute || mnl_attr_get_payload_len(attribute) != sizeof(range))
		return;
	memcpy(&range, mnl_attr_get_payload(attribute), sizeof(range));
	set_maybe(&rule->uid_first, range.start);
	set_maybe(&rule->uid_last, range.end);
}

static void read_small(const struct nlattr *attribute, struct maybe *maybe)
{
	uint8_t value;

	if (rtnl_u8(attribute, &value))
		set_maybe(maybe, value);
}

static void read_numbers(const struct nlattr *const *tb, struct rule_fact *rule)
{
	uint32_t value;
	uint8_t flag;

	(void)rtnl_u32(tb[FRA_PRIORITY], &rule->priority);
	(void)rtnl_u32(tb[FRA_TABLE], &rule->table);
	if (rule->action != RULE_LOOKUP)
		rule->table = 0;
	if (tb[FRA_FWMARK] || tb[FRA_FWMASK])
		rule->mark.known = true;
	(void)rtnl_u32(tb[FRA_FWMARK], &rule->mark.value);
	if (!rtnl_u32(tb[FRA_FWMASK], &rule->mask) && rule->mark.known)
		rule->mask = NONE;
	if (rtnl_u32(tb[FRA_GOTO], &value))
		set_maybe(&rule->goto_priority, value);
	if (rtnl_u32(tb[FRA_SUPPRESS_PREFIXLEN], &value) && value != NONE)
		set_maybe(&rule->suppress_length, value);
	if (rtnl_u32(tb[FRA_SUPPRESS_IFGROUP], &value) && value != NONE)
		set_maybe(&rule->suppress_group, value);
	rule->l3mdev = rtnl_u8(tb[FRA_L3MDEV], &flag) && flag;
	if (rule->l3mdev)
		rule->table = 0;
	read_small(tb[FRA_IP_PROTO], &rule->ipproto);
	read_small(tb[RULE_DSCP], &rule->dscp);
	read_ports(tb[FRA_SPORT_RANGE], &rule->sport_first, &rule->sport_last);
	read_ports(tb[FRA_DPORT_RANGE], &rule->dport_first, &rule->dport_last);
	read_uids(tb[FRA_UID_RANGE], rule);
}

static int read_tunnel(const struct nlattr *attribute, struct rule_fact *rule)
{
	uint64_t network;
	const unsigned char *bytes = (const unsigned char *)&network;

	if (!attribute)
		return 0;
	if (mnl_attr_get_payload_len(attribute) != sizeof(network))
		return -EBADMSG;
	memcpy(&network, mnl_attr_get_payload(attribute), sizeof(network));
	/* big endian; the upper half has no place in the facts and is told apart */
	set_maybe(&rule->tunnel, (uint32_t)bytes[4] << 24 | (uint32_t)bytes[5] << 16 |
				 (uint32_t)bytes[6] << 8 | bytes[7]);
	if (bytes[0] | bytes[1] | bytes[2] | bytes[3])
		return unknown_add(rule, "", FRA_TUN_ID);
	return 0;
}

/* A mask that lets only part of a port or DSCP count; a full one says nothing new. */
static int read_masks(const struct nlattr *const *tb, struct rule_fact *rule)
{
	uint16_t ports;
	uint8_t dscp;
	int code = 0;

	if (rtnl_u16(tb[RULE_SPORT_MASK], &ports) && ports != 0xffff)
		code = unknown_add(rule, "sport mask", ports);
	if (!code && rtnl_u16(tb[RULE_DPORT_MASK], &ports) && ports != 0xffff)
		code = unknown_add(rule, "dport mask", ports);
	if (!code && rtnl_u8(tb[RULE_DSCP_MASK], &dscp) && dscp != 0x3f)
		code = unknown_add(rule, "dscp mask", dscp);
	return code;
}

static int read_unknown(const struct nlattr *const *tb, struct rule_fact *rule)
{
	unsigned int type;
	int code = 0;

	for (type = RULE_DSCP + 1; !code && type <= RULE_ATTRIBUTES; type++) {
		if (tb[type] && type != RULE_SPORT_MASK && type != RULE_DPORT_MASK &&
		    type != RULE_DSCP_MASK)
			code = unknown_add(rule, "", type);
	}
	return code;
}

static int fill_rule(const struct nlattr *const *tb, const struct fib_rule_hdr *body,
		     struct rule_fact *rule)
{
	char digits[12];
	uint8_t protocol = RTPROT_UNSPEC;
	int code;

	rule->table = body->table;
	rule->tos = body->tos;
	rule->invert = body->flags & FIB_RULE_INVERT;
	rule->goto_unresolved = body->flags & FIB_RULE_UNRESOLVED;
	rule->iif_detached = body->flags & FIB_RULE_IIF_DETACHED;
	rule->oif_detached = body->flags & FIB_RULE_OIF_DETACHED;
	code = read_action(body, rule);
	if (!code)
		code = read_prefix(tb[FRA_SRC], body->src_len, &rule->from);
	if (!code)
		code = read_prefix(tb[FRA_DST], body->dst_len, &rule->to);
	if (!code)
		code = rtnl_string_read(tb[FRA_IIFNAME], &rule->iif);
	if (!code)
		code = rtnl_string_read(tb[FRA_OIFNAME], &rule->oif);
	if (code)
		return code;
	read_numbers(tb, rule);
	(void)rtnl_u8(tb[FRA_PROTOCOL], &protocol);
	rule->protocol = text_copy(rtnl_protocol(protocol, digits));
	if (!rule->protocol)
		return -ENOMEM;
	code = read_tunnel(tb[FRA_TUN_ID], rule);
	if (!code)
		code = read_masks(tb, rule);
	if (!code)
		code = read_unknown(tb, rule);
	return code;
}

int message_rule(const struct nlmsghdr *header, void *data)
{
	struct message_reader *reader = data;
	const struct nlattr *tb[RULE_ATTRIBUTES + 1];
	const struct fib_rule_hdr *body;
	struct rule_fact *rule;

	if (header->nlmsg_type != RTM_NEWRULE)
		return 0;
	body = rtnl_body(header, sizeof(*body));
	if (!body || rtnl_attributes(header, sizeof(*body), tb, RULE_ATTRIBUTES))
		return -EBADMSG;
	if (body->family != AF_INET)
		return 0;
	rule = list_add(&reader->facts->rules.rules, sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	return fill_rule(tb, body, rule);
}

static int policy_rules_run(const struct probe_context *context, struct facts *facts,
			    struct fault *fault)
{
	struct fib_rule_hdr body = { .family = AF_INET };
	struct rtnl_question ask = {
		.bus = NETLINK_ROUTE,
		.type = RTM_GETRULE,
		.body = &body,
		.size = sizeof(body),
		.deadline_ms = context->deadline_ms,
	};
	struct message_reader reader = { .facts = facts, .section = SECTION_RULES };

	return messages_read(&ask, &reader, message_rule, fault);
}

const struct probe probe_policy_rules = {
	.name = "rules",
	.summary = "policy rules with every selector",
	.needs = PROBE_NEEDS_NETLINK,
	.wire = "nothing",
	.doc = "routing netlink RTM_GETRULE",
	.section = SECTION_RULES,
	.run = policy_rules_run,
};
