/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of DNS messages: RFC 1035 section 4, with names compressed as in 4.1.4. */
#include "probes/endpoints_helper/names_answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define HEADER_LENGTH 12
#define CLASS_IN 1
#define TYPE_CNAME 5
#define LABEL_MAX 63
#define JUMPS_MAX 64 /* far more than labels that could be worth a pointer */

/* A message and the place up to which it was read. */
struct cursor {
	const uint8_t *message;
	size_t length, at;
};

struct resource {
	struct dns_name owner;
	unsigned int type, class;
	size_t data, data_length; /* place in the message */
};

static uint8_t lower(uint8_t byte)
{
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte + ('a' - 'A')) : byte;
}

static bool name_equal(const struct dns_name *a, const struct dns_name *b)
{
	return a->length == b->length && !memcmp(a->bytes, b->bytes, a->length);
}

static int add_label(struct dns_name *name, const uint8_t *label, size_t length)
{
	size_t i;

	/* the zero byte at the end must fit, too */
	if (name->length + 1 + length + 1 > sizeof(name->bytes))
		return -EBADMSG;
	name->bytes[name->length++] = (uint8_t)length;
	for (i = 0; i < length; i++)
		name->bytes[name->length++] = lower(label[i]);
	return 0;
}

int dns_name_parse(const char *text, struct dns_name *name)
{
	*name = (struct dns_name){ .length = 0 };
	while (*text) {
		size_t length = strcspn(text, ".");

		/* an escape would mean something else to who asks */
		if (!length || length > LABEL_MAX || memchr(text, '\\', length) ||
		    add_label(name, (const uint8_t *)text, length))
			return -EINVAL;
		text += length;
		text += *text == '.';
	}
	if (!name->length)
		return -EINVAL;
	name->bytes[name->length++] = 0;
	return 0;
}

const char *dns_name_print(const struct dns_name *name, char text[DNS_NAME_TEXT_MAX])
{
	size_t at = 0, out = 0, i;

	while (at < name->length && name->bytes[at]) {
		size_t length = name->bytes[at++];

		if (out)
			text[out++] = '.';
		for (i = 0; i < length && at < name->length; i++, at++) {
			uint8_t byte = name->bytes[at];

			if (byte > ' ' && byte < 0x7f && byte != '.' && byte != '\\')
				text[out++] = (char)byte;
			else
				out += (size_t)snprintf(text + out, 5, "\\%03u", byte);
		}
	}
	text[out] = '\0';
	return text;
}

/*
 * Reads a name and moves the cursor behind it. A pointer must lead to before the part of the name
 * that it stands in: so each jump goes further back, and none can lead round.
 */
static int read_name(struct cursor *cursor, struct dns_name *name)
{
	size_t at = cursor->at, lowest = cursor->at;
	unsigned int jumps = 0;

	name->length = 0;
	while (at < cursor->length) {
		uint8_t byte = cursor->message[at];

		if (!byte) {
			name->bytes[name->length++] = 0;
			if (!jumps)
				cursor->at = at + 1;
			return 0;
		}
		if ((byte & 0xc0) == 0xc0) {
			size_t target;

			if (at + 1 >= cursor->length)
				return -EBADMSG;
			target = (size_t)(byte & 0x3f) << 8 | cursor->message[at + 1];
			if (target >= lowest || jumps == JUMPS_MAX)
				return -EBADMSG;
			if (!jumps++)
				cursor->at = at + 2;
			lowest = at = target;
			continue;
		}
		if (byte > LABEL_MAX || byte >= cursor->length - at ||
		    add_label(name, cursor->message + at + 1, byte))
			return -EBADMSG;
		at += 1 + (size_t)byte;
	}
	return -EBADMSG;
}

static int read_number(struct cursor *cursor, unsigned int *number)
{
	if (cursor->length - cursor->at < 2)
		return -EBADMSG;
	*number = (unsigned int)cursor->message[cursor->at] << 8 | cursor->message[cursor->at + 1];
	cursor->at += 2;
	return 0;
}

static int read_resource(struct cursor *cursor, struct resource *resource)
{
	unsigned int ttl_high, ttl_low, length;

	if (read_name(cursor, &resource->owner) || read_number(cursor, &resource->type) ||
	    read_number(cursor, &resource->class) || read_number(cursor, &ttl_high) ||
	    read_number(cursor, &ttl_low) || read_number(cursor, &length) ||
	    length > cursor->length - cursor->at)
		return -EBADMSG;
	resource->data = cursor->at;
	resource->data_length = length;
	cursor->at += length;
	return 0;
}

/* Does the message answer this question and no other? Leaves the cursor at the answers. */
static int read_question(struct cursor *cursor, unsigned int questions,
			 const struct dns_name *name, unsigned int type)
{
	unsigned int asked_type, asked_class;
	struct dns_name asked;

	if (questions != 1 || read_name(cursor, &asked) || read_number(cursor, &asked_type) ||
	    read_number(cursor, &asked_class))
		return -EBADMSG;
	return name_equal(&asked, name) && asked_type == type && asked_class == CLASS_IN
		       ? 0
		       : -EBADMSG;
}

/* The alias of `owner`, if there is one: 1, 0, or -EBADMSG for a damaged message. */
static int find_alias(struct cursor cursor, unsigned int answers, const struct dns_name *owner,
		      struct dns_name *target)
{
	struct resource resource;
	unsigned int i;

	for (i = 0; i < answers; i++) {
		struct cursor data = cursor;

		if (read_resource(&cursor, &resource))
			return -EBADMSG;
		if (resource.type != TYPE_CNAME || resource.class != CLASS_IN ||
		    !name_equal(&resource.owner, owner))
			continue;
		data.at = resource.data;
		if (read_name(&data, target) || data.at != resource.data + resource.data_length)
			return -EBADMSG;
		return 1;
	}
	return 0;
}

/* Follows the aliases from `*name` to their end, where it leaves `*name`. */
static int follow(const struct cursor *cursor, unsigned int answers, struct dns_name *name,
		  struct dns_answer *answer)
{
	struct dns_name target;
	int found;

	while ((found = find_alias(*cursor, answers, name, &target)) > 0) {
		if (answer->alias_count == DNS_ALIASES_MAX)
			return -ELOOP;
		answer->aliases[answer->alias_count++] = target;
		*name = target;
	}
	return found;
}

/* Keeps the lowest addresses, so that a server that rotates its answers does not change them. */
static void keep_address(struct dns_answer *answer, const struct address *address)
{
	size_t place = 0, last = NAMES_MAX_ADDRESSES - 1;
	int order = -1;

	while (place < answer->count &&
	       (order = address_compare(&answer->addresses[place], address)) < 0)
		place++;
	if (place < answer->count && !order)
		return;
	if (answer->count <= last)
		last = answer->count++;
	else
		answer->left_out++;
	if (place > last)
		return;
	memmove(&answer->addresses[place + 1], &answer->addresses[place],
		(last - place) * sizeof(answer->addresses[0]));
	answer->addresses[place] = *address;
}

static int read_addresses(struct cursor cursor, unsigned int answers, const struct dns_name *owner,
			  unsigned int type, struct dns_answer *answer)
{
	const size_t length = type == DNS_TYPE_A ? 4 : 16;
	struct resource resource;
	unsigned int i;

	for (i = 0; i < answers; i++) {
		struct address address = { .family = type == DNS_TYPE_A ? ADDRESS_IPV4
									: ADDRESS_IPV6 };

		if (read_resource(&cursor, &resource))
			return -EBADMSG;
		if (resource.type != type || resource.class != CLASS_IN ||
		    !name_equal(&resource.owner, owner))
			continue;
		if (resource.data_length != length)
			return -EBADMSG;
		memcpy(address.bytes, cursor.message + resource.data, length);
		keep_address(answer, &address);
	}
	return 0;
}

static int outcome_of(const struct dns_answer *answer)
{
	static const int outcomes[] = {
		[1] = NAME_ERROR, [2] = NAME_SERVFAIL, [3] = NAME_NXDOMAIN, [4] = NAME_ERROR,
		[5] = NAME_REFUSED,
	};

	if (answer->cut)
		return NAME_TRUNCATED;
	if (!answer->rcode)
		return answer->count ? NAME_ANSWERED : NAME_EMPTY;
	return answer->rcode < sizeof(outcomes) / sizeof(outcomes[0]) ? outcomes[answer->rcode]
								      : NAME_ERROR;
}

/* Whole records that a cut message still holds; RFC 2181 section 9 lets them be left out. */
static unsigned int count_whole(struct cursor cursor, unsigned int answers)
{
	struct resource resource;
	unsigned int i;

	for (i = 0; i < answers && !read_resource(&cursor, &resource); i++)
		;
	return i;
}

void dns_answer_read(const uint8_t *message, size_t length, const struct dns_name *name,
		     unsigned int type, struct dns_answer *answer)
{
	struct cursor cursor = { .message = message, .length = length };
	unsigned int id, flags, questions, answers, others;
	struct dns_name owner = *name;

	*answer = (struct dns_answer){ .outcome = NAME_MALFORMED };
	if (length < HEADER_LENGTH || read_number(&cursor, &id) || read_number(&cursor, &flags) ||
	    read_number(&cursor, &questions) || read_number(&cursor, &answers) ||
	    read_number(&cursor, &others) || read_number(&cursor, &others))
		return;
	/* QR: a response; opcode 0: to a query */
	if ((flags & 0xf800) != 0x8000 || read_question(&cursor, questions, name, type))
		return;
	answer->rcode = flags & 0xf;
	answer->cut = flags & 0x0200;
	if (answer->cut)
		answers = count_whole(cursor, answers);
	if (!follow(&cursor, answers, &owner, answer) &&
	    !read_addresses(cursor, answers, &owner, type, answer))
		answer->outcome = outcome_of(answer);
	else
		answer->count = 0;
}
