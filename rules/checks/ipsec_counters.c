/* SPDX-License-Identifier: Apache-2.0 */
/* IPsec where the policies may not be read: only what was lost already speaks. */
#include "rules/checks/checks.h"
#include "rules/checks/ipsec.h"

#include <inttypes.h>

void ipsec_judge_counters(const struct facts *facts, struct findings *out)
{
	static const char *const states[] = { "were not looked at", "", "need privilege to be read",
					      "could not be read" };
	const struct list *counters = &facts->counters.counters;
	struct finding *finding = NULL;
	char pointer[64];
	size_t i;

	for (i = 0; i < counters->count; i++) {
		const struct counter_fact *counter = LIST_AT(counters, struct counter_fact, i);

		if (!text_has_prefix(counter->name, "Xfrm.Out") || !counter->value)
			continue;
		if (!finding)
			finding = findings_add(out, STATUS_WARN);
		pointer_print(pointer, sizeof(pointer), "/counters/counters", i);
		finding_evidence(out, finding, pointer, "%s = %" PRIu64, counter->name,
				 counter->value);
	}
	if (!finding) {
		finding = findings_add(out, STATUS_SKIPPED);
		finding_message(out, finding, "IPsec policies %s%s%s",
				states[facts->xfrm.section.state],
				facts->xfrm.section.note ? ": " : "",
				facts->xfrm.section.note ? facts->xfrm.section.note : "");
	} else {
		finding_cause(out, finding, "RT-14");
		finding_message(out, finding,
				"packets were lost to IPsec policies; the policies %s, so whether "
				"they are replies cannot be told",
				states[facts->xfrm.section.state]);
		finding_remedy(out, finding, "linux", "ip xfrm policy list dir out");
	}
	finding_settle(out, finding, "sudo reachback check");
}
