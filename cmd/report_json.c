/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as one JSON document and a newline.
 */
#include "cmd/report.h"

void report_render_json(const struct report *report, const struct report_options *options,
			struct text *out)
{
	record_write(&report_record, report, out, options->pretty ? 0 : -1);
	text_add(out, "\n");
}
