/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `probes`: the table of probes, in text or JSON.
 */
#include "cmd/probes_table.h"

#include "cmd/command.h"
#include "cmd/option.h"
#include "cmd/output.h"
#include "cmd/style.h"

#include <linux/capability.h>
#include <string.h>

#define ANSWER_SIZE_MAX ((size_t)1024 * 1024)

static const char *const need_words[PROBE_NEED_WORDS] = { "netlink", "proc", "files",
							   "helper", "network", "cloud" };

static const struct field probe_fields[] = {
	FIELD(probe_view, name, 0, "its name"),
	FIELD(probe_view, summary, 0, "what it is for"),
	FIELD(probe_view, section, 0, "section of the facts that it fills"),
	FIELD(probe_view, needs, 0, "what it uses"),
	FIELD(probe_view, capabilities, 0, "capabilities that it keeps where the caller has them"),
	FIELD(probe_view, after, 0, "sections that it reads"),
	FIELD(probe_view, wire, 0, "what it puts on the wire"),
	FIELD(probe_view, doc, 0, "what it reads"),
	{ .name = NULL },
};
static const struct record probe_record = {
	.name = "probe", .size = sizeof(struct probe_view), .fields = probe_fields,
};

static const struct { int number; const char *name; } capability_names[PROBE_CAPABILITIES] = {
	{ CAP_DAC_OVERRIDE, "dac_override" }, { CAP_DAC_READ_SEARCH, "dac_read_search" },
	{ CAP_NET_ADMIN, "net_admin" },       { CAP_NET_RAW, "net_raw" },
	{ CAP_SYS_ADMIN, "sys_admin" },       { CAP_SYS_PTRACE, "sys_ptrace" },
};

void probe_view_fill(struct probe_view *view, const struct probe *probe)
{
	size_t i, count;

	memset(view, 0, sizeof(*view));
	view->name = (char *)(uintptr_t)probe->name;
	view->summary = (char *)(uintptr_t)probe->summary;
	view->section = (char *)(uintptr_t)section_name(probe->section);
	view->wire = (char *)(uintptr_t)probe->wire;
	view->doc = (char *)(uintptr_t)probe->doc;
	for (i = 0, count = 0; i < PROBE_NEED_WORDS; i++)
		if (probe->needs & (1u << i))
			view->need_items[count++] = (char *)(uintptr_t)need_words[i];
	view->needs = (struct strings){ .items = view->need_items, .count = count };
	for (i = 0, count = 0; i < PROBE_CAPABILITIES; i++)
		if (probe->keeps & (1u << capability_names[i].number))
			view->capability_items[count++] =
				(char *)(uintptr_t)capability_names[i].name;
	view->capabilities = (struct strings){ .items = view->capability_items, .count = count };
	for (i = 0, count = 0; i < SECTION_COUNT; i++)
		if (probe->after & SECTION_BIT(i))
			view->after_items[count++] =
				(char *)(uintptr_t)section_name((enum section_id)i);
	view->after = (struct strings){ .items = view->after_items, .count = count };
}

static void add_text(const struct probe *probe, const struct settings *settings,
		     const struct style *style, struct text *out)
{
	struct probe_view view;
	struct text words;

	probe_view_fill(&view, probe);
	style_add(out, style, STYLE_BOLD, probe->name);
	text_add(out, "\n");
	style_item(out, 4, 14, "for", probe->summary);
	style_item(out, 4, 14, "wire", probe->wire);
	if (!settings->verbose)
		return;
	text_init(&words, 4096);
	view_add_list(&view.needs, &words);
	if (view.capabilities.count) {
		text_addf(&words, "; keeps ");
		view_add_list(&view.capabilities, &words);
	}
	style_item(out, 4, 14, "reads", probe->doc);
	style_item(out, 4, 14, "needs", text_string(&words));
	if (text_error(&words))
		out->error = text_error(&words);
	text_release(&words);
}

int probes_table_run(const struct settings *settings)
{
	struct probe_view view;
	struct style style;
	struct text out;
	size_t i;
	int status;

	style_init(&style, settings);
	text_init(&out, ANSWER_SIZE_MAX);
	text_add(&out, settings->json ? "[" : "");
	for (i = 0; i < probe_catalog_count; i++) {
		if (!settings->json) {
			add_text(probe_catalog[i], settings, &style, &out);
			continue;
		}
		text_add(&out, i ? "," : "");
		probe_view_fill(&view, probe_catalog[i]);
		record_write(&probe_record, &view, &out, settings->pretty ? 0 : -1);
	}
	text_add(&out, settings->json ? "]\n" : "");
	status = output_answer(&out);
	text_release(&out);
	return status;
}
