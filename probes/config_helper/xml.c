/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a libvirt network (https://libvirt.org/formatnetwork.html) by libxml2's pull reader: no
 * entities are resolved, no network is asked, no external subset is loaded.
 */
#include "probes/config_helper/helper.h"

#include "rules/text.h"

#include <errno.h>
#include <libxml/xmlreader.h>
#include <stdio.h>
#include <string.h>

/* Prefix length of a dotted mask; 33 when it is none. */
static unsigned int mask_length(const char *mask)
{
	struct address address;
	uint32_t number;
	unsigned int length = 0;

	if (address_parse(mask, &address) || address.family != ADDRESS_IPV4)
		return 33;
	number = address_ipv4(&address);
	while (length < 32 && (number & (0x80000000u >> length)) != 0)
		length++;
	return length == 32 || (number << length) == 0 ? length : 33;
}

static unsigned int length_of(const char *prefix, const char *mask)
{
	uint64_t length;

	if (prefix != NULL && text_whole_number(prefix, 32, &length) == 0)
		return (unsigned int)length;
	return mask != NULL ? mask_length(mask) : 32;
}

static void read_element(xmlTextReaderPtr reader, const char *name, struct config_sink *sink)
{
	char *address = (char *)xmlTextReaderGetAttribute(reader, BAD_CAST "address");
	char *prefix = (char *)xmlTextReaderGetAttribute(reader, BAD_CAST "prefix");
	char *mask = (char *)xmlTextReaderGetAttribute(reader, BAD_CAST "netmask");
	unsigned int length = length_of(prefix, mask);
	char word[96];

	if (address != NULL && length <= 32) {
		snprintf(word, sizeof(word), "%.64s/%u", address, length);
		config_add(sink, name, word, 0);
	}
	xmlFree(address);
	xmlFree(prefix);
	xmlFree(mask);
}

int helper_read_libvirt(const char *bytes, size_t length, struct config_sink *sink)
{
	xmlTextReaderPtr reader;
	const xmlError *last;
	int more;

	xmlResetLastError();
	reader = xmlReaderForMemory(bytes, (int)length, NULL, NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (reader == NULL)
		return -ENOMEM;
	while ((more = xmlTextReaderRead(reader)) == 1) {
		const char *name = (const char *)xmlTextReaderConstName(reader);

		if (xmlTextReaderNodeType(reader) == XML_READER_TYPE_ELEMENT && name != NULL &&
		    (strcmp(name, "ip") == 0 || strcmp(name, "route") == 0))
			read_element(reader, name, sink);
	}
	/* an attribute that found no memory looks like one that is not there */
	last = xmlGetLastError();
	if (last != NULL && last->code == XML_ERR_NO_MEMORY)
		more = -ENOMEM;
	xmlFreeTextReader(reader);
	if (more == -ENOMEM)
		return more;
	return more == 0 ? 0 : -EINVAL;
}
