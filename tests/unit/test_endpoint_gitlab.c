/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What GitLab's JSON and files of a repository say: shapes as GitLab sends them, and answers that
 * are something else and must leave the facts alone.
 */
#include "probes/endpoints_helper/gitlab_files.h"
#include "probes/endpoints_helper/gitlab_read.h"

#include "rules/facts_record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_version(void **state)
{
	static const char *const others[] = {
		"", "{", "[]", "{\"revision\":\"x\"}", "{\"version\":15}", "\"15.1\"",
		"<html>{\"version\":\"1\"}", "{\"version\":\"1\",\"version\":\"2\"}",
		"{\"version\":\"1\"} trailing",
	};
	struct gitlab_fact fact = { .url = NULL };
	static const char good[] = "{\"version\":\"15.11.3-ee\",\"revision\":\"6dd8c1c\"}";
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(gitlab_read_version(others[i], strlen(others[i]), &fact), -EINVAL);
		assert_null(fact.version);
	}
	assert_int_equal(gitlab_read_version(good, strlen(good), &fact), 0);
	assert_string_equal(fact.version, "15.11.3-ee");
	record_release(&gitlab_record, &fact);
}

static void test_refusal(void **state)
{
	static const struct {
		const char *body, *message; /* NULL: it is none */
	} rows[] = {
		{ "{\"message\":\"401 Unauthorized\"}", "401 Unauthorized" },
		{ "{\"error\":\"insufficient_scope\",\"error_description\":\"The request requires "
		  "higher privileges than provided by the access token.\",\"scope\":\"api\"}",
		  "insufficient_scope: The request requires higher privileges than provided by "
		  "the access token." },
		{ "{\"error\":\"404 Not Found\"}", "404 Not Found" },
		{ "{\"message\":{\"base\":[\"x\"]}}", NULL },
		{ "{}", NULL },
		{ "<html>401</html>", NULL },
	};
	char *message = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error = gitlab_read_refusal(rows[i].body, strlen(rows[i].body), &message);

		assert_int_equal(error, rows[i].message ? 0 : -EINVAL);
		if (rows[i].message)
			assert_string_equal(message, rows[i].message);
	}
	free(message);
}

static void test_token(void **state)
{
	struct gitlab_fact fact = { .url = NULL };
	static const char body[] =
		"{\"id\":4,\"name\":\"acr\",\"revoked\":false,\"created_at\":\"2026-01-01\","
		"\"scopes\":[\"read_user\",\"api\",\"api\",7],\"user_id\":3,\"active\":true,"
		"\"expires_at\":\"2026-12-31\",\"last_used_at\":null}";
	static const char endless[] = "{\"active\":true,\"expires_at\":null,\"scopes\":[]}";
	static const char silent[] = "{\"active\":true}";

	(void)state;
	assert_int_equal(gitlab_read_token("{\"x\":1}", 7, &fact), -EINVAL);
	assert_int_equal(gitlab_read_token(body, strlen(body), &fact), 0);
	assert_true(fact.active.known && fact.active.value && fact.revoked.known &&
		    !fact.revoked.value && fact.scopes_known && fact.expires_known);
	assert_int_equal(fact.scopes.count, 2);
	assert_string_equal(fact.scopes.items[0], "api");
	assert_string_equal(fact.expires, "2026-12-31");
	record_release(&gitlab_record, &fact);
	assert_int_equal(gitlab_read_token(endless, strlen(endless), &fact), 0);
	assert_true(fact.expires_known && !fact.expires && fact.scopes_known);
	record_release(&gitlab_record, &fact);
	assert_int_equal(gitlab_read_token(silent, strlen(silent), &fact), 0);
	assert_true(!fact.expires_known && !fact.scopes_known && !fact.revoked.known);
	record_release(&gitlab_record, &fact);
}

#define LISTED(id, more)                                                                           \
	"{\"id\":" id ",\"revoked\":false,\"active\":true,\"expires_at\":\"2027-06-30\"" more "}"
#define SPENT "{\"id\":1,\"revoked\":true,\"active\":false,\"scopes\":[\"read_user\"]}"
#define API ",\"scopes\":[\"read_user\",\"api\"]"
#define READ ",\"scopes\":[\"read_api\"]"

/* GitLab before 15.5 lists the owner's tokens, and does not say which of them asked. */
static void test_tokens(void **state)
{
	static const struct {
		const char *body;
		int error;
		bool scopes;  /* known */
		size_t count;
		bool expires; /* known */
	} rows[] = {
		{ "[" SPENT "," LISTED("2", API) "]", 0, true, 2, true },
		{ "[" LISTED("2", READ) "]", 0, true, 1, true },
		{ "[" LISTED("2", API) "," LISTED("3", API) "," SPENT "]", 0, true, 1, false },
		{ "[" LISTED("2", API) "," LISTED("3", READ) "]", 0, false, 0, false },
		{ "[" SPENT "]", 0, false, 0, false },
		{ "[]", 0, false, 0, false },
		{ "[7,null]", 0, false, 0, false },
		{ "{\"error\":\"404 Not Found\"}", -EINVAL, false, 0, false },
		{ "[", -EINVAL, false, 0, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gitlab_fact fact = { .url = NULL };
		int error = gitlab_read_tokens(rows[i].body, strlen(rows[i].body), &fact);

		if (error != rows[i].error || fact.scopes_known != rows[i].scopes ||
		    fact.scopes.count != rows[i].count || fact.expires_known != rows[i].expires)
			fail_msg("%s: %d", rows[i].body, error);
		record_release(&gitlab_record, &fact);
	}
}

static void test_project(void **state)
{
	struct gitlab_fact fact = { .url = NULL };
	static const char body[] =
		"{\"id\":1,\"path_with_namespace\":\"group/app\",\"default_branch\":\"main\","
		"\"http_url_to_repo\":\"http://git.example/group/app.git\",\"lfs_enabled\":true}";
	static const char bare[] = "{\"path_with_namespace\":\"g/a\",\"default_branch\":null}";
	char *clone;

	(void)state;
	assert_int_equal(gitlab_read_project("{\"id\":1}", 8, &fact, &clone), -EINVAL);
	assert_null(clone);
	assert_int_equal(gitlab_read_project(bare, strlen(bare), &fact, &clone), 0);
	assert_true(!clone && !fact.default_branch && !fact.lfs_enabled.known);
	assert_int_equal(gitlab_read_project(body, strlen(body), &fact, &clone), 0);
	assert_string_equal(clone, "http://git.example/group/app.git");
	assert_string_equal(fact.project_path, "group/app");
	assert_true(fact.lfs_enabled.known && fact.lfs_enabled.value);
	free(clone);
	record_release(&gitlab_record, &fact);
}

static void test_tree(void **state)
{
	struct gitlab_tree tree = { .entries = 9 };
	static const char body[] =
		"[{\"id\":\"a\",\"name\":\"src\",\"type\":\"tree\",\"path\":\"src\"},"
		"{\"id\":\"b\",\"name\":\"a.bin\",\"type\":\"blob\",\"path\":\"src/a.bin\"},"
		"{\"type\":\"commit\",\"path\":\"lib\"},{\"type\":\"blob\"},3]";

	(void)state;
	assert_int_equal(gitlab_read_tree("{}", 2, &tree), -EINVAL);
	assert_int_equal(gitlab_read_tree(body, strlen(body), &tree), 0);
	assert_int_equal(tree.entries, 5);
	assert_int_equal(tree.files.count, 1);
	assert_string_equal(tree.files.items[0], "src/a.bin");
	assert_int_equal(tree.links.count, 1);
	assert_string_equal(tree.links.items[0], "lib");
	strings_release(&tree.files);
	strings_release(&tree.links);
}

static void test_hooks(void **state)
{
	static const char body[] =
		"[{\"id\":1,\"url\":\"https://u:p@cr.example:8443/k/SECRET?t=SECRET\","
		"\"alert_status\":\"temporarily_disabled\"},"
		"{\"url\":\"https://ci.example/\",\"alert_status\":\"executable\"},"
		"{\"url\":\"SECRET\",\"alert_status\":\"disabled\"},"
		"{\"url\":\"https://old.example/\"},3]";
	struct gitlab_fact fact = { .url = NULL };

	(void)state;
	assert_int_equal(gitlab_read_hooks("{}", 2, &fact), -EINVAL);
	assert_false(fact.hooks_listed.known);
	assert_int_equal(gitlab_read_hooks("[]", 2, &fact), 0);
	assert_true(fact.hooks_listed.known && !fact.hooks_listed.value);
	assert_int_equal(gitlab_read_hooks(body, strlen(body), &fact), 0);
	assert_int_equal(fact.hooks_listed.value, 5);
	assert_int_equal(fact.hooks_told.value, 3);
	assert_int_equal(fact.hooks_stopped.count, 2);
	assert_string_equal(fact.hooks_stopped.items[0], "cr.example temporarily_disabled");
	assert_string_equal(fact.hooks_stopped.items[1], "? disabled");
	record_release(&gitlab_record, &fact);
}

static void test_batch(void **state)
{
	static const char good[] =
		"{\"objects\":[{\"oid\":\"x\",\"size\":1,\"actions\":{\"download\":{\"href\":"
		"\"https://oss.example/x?sig=1\",\"header\":{}}}}]}";
	static const char missing[] =
		"{\"objects\":[{\"oid\":\"x\",\"error\":{\"code\":404,\"message\":\"Object does "
		"not exist\"}}]}";
	struct strings links = { NULL, 0 };
	char *words = NULL;

	(void)state;
	assert_int_equal(gitlab_read_batch("{\"objects\":3}", 13, &links, &words), -EINVAL);
	assert_int_equal(gitlab_read_batch(missing, strlen(missing), &links, &words), 0);
	assert_int_equal(links.count, 0);
	assert_string_equal(words, "Object does not exist");
	free(words);
	assert_int_equal(gitlab_read_batch(good, strlen(good), &links, &words), 0);
	assert_int_equal(links.count, 1);
	assert_string_equal(links.items[0], "https://oss.example/x?sig=1");
	assert_null(words);
	strings_release(&links);
}

static void test_lfs_size(void **state)
{
	static const char none[] = "{\"statistics\":{\"lfs_objects_size\":0}}";
	static const char some[] = "{\"statistics\":{\"lfs_objects_size\":9007199254740993}}";
	struct maybe any = { .known = false };

	(void)state;
	assert_int_equal(gitlab_read_lfs_size("{}", 2, &any), 0);
	assert_false(any.known);
	assert_int_equal(gitlab_read_lfs_size(none, strlen(none), &any), 0);
	assert_true(any.known && !any.value);
	assert_int_equal(gitlab_read_lfs_size(some, strlen(some), &any), 0);
	assert_true(any.known && any.value);
}

static void test_attributes(void **state)
{
	static const char file[] =
		"*.bin filter=lfs diff=lfs merge=lfs -text\n# *.c filter=lfs\n*.txt text\n"
		"/top.dat filter=lfs\ndata/** filter=lfs\nlib/*.so\tfilter=lfs\n"
		"*a*a*a*a*a*b filter=lfs\n**/deep.x filter=lfs\nno filter=lfsx\n";
	static const struct {
		const char *path;
		bool tracked;
	} rows[] = {
		{ "a.bin", true },	  { "x/y/a.bin", true },  { "top.dat", true },
		{ "x/top.dat", false },	  { "data/a/b.c", true }, { "data.c", false },
		{ "lib/x.so", true },	  { "lib/y/x.so", false }, { "a.c", false },
		{ "aaaaab", false },	  { "p/q/deep.x", true },  { "deep.x", true },
		{ "no", false },	  { "sub/z.img", true },   { "z.img", false },
	};
	struct strings patterns = { NULL, 0 };
	size_t i;

	(void)state;
	assert_int_equal(git_read_attributes(file, strlen(file), "", &patterns), 0);
	assert_int_equal(git_read_attributes("*.img filter=lfs", 16, "sub/", &patterns), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (git_is_tracked(&patterns, rows[i].path) != rows[i].tracked)
			fail_msg("%s", rows[i].path);
	strings_release(&patterns);
}

#define POINTER_OID "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"

static void test_pointer(void **state)
{
	static const char good[] = "version https://git-lfs.github.com/spec/v1\noid sha256:"
				   POINTER_OID "\nsize 12345\n";
	static const char *const others[] = {
		"", "version https://git-lfs.github.com/spec/v1\n",
		"version https://git-lfs.github.com/spec/v1\noid sha256:xyz\nsize 1\n",
		"version https://git-lfs.github.com/spec/v1\noid sha256:" POINTER_OID "\nsize -1\n",
		"version https://git-lfs.github.com/spec/v2\noid sha256:" POINTER_OID "\nsize 1\n",
		"oid sha256:" POINTER_OID "\nsize 1\nversion https://git-lfs.github.com/spec/v1\n",
	};
	struct lfs_pointer pointer;
	size_t i;

	(void)state;
	assert_int_equal(lfs_read_pointer(good, strlen(good), &pointer), 0);
	assert_string_equal(pointer.oid, POINTER_OID);
	assert_int_equal(pointer.size, 12345);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (lfs_read_pointer(others[i], strlen(others[i]), &pointer) != -EINVAL)
			fail_msg("%s", others[i]);
}

static void test_urls(void **state)
{
	static const struct {
		const char *url;
		bool http;
		const char *clean;
	} rows[] = {
		{ "https://u:p@a.example/x.git", true, "https://a.example/x.git" },
		{ "HTTP://a.example/x@y", true, "HTTP://a.example/x@y" },
		{ "../lib.git", false, "../lib.git" },
		{ "git@a.example:g/x.git", false, "a.example:g/x.git" },
		{ "ssh://git@a.example:2222/x", false, "ssh://a.example:2222/x" },
		{ "/srv/git/x", false, "/srv/git/x" },
	};
	struct text out;
	size_t i;

	(void)state;
	text_init(&out, 1024);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_clear(&out);
		assert_int_equal(git_url_is_http(rows[i].url), rows[i].http);
		git_url_clean(rows[i].url, &out);
		assert_string_equal(text_string(&out), rows[i].clean);
	}
	text_clear(&out);
	url_encode("a b/\xc3\xbc-._~", &out);
	assert_string_equal(text_string(&out), "a%20b%2F%C3%BC-._~");
	text_release(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version),	   cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_token),	   cmocka_unit_test(test_project),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_tree),	   cmocka_unit_test(test_batch),
		cmocka_unit_test(test_hooks),	   cmocka_unit_test(test_lfs_size),
		cmocka_unit_test(test_attributes), cmocka_unit_test(test_pointer),
		cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
