/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters that speak of lost replies: /proc/net/netstat, snmp and xfrm_stat of this namespace.
 *
 * The first two come in pairs of lines, names above values, and columns differ between kernels, so
 * columns are found by name. xfrm_stat is there only where the kernel has IPsec.
 */
#include "probes/catalog.h"
#include "probes/rtnl.h"
#include "probes/system_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_ROOM 65536

/* group and column as the kernel writes them; both ends with NULL */
static const char *const wanted[][2] = {
	{ "Icmp", "OutDestUnreachs" },
	{ "Ip", "FragFails" },
	{ "Ip", "InAddrErrors" },
	{ "Ip", "InDiscards" },
	{ "Ip", "OutDiscards" },
	{ "Ip", "OutNoRoutes" },
	{ "IpExt", "InNoRoutes" },
	{ "Tcp", "AttemptFails" },
	{ "Tcp", "OutRsts" },
	{ "Tcp", "RetransSegs" },
	{ "TcpExt", "ArpFilter" },
	{ "TcpExt", "EmbryonicRsts" },
	{ "TcpExt", "IPReversePathFilter" },
	{ "TcpExt", "ListenDrops" },
	{ "TcpExt", "ListenOverflows" },
	{ "TcpExt", "TCPReqQFullDrop" },
	{ "TcpExt", "TCPSynRetrans" },
	{ "TcpExt", "TCPTimeouts" },
	{ NULL, NULL },
};

static int add(struct counters_facts *counters, const char *group, const char *column,
	       uint64_t value)
{
	struct counter_fact *counter = list_add(&counters->counters, sizeof(*counter));
	struct text name;

	if (!counter)
		return -ENOMEM;
	text_init(&name, 128);
	text_addf(&name, "%s.%s", group, column);
	counter->name = text_take(&name);
	counter->value = value;
	return counter->name ? 0 : -ENOMEM;
}

static bool is_wanted(const char *group, const char *column)
{
	size_t i;

	for (i = 0; wanted[i][0]; i++) {
		if (!strcmp(group, wanted[i][0]) && !strcmp(column, wanted[i][1]))
			return true;
	}
	return false;
}

/* The next word before one of `separators`, NULL at the end. */
static char *next_word(char **cursor, const char *separators)
{
	char *word;

	do {
		word = strsep(cursor, separators);
	} while (word && !*word);
	return word;
}

/* Two lines "Group: name name" and "Group: value value", walked side by side. */
static int read_pair(struct counters_facts *counters, char *names, char *values)
{
	const char *group = next_word(&names, ": ");
	const char *same = next_word(&values, ": ");
	int code = 0;

	if (!group || !same || strcmp(group, same) != 0)
		return -EBADMSG;
	while (!code) {
		const char *name = next_word(&names, " ");
		const char *digits = next_word(&values, " ");
		uint64_t value;

		if (!name || !digits)
			return name || digits ? -EBADMSG : 0;
		/* some columns may be negative; none of ours is */
		if (is_wanted(group, name)) {
			code = text_whole_number(digits, UINT64_MAX, &value);
			if (!code)
				code = add(counters, group, name, value);
		}
	}
	return code;
}

static int parse_pairs(struct counters_facts *counters, char *content)
{
	char *names = next_word(&content, "\n");

	while (names) {
		char *values = next_word(&content, "\n");
		int code;

		if (!values)
			return -EBADMSG;
		code = read_pair(counters, names, values);
		if (code)
			return code;
		names = next_word(&content, "\n");
	}
	return 0;
}

/* Lines "XfrmOutNoStates     0"; all of them, for each names one way to lose a packet. */
static int parse_xfrm(struct counters_facts *counters, char *content)
{
	char *line = next_word(&content, "\n");

	for (; line; line = next_word(&content, "\n")) {
		const char *name = next_word(&line, " \t");
		const char *digits = next_word(&line, " \t");
		uint64_t value;
		int code;

		if (!name || !digits || !text_has_prefix(name, "Xfrm") ||
		    text_whole_number(digits, UINT64_MAX, &value))
			return -EBADMSG;
		code = add(counters, "Xfrm", name + strlen("Xfrm"), value);
		if (code)
			return code;
	}
	return 0;
}

struct counter_file {
	const char *path;
	int (*parse)(struct counters_facts *counters, char *content);
	bool optional;
};

static int counters_run(const struct probe_context *context, struct facts *facts,
			struct fault *fault)
{
	static const struct counter_file files[] = {
		{ "/proc/net/netstat", parse_pairs, false },
		{ "/proc/net/snmp", parse_pairs, false },
		{ "/proc/net/xfrm_stat", parse_xfrm, true },
	};
	char *content = malloc(FILE_ROOM);
	char name[16];
	int code = 0;
	size_t i;

	(void)context;
	if (!content)
		return -ENOMEM;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		code = system_file_read(files[i].path, content, FILE_ROOM);
		if (code == -ENOENT && files[i].optional) {
			code = 0;
			continue;
		}
		if (code >= 0)
			code = files[i].parse(&facts->counters, content);
		if (code) {
			(void)fault_set(fault, code, "cannot read \"%s\": %s", files[i].path,
					errno_name(code, name));
			break;
		}
	}
	free(content);
	return code;
}

const struct probe probe_counters = {
	.name = "counters",
	.summary = "kernel counters of lost replies",
	.needs = PROBE_NEEDS_PROC,
	.wire = "nothing",
	.doc = "/proc/net/netstat, /proc/net/snmp, /proc/net/xfrm_stat",
	.section = SECTION_COUNTERS,
	.run = counters_run,
};
