/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pkt-lines of a git server: whatever it sends, a reader stays inside the answer, names an object
 * of 40 or 64 hex digits or none, and what is asked for next is made of pkt-lines itself.
 */
#include "probes/endpoints_helper/git.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

static void check_refs(const char *bytes, size_t size)
{
	struct git_refs refs;
	struct text want;
	const char *at;
	struct pkt pkt;
	size_t length;
	int error = git_read_refs(bytes, size, &refs);

	FUZZ_CHECK(error == 0 || error == -EPROTO);
	length = strlen(refs.head);
	FUZZ_CHECK(length == 0 || length == 40 || length == GIT_OID_MAX);
	FUZZ_CHECK(strspn(refs.head, "0123456789abcdefABCDEF") == length);
	FUZZ_CHECK(!error || !length);
	if (length) {
		text_init(&want, 1024);
		git_write_want(&refs, &want);
		FUZZ_CHECK(text_error(&want) == 0);
		at = want.data;
		do
			error = pkt_next(&at, want.data + want.length, &pkt);
		while (!error);
		FUZZ_CHECK(error == -ENODATA);
		text_release(&want);
	}
	git_refs_release(&refs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	enum git_pack pack;
	char *message;

	check_refs(bytes, size);
	FUZZ_CHECK(git_read_pack(bytes, size, &pack, &message) == 0);
	FUZZ_CHECK((pack == GIT_PACK_ERROR) == (message != NULL));
	free(message);
	return 0;
}
