/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading netlink attributes, every length checked here before libmnl sees one.
 *
 * Attributes that a newer kernel adds are ignored; a length that lies ends the message.
 */
#include "probes/rtnl.h"

#include "rules/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

/* NLA_TYPE_MASK without its sign: the upper two bits are flags */
#define TYPE_MASK 0x3fffu

static int parse(const char *bytes, size_t length, const struct nlattr **tb, unsigned int most)
{
	memset(tb, 0, ((size_t)most + 1) * sizeof(*tb));
	while (length >= sizeof(struct nlattr)) {
		const struct nlattr *attribute = (const void *)bytes;
		size_t step = attribute->nla_len;
		unsigned int type;

		if (step < sizeof(*attribute) || step > length)
			return -EBADMSG;
		type = attribute->nla_type & TYPE_MASK;
		if (type <= most)
			tb[type] = attribute;
		step = (step + NLA_ALIGNTO - 1) & ~(size_t)(NLA_ALIGNTO - 1);
		if (step >= length)
			return 0;
		bytes += step;
		length -= step;
	}
	return length ? -EBADMSG : 0;
}

const void *rtnl_body(const struct nlmsghdr *header, size_t size)
{
	if (header->nlmsg_len < sizeof(*header) + size)
		return NULL;
	return (const char *)header + sizeof(*header);
}

int rtnl_attributes(const struct nlmsghdr *header, size_t offset, const struct nlattr **tb,
		    unsigned int most)
{
	size_t start = sizeof(*header) + NLMSG_ALIGN(offset);

	if (header->nlmsg_len < start) {
		memset(tb, 0, ((size_t)most + 1) * sizeof(*tb));
		return header->nlmsg_len < sizeof(*header) + offset ? -EBADMSG : 0;
	}
	return parse((const char *)header + start, header->nlmsg_len - start, tb, most);
}

int rtnl_nested(const struct nlattr *attribute, const struct nlattr **tb, unsigned int most)
{
	const char *bytes = mnl_attr_get_payload(attribute);

	return parse(bytes, mnl_attr_get_payload_len(attribute), tb, most);
}

/* Copies, because an attribute is aligned to four bytes only and may lie. */
static bool read_exactly(const struct nlattr *attribute, void *value, size_t size)
{
	if (!attribute || mnl_attr_get_payload_len(attribute) != size)
		return false;
	memcpy(value, mnl_attr_get_payload(attribute), size);
	return true;
}

bool rtnl_u8(const struct nlattr *attribute, uint8_t *value)
{
	return read_exactly(attribute, value, sizeof(*value));
}

bool rtnl_u16(const struct nlattr *attribute, uint16_t *value)
{
	return read_exactly(attribute, value, sizeof(*value));
}

bool rtnl_u32(const struct nlattr *attribute, uint32_t *value)
{
	return read_exactly(attribute, value, sizeof(*value));
}

bool rtnl_ipv4(const struct nlattr *attribute, uint32_t *value)
{
	uint32_t network;

	if (!read_exactly(attribute, &network, sizeof(network)))
		return false;
	*value = ntohl(network);
	return true;
}

int rtnl_string_read(const struct nlattr *attribute, char **string)
{
	const char *bytes;
	const char *end;

	if (!attribute)
		return 0;
	bytes = mnl_attr_get_payload(attribute);
	end = memchr(bytes, '\0', mnl_attr_get_payload_len(attribute));
	if (!end)
		return -EBADMSG;
	*string = text_clean(bytes, (size_t)(end - bytes));
	return *string ? 0 : -ENOMEM;
}

char *rtnl_string(const struct nlattr *attribute)
{
	char *string = NULL;

	return rtnl_string_read(attribute, &string) ? NULL : string;
}
