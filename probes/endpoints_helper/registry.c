/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry's own domain: its challenge names the host that gives tokens, and from that follows
 * the host of the layers. Both become targets.
 */
#include "probes/endpoints_helper/ladder.h"

#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PARAMETER_MAX ((size_t)512)
#define HOST_MAX ((size_t)300)

/* A quoted parameter of a challenge (RFC 9110, section 11.2); NULL: there is none. */
static char *parameter(const char *challenge, const char *name)
{
	size_t length = strlen(name);
	const char *at = challenge, *end;

	while ((at = strcasestr(at, name)) != NULL) {
		bool begins = at > challenge && strchr(" ,\t", at[-1]);

		at += length;
		if (!begins || strncmp(at, "=\"", 2) != 0)
			continue;
		end = strchr(at + 2, '"');
		if (!end || (size_t)(end - at) > PARAMETER_MAX)
			return NULL;
		return text_clean(at + 2, (size_t)(end - at) - 2);
	}
	return NULL;
}

/* Part `index` of what colons separate, if it is made of letters, digits and hyphens. */
static bool part(const char *service, size_t index, const char **begin, size_t *length)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	while (index--) {
		service = strchr(service, ':');
		if (!service)
			return false;
		service++;
	}
	*begin = service;
	*length = strcspn(service, ":");
	return *length > 0 && *length < 64 && strspn(service, safe) >= *length;
}

/*
 * registry.aliyuncs.com:REGION:...:INSTANCE:... tells the bucket of the instance; over the VPC's
 * domain layers come by the internal network.
 */
static void add_storage(struct target *target, const char *service)
{
	const char *region, *instance;
	size_t region_length, instance_length;
	struct text url;

	if (!text_has_prefix(service, "registry.aliyuncs.com:") ||
	    !part(service, 1, &region, &region_length) ||
	    !part(service, 3, &instance, &instance_length))
		return;
	text_init(&url, HOST_MAX);
	text_addf(&url, "https://%.*s-registry.oss-%.*s%s.aliyuncs.com/", (int)instance_length,
		  instance, (int)region_length, region,
		  strstr(target->url.host, "-vpc.") ? "-internal" : "");
	if (!text_error(&url))
		(void)ladder_found(target, PURPOSE_STORAGE, text_string(&url),
				   "service of the Bearer challenge");
	else if (text_error(&url) == -ENOMEM)
		target->run->error = -ENOMEM;
	text_release(&url);
}

static void read_challenge(struct target *target, struct registry_fact *row,
			   const char *challenge)
{
	if (strncasecmp(challenge, "Bearer ", 7) != 0)
		return;
	row->realm = parameter(challenge, "realm");
	row->service = parameter(challenge, "service");
	if (row->realm)
		(void)ladder_found(target, PURPOSE_REALM, row->realm,
				   "realm of the Bearer challenge");
	if (row->service)
		add_storage(target, row->service);
}

void registry_climb(const struct peer *peer, struct http_result *first)
{
	struct target *target = peer->target;
	struct run *run = target->run;
	struct registry_fact *row = list_add(&run->facts->registry, sizeof(*row));

	if (!run_keeps(run, row))
		return;
	row->url = text_copy(target->url.text);
	row->address = peer->address;
	row->status = first->http.status;
	if (run_keeps(run, row->url) && first->http.authenticate)
		read_challenge(target, row, first->http.authenticate);
}
