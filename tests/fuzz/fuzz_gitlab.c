/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GitLab's JSON and files out of a repository, and the files of a Maven repository: the first byte
 * picks a reader. What comes out can be written as facts, and that is valid JSON.
 */
#include "probes/endpoints_helper/gitlab_files.h"
#include "probes/endpoints_helper/gitlab_read.h"
#include "probes/endpoints_helper/maven_layout.h"

#include "rules/facts_record.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <string.h>

struct out {
	struct gitlab_fact fact;
	struct gitlab_tree tree;
	struct strings strings;
	char *word;
};

static int as_version(const char *bytes, size_t size, struct out *out)
{
	return gitlab_read_version(bytes, size, &out->fact);
}

static int as_refusal(const char *bytes, size_t size, struct out *out)
{
	return gitlab_read_refusal(bytes, size, &out->fact.message);
}

static int as_token(const char *bytes, size_t size, struct out *out)
{
	return gitlab_read_token(bytes, size, &out->fact);
}

static int as_user(const char *bytes, size_t size, struct out *out)
{
	return gitlab_read_user(bytes, size, &out->fact);
}

static int as_project(const char *bytes, size_t size, struct out *out)
{
	return gitlab_read_project(bytes, size, &out->fact, &out->word);
}

/* Both are lists of objects. */
static int as_tree_and_hooks(const char *bytes, size_t size, struct out *out)
{
	int error = gitlab_read_tree(bytes, size, &out->tree);

	FUZZ_CHECK(out->tree.files.count <= GITLAB_TREE_MAX);
	FUZZ_CHECK(error == gitlab_read_hooks(bytes, size, &out->fact));
	FUZZ_CHECK(out->fact.hooks_told.value <= out->fact.hooks_listed.value);
	FUZZ_CHECK(out->fact.hooks_stopped.count <= out->fact.hooks_told.value);
	return error;
}

static int as_batch(const char *bytes, size_t size, struct out *out)
{
	return gitlab_read_batch(bytes, size, &out->strings, &out->word);
}

static int as_lfs_size(const char *bytes, size_t size, struct out *out)
{
	return gitlab_read_lfs_size(bytes, size, &out->fact.lfs_used);
}

static void as_url(const char *url)
{
	struct text text;

	text_init(&text, JSON_SIZE_MAX);
	git_url_clean(url, &text);
	url_encode(url, &text);
	FUZZ_CHECK(text_error(&text) == 0);
	text_release(&text);
	(void)git_url_is_http(url);
	(void)git_url_has_password(url);
	text_init(&text, JSON_SIZE_MAX);
	git_url_relative("https://a.example/b/c.git", url, &text);
	FUZZ_CHECK(text_error(&text) == 0);
	text_release(&text);
}

static int as_modules(const char *bytes, size_t size, struct out *out)
{
	struct list modules = { .items = NULL };
	uint32_t left_out;
	size_t i;
	int error = git_read_modules(bytes, size, &modules, &left_out);

	(void)out;
	FUZZ_CHECK(modules.count <= GITLAB_SUBMODULES_MAX);
	for (i = 0; i < modules.count; i++)
		as_url(LIST_AT(&modules, struct git_module, i)->url);
	git_modules_release(&modules);
	return error;
}

static int as_lfs_config(const char *bytes, size_t size, struct out *out)
{
	int error = lfs_read_config(bytes, size, &out->word);

	if (out->word)
		as_url(out->word);
	return error;
}

static int as_attributes(const char *bytes, size_t size, struct out *out)
{
	int error = git_read_attributes(bytes, size, "sub/", &out->strings);

	FUZZ_CHECK(out->strings.count <= GITLAB_PATTERNS_MAX);
	(void)git_is_tracked(&out->strings, "sub/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/b.bin");
	return error;
}

static int as_pointer(const char *bytes, size_t size, struct out *out)
{
	struct lfs_pointer pointer = { .size = 0 };
	int error = lfs_read_pointer(bytes, size, &pointer);

	(void)out;
	FUZZ_CHECK(error || strlen(pointer.oid) == 64);
	return error;
}

static int as_maven(const char *bytes, size_t size, struct out *out)
{
	char word[MAVEN_WORD_MAX], checksum[129];

	(void)out;
	(void)maven_is_metadata(bytes, size);
	(void)maven_names_version(bytes, size, "1.0");
	if (maven_read_build(bytes, size, word))
		FUZZ_CHECK(strlen(word) < MAVEN_WORD_MAX && !strchr(word, '/'));
	if (maven_read_checksum(bytes, size, 64, checksum))
		FUZZ_CHECK(strlen(checksum) == 64);
	return 0;
}

static int (*const readers[])(const char *bytes, size_t size, struct out *out) = {
	as_version, as_refusal, as_token,   as_user,	as_project,    as_tree_and_hooks,
	as_batch,   as_lfs_size, as_modules, as_attributes, as_pointer, as_maven,
	as_lfs_config,
};

#define READERS (sizeof(readers) / sizeof(readers[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct out out = { .word = NULL };
	struct text text;
	int error;

	if (!size)
		return 0;
	error = readers[data[0] % READERS]((const char *)data + 1, size - 1, &out);
	FUZZ_CHECK(error == 0 || error == -EINVAL);
	text_init(&text, JSON_SIZE_MAX);
	record_write(&gitlab_record, &out.fact, &text, -1);
	FUZZ_CHECK(text_error(&text) == 0);
	FUZZ_CHECK(json_validate(text_string(&text), text.length, NULL) == 0);
	text_release(&text);
	record_release(&gitlab_record, &out.fact);
	strings_release(&out.tree.files);
	strings_release(&out.tree.links);
	strings_release(&out.strings);
	free(out.word);
	return 0;
}
