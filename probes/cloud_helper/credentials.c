/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the chain, its first link, and what all of them need. */
#include "probes/cloud_helper/credentials.h"

#include "probes/cloud_helper/credentials_internal.h"

#include "probes/cloud_helper/reply.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)256 * 1024)

int chain_take(struct chain *chain, const struct chain_key *key, struct fault *fault)
{
	struct cloud_credential *out = &chain->credential;

	credential_release(out);
	if (!key->key_id || !*key->key_id || !key->secret || !*key->secret)
		return fault_set(fault, -EINVAL, "credential of %s lacks a key or a secret",
				 chain->source);
	out->key_id = secret_copy(key->key_id, strlen(key->key_id));
	out->secret = secret_copy(key->secret, strlen(key->secret));
	if (key->token && *key->token)
		out->token = secret_copy(key->token, strlen(key->token));
	if (out->key_id && out->secret && (out->token || !key->token || !*key->token))
		return 0;
	credential_release(out);
	return fault_set(fault, -EINVAL, "credential of %s holds a character that none has",
			 chain->source);
}

void chain_name(struct chain *chain, const char *source)
{
	(void)snprintf(chain->source, sizeof(chain->source), "%s", source);
}

int chain_warn(struct chain *chain, const char *words)
{
	char *clean = text_clean(words, strlen(words));
	int error = clean ? 0 : -ENOMEM;

	if (!error && !strings_contain(chain->warnings, clean))
		error = strings_add(chain->warnings, clean);
	free(clean);
	return error;
}

int chain_take_json(struct chain *chain, const cJSON *json, struct fault *fault)
{
	const struct chain_key key = { .key_id = reply_word(json, "AccessKeyId"),
				       .secret = reply_word(json, "AccessKeySecret"),
				       .token = reply_word(json, "SecurityToken") };

	return chain_take(chain, &key, fault);
}

static int read_descriptor(int fd, char *bytes)
{
	size_t length = 0;
	ssize_t got = 1;

	while (got && length < FILE_MAX) {
		got = read(fd, bytes + length, FILE_MAX - length);
		if (got < 0 && errno != EINTR)
			return -errno;
		length += got > 0 ? (size_t)got : 0;
	}
	return length < FILE_MAX ? 0 : -EFBIG;
}

static int warn_of_readers(struct chain *chain, const char *path, int fd)
{
	struct stat status;
	struct text words;
	int error = 0;

	if (fstat(fd, &status) || !S_ISREG(status.st_mode) || !(status.st_mode & 077))
		return 0;
	text_init(&words, 8192);
	text_addf(&words, "%s: others can read it (mode %04o); chmod 600", path,
		  (unsigned int)status.st_mode & 07777);
	error = chain_warn(chain, text_string(&words));
	text_release(&words);
	return error;
}

int chain_file_read(struct chain *chain, const char *path, char **bytes, struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), error;

	*bytes = NULL;
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return -ENOENT;
	error = fd < 0 ? -errno : warn_of_readers(chain, path, fd);
	if (!error) {
		*bytes = calloc(1, FILE_MAX + 1);
		error = *bytes ? read_descriptor(fd, *bytes) : -ENOMEM;
	}
	if (fd >= 0)
		(void)close(fd);
	if (!error)
		return 0;
	chain_file_free(*bytes);
	*bytes = NULL;
	return fault_set(fault, error, "cannot read \"%.120s\": %s", path, strerror(-error));
}

void chain_file_free(char *bytes)
{
	if (bytes)
		explicit_bzero(bytes, FILE_MAX);
	free(bytes);
}

int chain_file_find(struct chain *chain, const char *variable, const char *name, char **bytes,
		    struct fault *fault)
{
	const char *own = environment_get(chain->environment, variable);
	const char *home = environment_get(chain->environment, "HOME");
	char path[4096];
	int error;

	*bytes = NULL;
	if (own) {
		error = chain_file_read(chain, own, bytes, fault);
		return error == -ENOENT ? fault_set(fault, -ENXIO, "%s names \"%.120s\", which is "
						    "not there", variable, own) : error;
	}
	if (!home || (size_t)snprintf(path, sizeof(path), "%s/%s", home, name) >= sizeof(path))
		return -ENOENT;
	return chain_file_read(chain, path, bytes, fault);
}

static int from_environment(struct chain *chain, struct fault *fault)
{
	const struct environment *at = chain->environment;
	const struct chain_key key = {
		.key_id = environment_get(at, "ALIBABA_CLOUD_ACCESS_KEY_ID"),
		.secret = environment_get(at, "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
		.token = environment_get(at, "ALIBABA_CLOUD_SECURITY_TOKEN"),
	};

	if (!key.key_id || !key.secret)
		return -ENOENT;
	chain_name(chain, "environment");
	return chain_take(chain, &key, fault);
}

int credentials_find(struct chain *chain, struct fault *fault)
{
	static int (*const links[])(struct chain *chain, struct fault *fault) = {
		from_environment,    chain_from_oidc,     chain_from_profile,
		chain_from_file,     chain_from_instance, chain_from_uri,
	};
	size_t i;
	int error = -ENOENT;

	for (i = 0; i < sizeof(links) / sizeof(links[0]) && error == -ENOENT; i++) {
		chain->source[0] = '\0';
		error = links[i](chain, fault);
	}
	return error;
}
