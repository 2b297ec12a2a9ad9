/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disable_xfrm and disable_policy as the kernel takes them. See ipsec_exempt.h.
 */
#include "rules/checks/ipsec_exempt.h"

#include "rules/text.h"

#include <stdio.h>

#define SYSCTL_NAME_MAX 96
#define VERSION_MAX 1000

static bool is_set(const struct facts *facts, const char *where, const char *leaf)
{
	const struct sysctl_fact *sysctl;
	char name[SYSCTL_NAME_MAX];
	int length = snprintf(name, sizeof(name), "net.ipv4.conf.%s.%s", where, leaf);

	if (length < 0 || (size_t)length >= sizeof(name))
		return false;
	sysctl = facts_sysctl(facts, name);
	return sysctl && sysctl->value && !text_equal(sysctl->value, "0");
}

/* Before 5.11 the kernel kept a value for `all` and never looked at it. */
static bool all_counts(const struct facts *facts)
{
	const char *at = facts->host.kernel;
	uint64_t major, minor;

	if (facts->host.section.state != FACT_OK || !at || text_number(&at, VERSION_MAX, &major) ||
	    *at++ != '.' || text_number(&at, VERSION_MAX, &minor))
		return false;
	return major > 5 || (major == 5 && minor >= 11);
}

static bool exempts(const struct facts *facts, const char *dev, const char *leaf)
{
	if (facts->sysctls.section.state != FACT_OK)
		return false;
	return (dev && is_set(facts, dev, leaf)) ||
	       (is_set(facts, "all", leaf) && all_counts(facts));
}

bool ipsec_exempts_leaving(const struct facts *facts, const char *dev)
{
	return exempts(facts, dev, "disable_xfrm");
}

bool ipsec_exempts_entering(const struct facts *facts, const char *dev)
{
	return exempts(facts, dev, "disable_policy");
}
