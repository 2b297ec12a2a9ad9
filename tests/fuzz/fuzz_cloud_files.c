/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of credentials: the first byte picks a profile file or a credentials file. Nothing is sent:
 * STS and the metadata service answer with one document here. A credential that is found is whole,
 * and words say why one that a file names is not.
 */
#include "probes/cloud_helper/credentials.h"
#include "probes/cloud_helper/http.h"
#include "rules/text.h"

#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ANSWER "{\"Code\":\"Success\",\"AccessKeyId\":\"a\",\"AccessKeySecret\":\"b\","            \
	       "\"SecurityToken\":\"c\",\"Credentials\":{\"AccessKeyId\":\"a\","                   \
	       "\"AccessKeySecret\":\"b\",\"SecurityToken\":\"c\"}}"

int __wrap_http_do(const struct http_request *request, struct http_answer *answer);

int __wrap_http_do(const struct http_request *request, struct http_answer *answer)
{
	(void)request;
	text_init(&answer->body, 4096);
	text_add(&answer->body, ANSWER);
	answer->status = 200;
	return text_error(&answer->body);
}

static void run_chain(const char *name, int fd)
{
	static const struct plan plan;
	struct environment environment = { NULL, 0 };
	struct strings warnings = { NULL, 0 };
	struct fault fault = { .code = 0 };
	struct chain chain = { .environment = &environment, .plan = &plan, .region = "cn-x",
			       .deadline_ms = UINT64_MAX, .warnings = &warnings };
	char bytes[256];
	int error, length = snprintf(bytes, sizeof(bytes), "%s=/proc/self/fd/%d", name, fd);

	FUZZ_CHECK(!environment_copy(bytes, (size_t)length + 1, &environment));
	error = credentials_find(&chain, &fault);
	if (!error) {
		FUZZ_CHECK(chain.credential.key_id && *chain.credential.key_id);
		FUZZ_CHECK(chain.credential.secret && *chain.credential.secret);
		FUZZ_CHECK(chain.source[0]);
	} else {
		FUZZ_CHECK(error == -ENOENT || fault.text[0]);
	}
	credential_release(&chain.credential);
	environment_release(&environment);
	strings_release(&warnings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("credentials", MFD_CLOEXEC);

	FUZZ_CHECK(fd >= 0);
	if (size && write(fd, data + 1, size - 1) == (ssize_t)(size - 1))
		run_chain(data[0] % 2 ? "ALIBABA_CLOUD_CONFIG_FILE" :
					"ALIBABA_CLOUD_CREDENTIALS_FILE", fd);
	(void)close(fd);
	return 0;
}
