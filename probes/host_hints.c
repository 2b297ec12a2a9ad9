/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks of containers and of packet filters. Marks, not proof: a filter's rules are not read here,
 * only that there is something which could have rules.
 */
#include "probes/host_hints.h"

#include "probes/system_file.h"
#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mark {
	const char *sign;
	const char *meaning;
};

/* what the control group's path of a process contains */
static const struct mark group_marks[] = {
	{ "kubepods", "kubernetes" },
	{ "/libpod", "podman" },
	{ "/docker/", "docker" },
	{ "/docker-", "docker" },
	{ "/lxc/", "lxc" },
	{ "/lxc.payload", "lxc" },
	{ "/cri-containerd", "kubernetes" },
	{ "/machine.slice/machine-", "systemd-nspawn" },
	{ NULL, NULL },
};

static const struct mark file_marks[] = {
	{ "/run/.containerenv", "podman" },
	{ "/.dockerenv", "docker" },
	{ NULL, NULL },
};

/* interfaces whose owner brings filter rules of its own */
static const struct mark interface_marks[] = {
	{ "tailscale0", "interface tailscale0: Tailscale drops 100.64.0.0/10 from elsewhere" },
	{ "wt0", "interface wt0: NetBird brings its own filter" },
	{ "CloudflareWARP", "interface CloudflareWARP: WARP brings its own filter" },
	{ "kube-ipvs0", "interface kube-ipvs0: kube-proxy brings its own rules" },
	{ "cilium_host", "interface cilium_host: Cilium filters by BPF" },
	{ NULL, NULL },
};

static const struct mark module_marks[] = {
	{ "/sys/module/nf_tables", "nf_tables" },
	{ "/sys/module/nf_conntrack", "nf_conntrack" },
	{ NULL, NULL },
};

static int give(const char *string, char **out)
{
	*out = text_copy(string);
	return *out ? 0 : -ENOMEM;
}

/* systemd and its kin leave one word, the name of the container manager. */
static int container_word(const char *root, char **kind)
{
	char path[512];
	char word[64];
	int length;

	(void)snprintf(path, sizeof(path), "%s/run/systemd/container", root);
	length = system_file_read(path, word, sizeof(word));
	if (length < 0 && !system_absent(length) && !system_denied(length))
		return length;
	while (length > 0 && (word[length - 1] == '\n' || word[length - 1] == ' '))
		length--;
	if (length <= 0)
		return 0;
	*kind = text_clean(word, (size_t)length);
	return *kind ? 0 : -ENOMEM;
}

static int container_group(char **kind)
{
	char groups[8192];
	const struct mark *mark;
	int length = system_file_read("/proc/self/cgroup", groups, sizeof(groups));

	if (length <= 0)
		return system_absent(length) || system_denied(length) ? 0 : length;
	for (mark = group_marks; mark->sign; mark++) {
		if (strstr(groups, mark->sign))
			return give(mark->meaning, kind);
	}
	return 0;
}

int host_container(const char *root, char **kind)
{
	const struct mark *mark;
	int code;

	if (getenv("KUBERNETES_SERVICE_HOST"))
		return give("kubernetes", kind);
	for (mark = file_marks; mark->sign; mark++) {
		char path[512];

		(void)snprintf(path, sizeof(path), "%s%s", root, mark->sign);
		code = system_exists(path);
		if (code > 0)
			return give(mark->meaning, kind);
		if (code && !system_denied(code))
			return code;
	}
	code = container_word(root, kind);
	if (!code && !*kind)
		code = container_group(kind);
	return code;
}

/* Names of tables one a line; the file is there only where the module is. */
static int legacy_tables(struct strings *hints)
{
	char content[1024];
	char hint[TEXT_FOREIGN_MAX];
	char *cursor = content;
	const char *line;
	int code = system_file_read("/proc/net/ip_tables_names", content, sizeof(content));

	if (code == -EACCES || code == -EPERM)
		return strings_add(hints, "iptables-legacy: tables cannot be listed without root");
	if (code < 0)
		return system_absent(code) ? 0 : code;
	for (code = 0, line = strsep(&cursor, "\n"); !code && line; line = strsep(&cursor, "\n")) {
		if (!*line)
			continue;
		(void)snprintf(hint, sizeof(hint), "iptables-legacy: %.64s", line);
		code = strings_add(hints, hint);
	}
	return code;
}

int host_filters(struct strings *hints)
{
	const struct mark *mark;
	int code = legacy_tables(hints);

	for (mark = module_marks; code >= 0 && mark->sign; mark++) {
		code = system_exists(mark->sign);
		if (code > 0)
			code = strings_add(hints, mark->meaning);
		else if (system_denied(code))
			code = 0;
	}
	for (mark = interface_marks; code >= 0 && mark->sign; mark++) {
		code = system_link_exists(mark->sign);
		if (code > 0)
			code = strings_add(hints, mark->meaning);
	}
	return code;
}
