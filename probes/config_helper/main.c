/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reachback-probe-config [ROOT]: reads the configuration files that are YAML or XML and writes the
 * section "configs" as one JSON object to stdout. Executed by the probe of that name.
 */
#include "probes/config_helper/helper.h"
#include "probes/helper.h"

#include "rules/text.h"

static const struct config_source helper_sources[] = {
	{ "kubernetes", "/etc/kubernetes/manifests", ".yaml", true, helper_read_yaml },
	{ "kubernetes", "/etc/rancher/k3s/config.yaml", NULL, true, helper_read_yaml },
	{ "kubernetes", "/etc/rancher/rke2/config.yaml", NULL, true, helper_read_yaml },
	{ "netplan", "/etc/netplan", ".yaml", true, helper_read_netplan },
	{ "libvirt", "/etc/libvirt/qemu/networks", ".xml", true, helper_read_libvirt },
	{ NULL, NULL, NULL, false, NULL },
};

#define OUTPUT_MAX ((size_t)4 * 1024 * 1024)

static int read_into(const char *root, struct text *out)
{
	struct configs_facts facts = { .section.state = FACT_OK };
	const struct record *record = section_record(SECTION_CONFIGS);
	int error = config_read_all(helper_sources, root, &facts);

	if (error == 0) {
		record_write(record, &facts, out, -1);
		error = text_error(out);
	}
	record_release(record, &facts);
	return error;
}

int main(int argc, char **argv)
{
	const char *root = argc > 1 ? argv[1] : "";
	struct text out;
	int error;

	if (helper_begin())
		return 1;
	text_init(&out, OUTPUT_MAX);
	error = read_into(root, &out);
	if (error) { /* what was refused once may be had the second time */
		text_release(&out);
		text_init(&out, OUTPUT_MAX);
		error = read_into(root, &out);
	}
	if (error == 0)
		error = helper_answer(&out);
	text_release(&out);
	return error ? 1 : 0;
}
