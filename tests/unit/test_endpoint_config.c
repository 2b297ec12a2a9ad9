/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of a repository in the format of git-config(1): entries as git reads them, submodules that
 * a clone fetches, where their relative URLs lead, and the LFS server that LFS goes by.
 */
#include "probes/endpoints_helper/git_config.h"
#include "probes/endpoints_helper/gitlab_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_entries(void **state)
{
	/* as `git config -f FILE -l` says; what makes no sense is left out, and git refuses all */
	static const struct {
		const char *file, *entries;
	} rows[] = {
		{ "[lfs]\n\turl = https://a/b\n", "lfs||url=https://a/b;" },
		{ "\xef\xbb\xbf[LFS] URL=x # why\n", "lfs||url=x;" },
		{ "[lfs]\r\nurl = a b  \r\nc=1;d\r\n", "lfs||url=a b;lfs||c=1;" },
		{ "[remote \"Ori\\\"gin\"]\nlfsurl = \" x ; \" y\n",
		  "remote|Ori\"gin|lfsurl= x ;  y;" },
		{ "[remote.Origin]\nlfsurl=x", "remote|origin|lfsurl=x;" },
		{ "[a]\nb = one\\\n two\\t\\\\\\\"\nc\nd=\n", "a||b=one two\t\\\";a||d=;" },
		{ "a=1\n[s\nb=2\n[t \"x]\nc=3\n[u]\nd=4\n", "u||d=4;" },
		{ "[a]\nb=\"open\nc=1\n= 2\n-d=3\ne=bad\\q\nf=4\n", "a||c=1;a||f=4;" },
		{ "[a] # b\n; c = 1\nd=2\\", "a||d=2;" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct git_config config;
		struct text said;

		text_init(&said, (size_t)4096);
		git_config_open(&config, rows[i].file, strlen(rows[i].file));
		while (git_config_next(&config))
			text_addf(&said, "%s|%s|%s=%s;", config.section, config.name, config.key,
				  config.value);
		assert_string_equal(text_string(&said), rows[i].entries);
		text_release(&said);
	}
}

static void test_bounds(void **state)
{
	size_t length = 3 * GIT_CONFIG_VALUE_MAX, i;
	char *file = malloc(length);
	struct git_config config;

	(void)state;
	assert_non_null(file);
	memset(file, 'x', length);
	memcpy(file, "[a]\nb=", 6);
	memcpy(file + length - 6, "\nc=1\n ", 6);
	git_config_open(&config, file, length);
	assert_true(git_config_next(&config));
	assert_string_equal(config.key, "c");
	assert_false(git_config_next(&config));
	for (i = 0; i < 3; i++) { /* all that is cut off ends */
		git_config_open(&config, "[a]\nb=\"\\", 6 + i);
		(void)git_config_next(&config);
	}
	free(file);
}

static void test_modules(void **state)
{
	static const char file[] =
		"# comment\n[core]\n\turl = http://not.a/submodule\n"
		"[submodule \"lib\"]\n\tpath = lib\n\turl = ../lib.git\n\tbranch = main\n"
		"[submodule \"b\"]\n\tURL=\"https://user:secret@other.example/b.git\" ; why\r\n"
		"[submodule \"c\"]\n\turl = git@git.example:group/c.git\n\turlx = 1\n"
		"[submodule \"d\"]\n\turl = ../lib.git\n\turl =\n"
		"[submodule \"e\"]\n\turl = ../e.git\n\tupdate = none\n"
		"[submodule \"lib\"]\n\turl = ../last.git\n[submodule]\n\turl = ../nameless.git\n";
	struct list modules = { .items = NULL };
	const struct git_module *rows;
	uint32_t left_out;

	(void)state;
	assert_int_equal(git_read_modules(file, strlen(file), &modules, &left_out), 0);
	rows = modules.items;
	assert_int_equal(modules.count, 3);
	assert_int_equal(left_out, 0);
	assert_string_equal(rows[0].url, "../last.git");
	assert_string_equal(rows[0].path, "lib");
	assert_string_equal(rows[1].url, "https://user:secret@other.example/b.git");
	assert_null(rows[1].path);
	assert_string_equal(rows[2].url, "git@git.example:group/c.git");
	git_modules_release(&modules);
}

static void test_many_modules(void **state)
{
	struct list modules = { .items = NULL };
	struct text file;
	uint32_t left_out;
	unsigned int i;

	(void)state;
	text_init(&file, (size_t)1024 * 1024);
	for (i = 0; i < 1500; i++)
		text_addf(&file, "[submodule \"%u\"]\nurl=../%u.git\npath=%u\n", i, i, i);
	assert_int_equal(text_error(&file), 0);
	assert_int_equal(git_read_modules(text_string(&file), file.length, &modules, &left_out),
			 0);
	assert_int_equal(modules.count, GITLAB_SUBMODULES_MAX);
	assert_int_equal(left_out, 1500 - GITLAB_SUBMODULES_MAX);
	git_modules_release(&modules);
	text_release(&file);
}

static void test_lfs(void **state)
{
	/* as `git lfs env` tells its endpoint */
	static const struct {
		const char *file, *url;
	} rows[] = {
		{ "[lfs]\n\turl = https://a/x\n\tfetchexclude = *\n", "https://a/x" },
		{ "[lfs]\n\turl = https://a/x\n[remote \"origin\"]\n\tlfsurl = https://b/y\n",
		  "https://a/x" },
		{ "[remote \"Origin\"]\nlfsURL = https://b/y\n", "https://b/y" },
		{ "[remote \"up\"]\nlfsurl = https://b/y\n", NULL },
		{ "[remote]\nlfsdefault=up\n[remote \"up\"]\nlfsurl = https://b/y\n",
		  "https://b/y" },
		{ "[lfs \"https://a/x\"]\naccess = basic\nurl = https://c\n", NULL },
		{ "[lfs]\npushurl = https://p/x\n", NULL },
		{ "[lfs]\nurl = https://a/x\nurl = https://b/y\n", "https://b/y" },
		{ "", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *url = NULL;

		assert_int_equal(lfs_read_config(rows[i].file, strlen(rows[i].file), &url), 0);
		if (rows[i].url)
			assert_string_equal(url, rows[i].url);
		else
			assert_null(url);
		free(url);
	}
}

static void test_relative(void **state)
{
	/* as git-submodule resolves them */
	static const struct {
		const char *base, *url, *whole;
	} rows[] = {
		{ "https://a/g/app.git", "../lib.git", "https://a/g/lib.git" },
		{ "https://a/g/app.git/", "../lib.git/", "https://a/g/lib.git" },
		{ "https://a/g/app.git", "./lib.git", "https://a/g/app.git/lib.git" },
		{ "https://a/g/app.git", "../../h/lib", "https://a/h/lib" },
		{ "https://a/g/s/app.git", ".././../lib", "https://a/g/lib" },
		{ "https://a/app.git", "../../b/lib", "https://b/lib" },
		{ "git@a:g/app.git", "../../lib", "git@a:lib" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text whole;

		text_init(&whole, (size_t)1024);
		git_url_relative(rows[i].base, rows[i].url, &whole);
		assert_string_equal(text_string(&whole), rows[i].whole);
		text_release(&whole);
	}
	assert_true(git_url_is_relative("./x") && git_url_is_relative("../x"));
	assert_false(git_url_is_relative(".x") || git_url_is_relative("/x"));
	assert_true(git_url_has_password("https://u:p@a/x"));
	assert_false(git_url_has_password("https://u@a:8443/x:y@z"));
	assert_false(git_url_has_password("git@a:x/y@z"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),	     cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_modules),	     cmocka_unit_test(test_many_modules),
		cmocka_unit_test(test_relative),     cmocka_unit_test(test_lfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
