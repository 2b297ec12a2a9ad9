/* SPDX-License-Identifier: Apache-2.0 */
/* The credential chain as far as it needs no network: order, kinds, refusals, warnings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "probes/cloud_helper/credentials.h"
#include "rules/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct home {
	char folder[64], config[128], file[128];
};

static void put(const char *path, const char *content, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void home_init(struct home *home)
{
	memcpy(home->folder, "/tmp/reachback-home-XXXXXX", 27);
	assert_non_null(mkdtemp(home->folder));
	(void)snprintf(home->config, sizeof(home->config), "%s/config.json", home->folder);
	(void)snprintf(home->file, sizeof(home->file), "%s/credentials", home->folder);
}

static void home_release(const struct home *home)
{
	(void)unlink(home->config);
	(void)unlink(home->file);
	assert_int_equal(rmdir(home->folder), 0);
}

/* Variables, with the files named that are there, and what the chain makes of them. */
struct outcome {
	struct chain chain;
	struct strings warnings;
	struct fault fault;
	int code;
};

static void find(const struct home *home, const char *const *variables, struct outcome *out)
{
	static const struct plan plan;
	struct environment environment = { NULL, 0 };
	struct text bytes;

	memset(out, 0, sizeof(*out));
	text_init(&bytes, 8192);
	for (; *variables; variables++)
		text_add_bytes(&bytes, *variables, strlen(*variables) + 1);
	if (!access(home->config, F_OK)) {
		text_addf(&bytes, "ALIBABA_CLOUD_CONFIG_FILE=%s", home->config);
		text_add_bytes(&bytes, "", 1);
	}
	if (!access(home->file, F_OK)) {
		text_addf(&bytes, "ALIBABA_CLOUD_CREDENTIALS_FILE=%s", home->file);
		text_add_bytes(&bytes, "", 1);
	}
	assert_int_equal(environment_copy(bytes.data, bytes.length, &environment), 0);
	out->chain = (struct chain){ .environment = &environment, .plan = &plan,
				     .region = "cn-x", .warnings = &out->warnings };
	out->code = credentials_find(&out->chain, &out->fault);
	environment_release(&environment);
	text_release(&bytes);
}

static void drop(struct outcome *out)
{
	credential_release(&out->chain.credential);
	strings_release(&out->warnings);
}

/* The chain ends there, in these words and without any of the key's. */
static void check_refused(const struct home *home, const char *const *variables, const char *words)
{
	struct outcome out;

	find(home, variables, &out);
	assert_int_not_equal(out.code, 0);
	assert_int_not_equal(out.code, -ENOENT);
	assert_non_null(strstr(out.fault.text, words));
	assert_null(strstr(out.fault.text, "canary"));
	drop(&out);
}

static const char *const nothing[] = { NULL };
static const char *const a_key[] = { "ALIBABA_CLOUD_ACCESS_KEY_ID=env-id",
				     "ALIBABA_CLOUD_ACCESS_KEY_SECRET=env-secret", NULL };

#define PROFILE(mode, more)                                                                        \
	"{\"current\":\"one\",\"profiles\":[{\"name\":\"one\",\"mode\":\"" mode "\"" more "}]}"
#define KEY ",\"access_key_id\":\"cli-id\",\"access_key_secret\":\"cli-secret\""

static void test_order(void **state)
{
	struct outcome out;
	struct home home;

	(void)state;
	home_init(&home);
	find(&home, nothing, &out);
	assert_int_equal(out.code, -ENOENT);
	assert_string_equal(out.chain.source, "");
	drop(&out);
	put(home.file, "[default]\ntype = access_key\naccess_key_id= ini-id\n"
		       "access_key_secret =ini-secret\n[other]\ntype=access_key\n", 0600);
	find(&home, nothing, &out);
	assert_int_equal(out.code, 0);
	assert_string_equal(out.chain.credential.key_id, "ini-id");
	assert_int_equal(out.warnings.count, 0);
	drop(&out);
	put(home.config, PROFILE("AK", KEY), 0600);
	find(&home, nothing, &out);
	assert_string_equal(out.chain.credential.key_id, "cli-id");
	assert_string_equal(out.chain.source, "profile one (AK)");
	assert_null(out.chain.credential.token);
	drop(&out);
	find(&home, a_key, &out);
	assert_string_equal(out.chain.credential.key_id, "env-id");
	assert_string_equal(out.chain.source, "environment");
	drop(&out);
	home_release(&home);
}

static void test_sts_token_of_a_profile(void **state)
{
	struct outcome out;
	struct home home;

	(void)state;
	home_init(&home);
	put(home.config, PROFILE("StsToken", KEY ",\"sts_token\":\"t/+=\""), 0600);
	find(&home, nothing, &out);
	assert_int_equal(out.code, 0);
	assert_string_equal(out.chain.credential.token, "t/+=");
	drop(&out);
	home_release(&home);
}

static void test_other_modes_are_refused_by_name(void **state)
{
	static const struct { const char *config, *words; } rows[] = {
		{ PROFILE("CloudSSO", ""), "mode CloudSSO is not taken" },
		{ PROFILE("External", KEY), "mode External is not taken" },
		{ PROFILE("RsaKeyPair", KEY), "mode RsaKeyPair is not taken" },
		{ PROFILE("ChainableRamRoleArn", ",\"source_profile\":\"one\""),
		  "too many profiles" },
		{ PROFILE("ChainableRamRoleArn", ",\"source_profile\":\"two\""),
		  "there is no profile \"two\"" },
		{ PROFILE("RamRoleArn", KEY), "names no role" },
		{ PROFILE("StsToken", ",\"access_key_id\":\"canary\""), "lacks a key" },
		{ "{\"profiles\":[{\"access_key_secret\":\"canary\"", "is no JSON document" },
	};
	struct home home;
	size_t i;

	(void)state;
	home_init(&home);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		put(home.config, rows[i].config, 0600);
		check_refused(&home, nothing, rows[i].words);
	}
	put(home.config, "{}", 0600);
	put(home.file, "[default]\ntype = bearer\nbearer_token = canary\n", 0600);
	check_refused(&home, nothing, "type bearer is not taken");
	home_release(&home);
}

/* Who names a file or a section means it: no other account's key answers in its place. */
static void test_what_is_named_must_be_there(void **state)
{
	static const struct { const char *variable, *file, *words; } rows[] = {
		{ "ALIBABA_CLOUD_CONFIG_FILE=/nonexistent/config.json", NULL,
		  "ALIBABA_CLOUD_CONFIG_FILE names \"/nonexistent/config.json\"" },
		{ "ALIBABA_CLOUD_CREDENTIALS_FILE=/nonexistent/credentials", NULL,
		  "ALIBABA_CLOUD_CREDENTIALS_FILE names" },
		{ "ALIBABA_CLOUD_PROFILE=other", "[default]\ntype = access_key\n",
		  "there is no section \"other\"" },
		{ "HOME=/nonexistent", "[default]\naccess_key_id = canary\n",
		  "section default names no type" },
	};
	struct outcome out;
	struct home home;
	size_t i;

	(void)state;
	home_init(&home);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const variables[] = { rows[i].variable, NULL };

		if (rows[i].file)
			put(home.file, rows[i].file, 0600);
		check_refused(&home, variables, rows[i].words);
	}
	/* the files under HOME may be absent, and so may their section */
	put(home.file, "[another]\ntype = access_key\n", 0600);
	find(&home, nothing, &out);
	assert_int_equal(out.code, -ENOENT);
	drop(&out);
	home_release(&home);
}

static void test_files_that_others_can_read(void **state)
{
	struct outcome out;
	struct home home;

	(void)state;
	home_init(&home);
	put(home.config, PROFILE("AK", KEY), 0644);
	find(&home, nothing, &out);
	assert_int_equal(out.code, 0);
	assert_int_equal(out.warnings.count, 1);
	assert_non_null(strstr(out.warnings.items[0], "others can read it (mode 0644)"));
	assert_null(strstr(out.warnings.items[0], "cli-secret"));
	drop(&out);
	home_release(&home);
}

static void test_fresh_profile_is_none(void **state)
{
	struct outcome out;
	struct home home;

	(void)state;
	home_init(&home);
	put(home.config, "{\"current\":\"default\",\"profiles\":[{\"name\":\"default\",\"mode\":"
			 "\"AK\",\"access_key_id\":\"\",\"access_key_secret\":\"\"}]}", 0600);
	find(&home, nothing, &out);
	assert_int_equal(out.code, -ENOENT);
	drop(&out);
	home_release(&home);
}

static void test_keys_are_no_header_tricks(void **state)
{
	static const char *const split[] = { "ALIBABA_CLOUD_ACCESS_KEY_ID=id\r\nX: y",
					     "ALIBABA_CLOUD_ACCESS_KEY_SECRET=s", NULL };
	struct outcome out;
	struct home home;

	(void)state;
	home_init(&home);
	find(&home, split, &out);
	assert_int_equal(out.code, -EINVAL);
	assert_null(out.chain.credential.key_id);
	drop(&out);
	home_release(&home);
}

static void test_texts_of_secrets_do_not_move(void **state)
{
	char secret[SECRET_MAX + 1];
	struct text text;
	const char *place;
	int i;

	(void)state;
	memset(secret, 's', SECRET_MAX);
	secret[SECRET_MAX] = '\0';
	secret_text_init(&text, 1024 * 1024);
	assert_string_equal(text_string(&text), "");
	place = text.data;
	for (i = 0; i < 3; i++)
		text_add(&text, secret);
	assert_int_equal(text_error(&text), 0);
	assert_ptr_equal(text.data, place);
	secret_text_release(&text);
	assert_null(text.data);
	secret_text_init(&text, 3);
	text_add(&text, "abc");
	assert_string_equal(text_string(&text), "abc");
	text_add(&text, "d");
	assert_int_equal(text_error(&text), -EFBIG);
	secret_text_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_sts_token_of_a_profile),
		cmocka_unit_test(test_other_modes_are_refused_by_name),
		cmocka_unit_test(test_what_is_named_must_be_there),
		cmocka_unit_test(test_files_that_others_can_read),
		cmocka_unit_test(test_fresh_profile_is_none),
		cmocka_unit_test(test_texts_of_secrets_do_not_move),
		cmocka_unit_test(test_keys_are_no_header_tricks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
