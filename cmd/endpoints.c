/* SPDX-License-Identifier: Apache-2.0 */
/* Options and files of the endpoint probe. */
#include "cmd/endpoints.h"

#include "cmd/cacert.h"
#include "cmd/token.h"
#include "probes/endpoints_environment.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "ADDRESS", "ADDRESS:PORT" or "[ADDRESS]:PORT". */
static int check_server(const char *value, struct fault *fault)
{
	const char *open = value[0] == '[' ? value + 1 : value;
	size_t length = value[0] == '[' ? strcspn(open, "]") : strlen(value);
	const char *colon = strchr(value, ':'), *port = NULL;
	struct address address;
	uint64_t number = 53;
	char *host;
	int code;

	if (value[0] == '[' && open[length] == ']' && open[length + 1] == ':')
		port = open + length + 2;
	else if (value[0] != '[' && colon && !strchr(colon + 1, ':'))
		port = colon + 1;
	if (value[0] != '[' && port)
		length = (size_t)(colon - value);
	host = strndup(open, length);
	if (!host)
		return -ENOMEM;
	code = address_parse(host, &address);
	free(host);
	if (!code && port)
		code = text_whole_number(port, 65535, &number);
	if (code || !number)
		return fault_set(fault, -EINVAL, "--name-server: \"%s\" is no address such as "
				 "\"10.0.0.2\", \"10.0.0.2:5353\" or \"[2001:db8::2]:53\"", value);
	return 0;
}

static int refuse_resolve(const char *value, struct fault *fault)
{
	return fault_set(fault, -EINVAL, "--resolve: \"%s\" is no HOST:PORT:ADDRESS such as "
			 "\"git.example.com:443:172.20.5.10\"", value);
}

/* "HOST:PORT:ADDRESS[,ADDRESS...]", as curl takes it; IPv6 in brackets or bare. */
static int check_resolve(const char *value, struct fault *fault)
{
	const char *port = strchr(value, ':'), *list;
	struct address address;
	uint64_t number;
	int code = 0;

	if (!port || port == value || !text_has_prefix(port, ":"))
		return refuse_resolve(value, fault);
	port++;
	if (text_number(&port, 65535, &number) || !number || *port != ':' || !port[1])
		return refuse_resolve(value, fault);
	for (list = port + 1; !code; list++) {
		size_t length = strcspn(list, ","), skip = list[0] == '[';
		char *one = strndup(list + skip, length > 2 * skip ? length - 2 * skip : 0);

		if (!one)
			return -ENOMEM;
		code = address_parse(one, &address);
		free(one);
		list += length;
		if (!*list)
			break;
	}
	return code ? refuse_resolve(value, fault) : 0;
}

/* A name of letters, digits, hyphens and dots. */
static int check_domain(const char *value, struct fault *fault)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-.:";
	size_t length = strlen(value);

	if (!length || length > 253 || strspn(value, allowed) != length)
		return fault_set(fault, -EINVAL, "--registry: \"%s\" is no domain such as "
				 "\"x-registry-vpc.cn-hangzhou.cr.aliyuncs.com\"", value);
	return 0;
}

static const struct later {
	const char *name;
	size_t offset; /* of the strings in struct endpoints_request */
	int (*check)(const char *value, struct fault *fault);
} laters[] = {
	{ "resolve", offsetof(struct endpoints_request, resolve), check_resolve },
	{ "name-server", offsetof(struct endpoints_request, name_servers), check_server },
	{ "registry", offsetof(struct endpoints_request, registry), check_domain },
};

static int take_words(const struct settings *settings, struct endpoints_request *request,
		      struct fault *fault)
{
	size_t i, k;
	int code = 0;

	for (i = 0; i < settings->given_count; i++)
		for (k = 0; k < sizeof(laters) / sizeof(laters[0]) && !code; k++) {
			const struct given *given = &settings->given[i];
			void *place = (char *)request + laters[k].offset;

			if (!text_equal(given->option->name, laters[k].name))
				continue;
			code = laters[k].check(given->value, fault);
			if (!code)
				code = strings_add(place, given->value);
		}
	return code;
}

static int open_cacert(const char *path, struct endpoints_request *request, struct fault *fault)
{
	int fd = -1;
	int code = cacert_open(path, &fd, fault);

	if (!code)
		request->cacert_fd = (struct maybe){ true, (uint32_t)fd };
	return code;
}

int endpoints_prepare(const struct settings *settings, struct endpoints_request *request,
		      struct fault *fault)
{
	int code = take_words(settings, request, fault);

	request->deep = settings->deep;
	request->anywhere = settings_have(settings, "from");
	if (!code && settings->cacert)
		code = open_cacert(settings->cacert, request, fault);
	if (!code && endpoints_environment(environ, request))
		code = fault_set(fault, -ENOMEM, "out of memory");
	return code;
}

int endpoints_open_token(const struct settings *settings, const struct plan *plan, bool wanted,
			 struct endpoints_request *request, struct fault *fault)
{
	int fd = -1;
	int code = wanted ? token_open(settings, plan, &fd, fault) : 0;

	token_forget();
	if (!code && fd >= 0)
		request->token_fd = (struct maybe){ true, (uint32_t)fd };
	return code;
}

void endpoints_release(struct endpoints_request *request)
{
	if (request->cacert_fd.known)
		(void)close((int)request->cacert_fd.value);
	if (request->token_fd.known)
		(void)close((int)request->token_fd.value);
	record_release(&endpoints_request_record, request);
}
