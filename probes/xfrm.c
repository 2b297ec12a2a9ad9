/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPsec policies that meet the reverse-access range or the declared vSwitch, and what becomes of
 * packets that meet none. Reads XFRM_MSG_GETPOLICY and XFRM_MSG_GETDEFAULT, which need
 * CAP_NET_ADMIN; keys belong to states, which are never read.
 */
#include "probes/catalog.h"
#include "probes/messages.h"
#include "probes/system_file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/xfrm.h>
#include <string.h>
#include <sys/socket.h>

static const char *const directions[] = { "in", "out", "forward" };

static struct prefix selector_prefix(const xfrm_address_t *address, uint8_t length)
{
	uint32_t host = ntohl(address->a4);

	if (length > 32)
		length = 32;
	return prefix_make(length ? host & ~0u << (32 - length) : 0, length);
}

static bool meets(const struct message_reader *reader, const struct prefix *prefix)
{
	const struct prefix *vswitch = &reader->facts->plan.link.vswitch_cidr;

	return prefix_overlaps(prefix, &reverse_range) ||
	       (vswitch->known && prefix_overlaps(prefix, vswitch));
}

static void set_maybe(struct maybe *maybe, uint32_t value)
{
	maybe->known = true;
	maybe->value = value;
}

/* A port of the selector counts through its mask: 0 takes every port. */
static void set_port(struct maybe *port, struct maybe *mask, uint16_t network,
		     uint16_t mask_network)
{
	if (!mask_network)
		return;
	set_maybe(port, ntohs(network));
	set_maybe(mask, ntohs(mask_network));
}

static int fill_selector(const struct message_reader *reader, const struct xfrm_selector *selector,
			 struct xfrm_policy_fact *policy)
{
	policy->source = selector_prefix(&selector->saddr, selector->prefixlen_s);
	policy->destination = selector_prefix(&selector->daddr, selector->prefixlen_d);
	if (selector->proto)
		set_maybe(&policy->ipproto, selector->proto);
	set_port(&policy->sport, &policy->sport_mask, selector->sport, selector->sport_mask);
	set_port(&policy->dport, &policy->dport_mask, selector->dport, selector->dport_mask);
	if (!selector->ifindex)
		return 0;
	return system_link_name(reader->link_socket, (uint32_t)selector->ifindex, &policy->dev);
}

static int fill_templates(const struct nlattr *attribute, struct xfrm_policy_fact *policy)
{
	const struct xfrm_user_tmpl *templates;
	size_t length;
	size_t i;

	if (!attribute)
		return 0;
	templates = mnl_attr_get_payload(attribute);
	length = mnl_attr_get_payload_len(attribute);
	if (length % sizeof(*templates))
		return -EBADMSG;
	policy->has_template = length > 0;
	policy->optional_template = policy->has_template;
	for (i = 0; i < length / sizeof(*templates); i++) {
		if (!templates[i].optional)
			policy->optional_template = false;
	}
	return 0;
}

static int fill_policy(const struct nlattr *const *tb, const struct xfrm_userpolicy_info *body,
		       struct xfrm_policy_fact *policy)
{
	const struct xfrm_mark *mark;
	uint32_t id;

	policy->direction = text_copy(directions[body->dir]);
	policy->action = text_copy(body->action == XFRM_POLICY_BLOCK ? "block" : "allow");
	policy->priority = body->priority;
	policy->index = body->index;
	if (tb[XFRMA_MARK]) {
		if (mnl_attr_get_payload_len(tb[XFRMA_MARK]) != sizeof(*mark))
			return -EBADMSG;
		mark = mnl_attr_get_payload(tb[XFRMA_MARK]);
		set_maybe(&policy->mark, mark->v);
		set_maybe(&policy->mark_mask, mark->m);
	}
	if (rtnl_u32(tb[XFRMA_IF_ID], &id))
		set_maybe(&policy->if_id, id);
	if (!policy->direction || !policy->action)
		return -ENOMEM;
	return fill_templates(tb[XFRMA_TMPL], policy);
}

int message_policy(const struct nlmsghdr *header, void *data)
{
	struct message_reader *reader = data;
	const struct nlattr *tb[XFRMA_MAX + 1];
	struct xfrm_userpolicy_info body;
	const void *bytes;
	struct xfrm_policy_fact *policy;
	struct prefix source;
	struct prefix destination;
	int code;

	if (header->nlmsg_type != XFRM_MSG_NEWPOLICY)
		return 0;
	bytes = rtnl_body(header, sizeof(body));
	if (!bytes || rtnl_attributes(header, sizeof(body), tb, XFRMA_MAX))
		return -EBADMSG;
	/* messages are aligned to four bytes, its counters want eight */
	memcpy(&body, bytes, sizeof(body));
	if (body.sel.family != AF_INET ||
	    body.dir >= sizeof(directions) / sizeof(directions[0]))
		return 0;
	source = selector_prefix(&body.sel.saddr, body.sel.prefixlen_s);
	destination = selector_prefix(&body.sel.daddr, body.sel.prefixlen_d);
	if (!meets(reader, &source) && !meets(reader, &destination))
		return 0;
	policy = list_add(&reader->facts->xfrm.policies, sizeof(*policy));
	if (!policy)
		return -ENOMEM;
	code = fill_selector(reader, &body.sel, policy);
	return code ? code : fill_policy(tb, &body, policy);
}

/* The dump gives the newest first; of equal priority the kernel takes the oldest. */
static void oldest_first(struct list *policies)
{
	size_t i;

	for (i = 0; i < policies->count / 2; i++) {
		struct xfrm_policy_fact *a = LIST_AT(policies, struct xfrm_policy_fact, i);
		struct xfrm_policy_fact *b = LIST_AT(policies, struct xfrm_policy_fact,
						     policies->count - 1 - i);
		struct xfrm_policy_fact kept = *a;

		*a = *b;
		*b = kept;
	}
}

/* A kernel without IPsec holds no policy: that is an answer, and an empty one. */
static int without_ipsec(struct xfrm_facts *xfrm)
{
	xfrm->section.note = text_copy("this kernel has no IPsec policies (XFRM)");
	return xfrm->section.note ? 0 : -ENOMEM;
}

static int take_defaults(uint32_t index, const struct nlmsghdr *header, int error, void *data)
{
	struct xfrm_facts *xfrm = data;
	const struct xfrm_userpolicy_default *defaults;

	(void)index;
	/* a kernel that does not know the question (before 5.14) drops nothing by default */
	if (!header)
		return error == -EINVAL ? 0 : error;
	defaults = rtnl_body(header, sizeof(*defaults));
	if (!defaults)
		return -EBADMSG;
	xfrm->blocks_in = defaults->in == XFRM_USERPOLICY_BLOCK;
	xfrm->blocks_out = defaults->out == XFRM_USERPOLICY_BLOCK;
	xfrm->blocks_forward = defaults->fwd == XFRM_USERPOLICY_BLOCK;
	return 0;
}

/* What becomes of packets that meet no policy. */
static int read_defaults(uint64_t deadline_ms, struct xfrm_facts *xfrm, struct fault *fault)
{
	_Alignas(struct nlmsghdr) char bytes[64];
	struct nlmsghdr *header = mnl_nlmsg_put_header(bytes);
	struct rtnl_batch batch = { .bytes = bytes, .count = 1 };
	struct rtnl rtnl;
	int code;

	header->nlmsg_type = XFRM_MSG_GETDEFAULT;
	(void)mnl_nlmsg_put_extra_header(header, sizeof(struct xfrm_userpolicy_default));
	batch.length = NLMSG_ALIGN(header->nlmsg_len);
	code = rtnl_open(&rtnl, NETLINK_XFRM, 0, deadline_ms, fault);
	if (code)
		return code;
	code = rtnl_exchange(&rtnl, &batch, take_defaults, xfrm, fault);
	rtnl_close(&rtnl);
	return code;
}

static int xfrm_run(const struct probe_context *context, struct facts *facts, struct fault *fault)
{
	struct xfrm_userpolicy_id body = { .index = 0 };
	struct rtnl_question ask = {
		.bus = NETLINK_XFRM,
		.type = XFRM_MSG_GETPOLICY,
		.body = &body,
		.size = sizeof(body),
		.deadline_ms = context->deadline_ms,
	};
	struct message_reader reader = { .facts = facts, .section = SECTION_XFRM };
	struct fault words = { 0 };
	int code = messages_read(&ask, &reader, message_policy, &words);

	if (code == -EPROTONOSUPPORT || code == -ENOENT)
		return without_ipsec(&facts->xfrm);
	if (!code)
		oldest_first(&facts->xfrm.policies);
	if (!code)
		code = read_defaults(context->deadline_ms, &facts->xfrm, &words);
	if (code == -EPERM)
		return fault_set(fault, code, "reading IPsec policies takes CAP_NET_ADMIN");
	return code ? fault_set(fault, code, "%s", fault_text(&words, code)) : 0;
}

const struct probe probe_xfrm = {
	.name = "xfrm",
	.summary = "IPsec policies that could take replies away",
	.needs = PROBE_NEEDS_NETLINK,
	.keeps = 1u << CAP_NET_ADMIN,
	.wire = "nothing",
	.doc = "netlink XFRM_MSG_GETPOLICY, XFRM_MSG_GETDEFAULT (need CAP_NET_ADMIN); never a "
	       "state or a key",
	.section = SECTION_XFRM,
	.run = xfrm_run,
};
