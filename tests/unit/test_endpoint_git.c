/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Git's smart HTTP: pkt-lines, advertisements as real servers send them, and answers to upload-pack
 * that begin with a pack, or say why there is none.
 */
#include "probes/endpoints_helper/git.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OID "b045a1f6a3d8d9b7dca1f1a6c1bb1d6b53a8a2a1"
#define OTHER "0123456789abcdef0123456789abcdef01234567"
#define ZERO "0000000000000000000000000000000000000000"
#define OID256 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SERVICE "001e# service=git-upload-pack\n0000"
#define CAPABILITIES "multi_ack side-band side-band-64k ofs-delta shallow no-progress"

/* Bytes with NULs inside: the length comes from the array. */
#define BYTES(literal) literal, sizeof(literal) - 1

struct pkt_row {
	const char *bytes;
	size_t length;
	int error, kind;
	size_t data;
};

static void test_pkt_next(void **state)
{
	static const struct pkt_row rows[] = {
		{ BYTES(""), -ENODATA, PKT_DATA, 0 },
		{ BYTES("0000"), 0, PKT_FLUSH, 0 },
		{ BYTES("0001"), 0, PKT_DELIMITER, 0 },
		{ BYTES("0002"), 0, PKT_END, 0 },
		{ BYTES("0003"), -EPROTO, PKT_DATA, 0 },
		{ BYTES("0004"), 0, PKT_DATA, 0 },
		{ BYTES("0006ab"), 0, PKT_DATA, 2 },
		{ BYTES("000Bab12345"), 0, PKT_DATA, 7 },
		{ BYTES("0006a"), -EAGAIN, PKT_DATA, 0 },
		{ BYTES("00"), -EAGAIN, PKT_DATA, 0 },
		{ BYTES("fff1"), -EPROTO, PKT_DATA, 0 },
		{ BYTES("<htm"), -EPROTO, PKT_DATA, 0 },
		{ BYTES("00g4"), -EPROTO, PKT_DATA, 0 },
		{ BYTES("-004"), -EPROTO, PKT_DATA, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at = rows[i].bytes;
		struct pkt pkt;
		int error = pkt_next(&at, at + rows[i].length, &pkt);

		if (error != rows[i].error)
			fail_msg("\"%s\": %d", rows[i].bytes, error);
		if (!error && (pkt.kind != rows[i].kind || pkt.length != rows[i].data))
			fail_msg("\"%s\": kind %d, %zu bytes", rows[i].bytes, pkt.kind, pkt.length);
		assert_true(at == rows[i].bytes || at == rows[i].bytes + rows[i].length);
	}
}

struct refs_row {
	const char *name, *bytes;
	size_t length;
	int error;
	const char *head;
	uint32_t references;
	bool shallow, side_band, version2, whole;
	const char *message;
};

static const struct refs_row refs_rows[] = {
	{ "two references", BYTES(SERVICE "0072" OID " HEAD\0" CAPABILITIES "\n"
				  "003d" OTHER " refs/heads/main\n0000"),
	  0, OID, 2, true, true, false, true, NULL },
	{ "HEAD names what does not exist: the first reference stands for it",
	  BYTES(SERVICE "003e" OTHER " refs/heads/main\0\n0000"), 0, OTHER, 1, false, false,
	  false, true, NULL },
	{ "SHA-256", BYTES(SERVICE "0052" OID256 " HEAD\0shallow\n0000"), 0, OID256, 1, true, false,
	  false, true, NULL },
	{ "empty repository",
	  BYTES(SERVICE "0045" ZERO " capabilities^{}\0shallow\n0000"), 0, "", 0, true, false,
	  false, true, NULL },
	{ "cut off behind the first line", BYTES(SERVICE "0072" OID " HEAD\0" CAPABILITIES "\n003d"
						 "0123"),
	  0, OID, 1, true, true, false, false, NULL },
	{ "version 2 without having been asked for",
	  BYTES("000eversion 2\n0015agent=git/2.39.5\n0013ls-refs=unborn\n0000"), 0, "", 0, false,
	  false, true, true, NULL },
	{ "version 1", BYTES(SERVICE "000eversion 1\n003d" OTHER " refs/heads/main\n0000"), 0,
	  OTHER, 1, false, false, false, true, NULL },
	{ "an answer to ls-refs",
	  BYTES("004f" OID " HEAD symref-target:refs/heads/mai\n"
		"003d" OTHER " refs/heads/main\n0000"),
	  0, OID, 2, false, false, false, true, NULL },
	{ "an error line", BYTES(SERVICE "0020ERR access denied or missing"), 0, "", 0, false,
	  false, false, true, "access denied or missing" },
	{ "a page", BYTES("<html><title>Sign in</title>"), -EPROTO, "", 0, false, false, false,
	  false, NULL },
	{ "digits that are no reference", BYTES("000ahello\n"), -EPROTO, "", 0, false, false, false,
	  false, NULL },
	{ "a reference, then a page", BYTES("003d" OTHER " refs/heads/main\n<html>"), -EPROTO, "",
	  0, false, false, false, false, NULL },
	{ "nothing", BYTES(""), -EPROTO, "", 0, false, false, false, true, NULL },
};

static void test_read_refs(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refs_rows) / sizeof(refs_rows[0]); i++) {
		const struct refs_row *row = &refs_rows[i];
		struct git_refs refs;
		int error = git_read_refs(row->bytes, row->length, &refs);

		if (error != row->error)
			fail_msg("%s: %d", row->name, error);
		if (strcmp(refs.head, row->head) != 0)
			fail_msg("%s: head \"%s\"", row->name, refs.head);
		if (refs.references != row->references)
			fail_msg("%s: %u references", row->name, refs.references);
		if (refs.shallow != row->shallow || refs.side_band != row->side_band ||
		    refs.version2 != row->version2 || refs.whole != row->whole)
			fail_msg("%s: shallow %d, side band %d, version 2 %d, whole %d", row->name,
				 refs.shallow, refs.side_band, refs.version2, refs.whole);
		if (!text_equal(refs.message, row->message))
			fail_msg("%s: says \"%s\"", row->name, refs.message ? refs.message : "");
		git_refs_release(&refs);
	}
}

struct pack_row {
	const char *name, *bytes;
	size_t length;
	enum git_pack pack;
	const char *message;
};

static void test_read_pack(void **state)
{
	static const struct pack_row rows[] = {
		{ "side band", BYTES("0034shallow " OID "0000" "0008NAK\n" "000d\1PACK\0\0\0\2"),
		  GIT_PACK_BEGAN, NULL },
		{ "progress first", BYTES("0008NAK\n" "000d\2wait ..\r" "0009\1PACK"),
		  GIT_PACK_BEGAN, NULL },
		{ "no side band", BYTES("0008NAK\nPACK\0\0\0\2"), GIT_PACK_BEGAN, NULL },
		{ "version 2", BYTES("0011shallow-info\n0001000dpackfile\n0009\1PACK"),
		  GIT_PACK_BEGAN, NULL },
		{ "error of the server", BYTES("0008NAK\n0018\3upload-pack: fatal\n"),
		  GIT_PACK_ERROR, "upload-pack: fatal" },
		{ "error line", BYTES("0015ERR not our ref x"), GIT_PACK_ERROR, "not our ref x" },
		{ "a page", BYTES("<html>"), GIT_PACK_OTHER, NULL },
		{ "nothing", BYTES(""), GIT_PACK_NONE, NULL },
		{ "cut off in the pack", BYTES("0008NAK\n00ff\1PACK\0\0\0\2"), GIT_PACK_BEGAN,
		  NULL },
		{ "cut off before the pack", BYTES("0008NAK\n00ff\1PA"), GIT_PACK_NONE, NULL },
		{ "something else in band 1", BYTES("0008NAK\n0009\1JUNK"), GIT_PACK_OTHER, NULL },
		{ "an empty band", BYTES("0008NAK\n0005\1" "0009\1PACK"), GIT_PACK_BEGAN, NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum git_pack pack;
		char *message;

		assert_int_equal(git_read_pack(rows[i].bytes, rows[i].length, &pack, &message), 0);
		if (pack != rows[i].pack)
			fail_msg("%s: %d", rows[i].name, (int)pack);
		if (!text_equal(message, rows[i].message))
			fail_msg("%s: says \"%s\"", rows[i].name, message ? message : "");
		free(message);
	}
}

/* As git 2.39 understands them: each request read back line by line. */
static void check_want(const struct git_refs *refs, const char *expected)
{
	struct text out;

	text_init(&out, 1024);
	git_write_want(refs, &out);
	assert_int_equal(text_error(&out), 0);
	assert_string_equal(text_string(&out), expected);
	text_release(&out);
}

static void test_write_want(void **state)
{
	struct git_refs refs = { .head = OID, .shallow = true, .side_band = true };

	(void)state;
	check_want(&refs, "005cwant " OID " side-band-64k no-progress agent=reachback\n"
			  "000cdeepen 100000009done\n");
	refs.shallow = false;
	refs.side_band = false;
	check_want(&refs, "0042want " OID " agent=reachback\n00000009done\n");
	refs.version2 = true;
	check_want(&refs, "0012command=fetch\n00010010no-progress\n"
			  "0032want " OID "\n000cdeepen 10009done\n0000");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pkt_next),
		cmocka_unit_test(test_read_refs),
		cmocka_unit_test(test_read_pack),
		cmocka_unit_test(test_write_want),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
