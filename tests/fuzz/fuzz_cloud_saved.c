/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saved replies: the input is one file of the directory. It is refused with words or can be found
 * again, and nothing that is called a secret is left in it once it was redacted.
 */
#include "probes/cloud_helper/saved.h"

#include "probes/cloud_helper/reply.h"
#include "tests/fuzz/fuzz.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void look_at(const char *folder)
{
	static const struct cloud_parameter none[] = { { NULL, NULL } };
	struct fault fault = { .code = 0 };
	struct saved *saved = NULL;
	size_t i;

	if (saved_open(folder, &saved, &fault)) {
		FUZZ_CHECK(!saved && fault.code);
		return;
	}
	for (i = 0; i < ACTION_COUNT; i++) {
		struct saved_answer answer;
		cJSON *copy;

		FUZZ_CHECK(!saved_find(saved, &cloud_actions[i], none, &answer));
		copy = answer.reply ? cJSON_Duplicate(answer.reply, true) : NULL;
		FUZZ_CHECK(!saved_redact(copy));
		FUZZ_CHECK(strstr(reply_word(copy, "AccessKeySecret"), "canary") == NULL);
		cJSON_Delete(copy);
	}
	(void)saved_region(saved);
	saved_free(saved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char folder[] = "/tmp/reachback-fuzz-XXXXXX", path[64];
	int fd;

	FUZZ_CHECK(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/a.json", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	FUZZ_CHECK(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	(void)close(fd);
	look_at(folder);
	FUZZ_CHECK(!unlink(path) && !rmdir(folder));
	return 0;
}
