/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials file of the vendor's SDKs (~/.alibabacloud/credentials): sections of key=value. */
#include "probes/cloud_helper/credentials_internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_FILE ".alibabacloud/credentials"

/* Keys that are read; values point into the file's bytes. */
struct ini {
	const char *type, *access_key_id, *access_key_secret, *role_name, *role_arn;
	const char *role_session_name, *policy;
	bool found; /* the section is there */
};

static char *trim(char *word)
{
	size_t length;

	while (isspace((unsigned char)*word))
		word++;
	length = strlen(word);
	while (length && isspace((unsigned char)word[length - 1]))
		word[--length] = '\0';
	return word;
}

static void take_line(char *line, struct ini *ini)
{
	const struct { const char *name; const char **place; } keys[] = {
		{ "type", &ini->type },
		{ "access_key_id", &ini->access_key_id },
		{ "access_key_secret", &ini->access_key_secret },
		{ "role_name", &ini->role_name },
		{ "role_arn", &ini->role_arn },
		{ "role_session_name", &ini->role_session_name },
		{ "policy", &ini->policy },
	};
	char *value = strchr(line, '=');
	const char *name;
	size_t i;

	if (!value)
		return;
	*value = '\0';
	name = trim(line);
	value = trim(value + 1);
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i].name, name) && *value)
			*keys[i].place = value;
}

/* Cuts the bytes into lines, in their place. */
static void read_section(char *bytes, const char *section, struct ini *ini)
{
	bool inside = false;
	char *line, *next;

	for (line = bytes; line; line = next) {
		char *words;
		size_t length;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		words = trim(line);
		length = strlen(words);
		if (*words == '#' || *words == ';')
			continue;
		if (*words == '[' && words[length - 1] == ']') {
			words[length - 1] = '\0';
			inside = !strcmp(trim(words + 1), section);
			ini->found = ini->found || inside;
		} else if (inside) {
			take_line(words, ini);
		}
	}
}

static int take_ini(struct chain *chain, const struct ini *ini, struct fault *fault)
{
	const struct chain_key key = { .key_id = ini->access_key_id,
				       .secret = ini->access_key_secret };
	const struct chain_role role = { .arn = ini->role_arn, .session = ini->role_session_name,
					 .policy = ini->policy };
	int error;

	if (!ini->type)
		return fault_set(fault, -EINVAL, "%s names no type", chain->source);
	if (!strcmp(ini->type, "access_key"))
		return chain_take(chain, &key, fault);
	if (!strcmp(ini->type, "ecs_ram_role")) {
		error = chain_instance_role(chain, ini->role_name, fault);
		return error == -ENOENT ? fault_set(fault, -ENXIO, "the instance has no RAM role") :
					  error;
	}
	if (strcmp(ini->type, "ram_role_arn") != 0)
		return fault_set(fault, -ENOTSUP, "credentials file: type %.40s is not taken "
				 "(accepted: access_key, ecs_ram_role, ram_role_arn)", ini->type);
	error = chain_take(chain, &key, fault);
	return error ? error : chain_assume_role(chain, &role, fault);
}

int chain_from_file(struct chain *chain, struct fault *fault)
{
	const char *asked = environment_get(chain->environment, "ALIBABA_CLOUD_PROFILE");
	const char *section = asked ? asked : "default";
	struct ini ini = { .type = NULL };
	char source[96], *bytes = NULL;
	int error = chain_file_find(chain, "ALIBABA_CLOUD_CREDENTIALS_FILE", DEFAULT_FILE, &bytes,
				    fault);

	if (error)
		return error;
	read_section(bytes, section, &ini);
	(void)snprintf(source, sizeof(source), "credentials file, section %.60s", section);
	if (ini.found) {
		chain_name(chain, source);
		error = take_ini(chain, &ini, fault);
	} else {
		error = !asked ? -ENOENT :
				 fault_set(fault, -ENXIO, "credentials file: there is no section "
					   "\"%.60s\"", section);
	}
	chain_file_free(bytes);
	return error;
}
