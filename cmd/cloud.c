/* SPDX-License-Identifier: Apache-2.0 */
/* Options and environment of the cloud probe. */
#include "cmd/cloud.h"

#include "cmd/memory_file.h"
#include "rules/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENVIRONMENT_MAX ((size_t)256 * 1024)

/* What the vendor's tools read; HOME is where their files lie. */
static const char *const prefixes[] = { "ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_", NULL };
static const char *const names[] = { "HOME=", "ACCESS_KEY_ID=", "ACCESS_KEY_SECRET=",
				     "SECURITY_TOKEN=", NULL };

static bool begins_with_one(const char *variable, const char *const *words)
{
	for (; *words; words++)
		if (text_has_prefix(variable, *words))
			return true;
	return false;
}

static void wipe(char *variable)
{
	char *value = strchr(variable, '=');

	if (value && strncmp(variable, "HOME=", 5) != 0)
		explicit_bzero(value + 1, strlen(value + 1));
}

/* Moves the variables into a descriptor. Wiped in any case, also where that fails. */
static int move_environment(bool keep, struct maybe *fd)
{
	char *bytes = keep ? calloc(1, ENVIRONMENT_MAX) : NULL;
	size_t length = 0, i;
	bool any = false;
	int code = keep && !bytes ? -ENOMEM : 0;

	for (i = 0; environ && environ[i]; i++) {
		size_t size = strlen(environ[i]) + 1;

		if (!begins_with_one(environ[i], prefixes) && !begins_with_one(environ[i], names))
			continue;
		if (bytes && length + size > ENVIRONMENT_MAX)
			code = -E2BIG;
		if (bytes && !code) {
			memcpy(bytes + length, environ[i], size);
			length += size;
		}
		any = any || begins_with_one(environ[i], prefixes);
		wipe(environ[i]);
	}
	if (bytes) {
		int made = memory_file("environment", bytes, length);

		/* without one of them only the files under HOME go unread */
		if (!code && made < 0 && any)
			code = made;
		*fd = (struct maybe){ made >= 0, made >= 0 ? (uint32_t)made : 0 };
		explicit_bzero(bytes, length);
	}
	free(bytes);
	return code;
}

static int check_proxy(const char *proxy, struct fault *fault)
{
	if (strchr(proxy, '@'))
		return fault_set(fault, -EINVAL, "--proxy: a password has no place on a command "
						 "line");
	if (!strncasecmp(proxy, "http://", 7) || !strncasecmp(proxy, "https://", 8) ||
	    !strncasecmp(proxy, "socks5://", 9) || !strncasecmp(proxy, "socks5h://", 10))
		return 0;
	return fault_set(fault, -EINVAL, "--proxy: \"%s\" is no proxy such as "
			 "\"http://10.0.0.8:3128\"", proxy);
}

static int check_directory(const char *path, struct fault *fault)
{
	struct stat status;

	if (stat(path, &status))
		return fault_set(fault, -errno, "--cloud: cannot read \"%s\": %s", path,
				 strerror(errno));
	if (!S_ISDIR(status.st_mode))
		return fault_set(fault, -ENOTDIR, "--cloud: \"%s\" is no directory", path);
	return 0;
}

static int copy(char **place, const char *string)
{
	*place = text_copy(string);
	return string && !*place ? -ENOMEM : 0;
}

int cloud_prepare(const struct settings *settings, struct cloud_request *request,
		  struct facts *facts, struct fault *fault)
{
	bool saves = settings->command->bit == COMMAND_COLLECT;
	int code = move_environment(!settings->no_cloud, &request->environment_fd);

	facts->no_cloud = settings->no_cloud;
	if (code)
		return fault_set(fault, code, "cannot keep the environment: %s", strerror(-code));
	if (settings->no_cloud && settings->cloud)
		return fault_set(fault, -EINVAL, "--cloud and --no-cloud exclude each other");
	if (settings->proxy)
		code = check_proxy(settings->proxy, fault);
	if (!code && settings->cloud && !saves)
		code = check_directory(settings->cloud, fault);
	if (!code)
		code = copy(&request->proxy, settings->proxy);
	if (!code)
		code = copy(saves ? &request->save : &request->saved, settings->cloud);
	return code;
}

void cloud_release(struct cloud_request *request)
{
	if (request->environment_fd.known)
		(void)close((int)request->environment_fd.value);
	record_release(&cloud_request_record, request);
}
