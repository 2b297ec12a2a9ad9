/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of a Maven repository: coordinates, paths, metadata and checksum files. */
#include "probes/endpoints_helper/maven_layout.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_coordinates(void **state)
{
	static const struct {
		const char *coordinates, *path; /* NULL: refused */
	} rows[] = {
		{ "org.apache.commons:commons-lang3:3.12.0",
		  "/org/apache/commons/commons-lang3/3.12.0/commons-lang3-3.12.0.jar" },
		{ "junit:junit:4.13:pom", "/junit/junit/4.13/junit-4.13.pom" },
		{ "a.b:c:1.0-SNAPSHOT", "/a/b/c/1.0-SNAPSHOT/c-1.0-20240102.030405-6.jar" },
		{ "a:b:1:war", "/a/b/1/b-1.war" },
		{ "a:b:1:maven-plugin", "/a/b/1/b-1.jar" },
		{ "a:b:1-SNAPSHOT:test-jar", "/a/b/1-SNAPSHOT/b-1-20240102.030405-6-tests.jar" },
		{ "a:b:1:own", "/a/b/1/b-1.own" },
		{ "a:b", NULL },
		{ "a:b:", NULL },
		{ "a::1", NULL },
		{ "a:b:1:jar:x", NULL },
		{ "a/b:c:1", NULL },
		{ "a:b:1?x=y", NULL },
		{ "a:../b:1", NULL },
		{ "", NULL },
	};
	struct maven_artifact artifact;
	struct text path;
	size_t i;

	(void)state;
	text_init(&path, 1024);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int error = maven_parse(rows[i].coordinates, &artifact);

		if (error != (rows[i].path ? 0 : -EINVAL))
			fail_msg("%s: %d", rows[i].coordinates, error);
		if (error)
			continue;
		text_clear(&path);
		maven_file_path(&artifact, "20240102.030405-6", artifact.packaging, &path);
		assert_string_equal(text_string(&path), rows[i].path);
	}
	assert_int_equal(maven_parse("a.b:c:1.0-SNAPSHOT", &artifact), 0);
	text_clear(&path);
	maven_file_path(&artifact, "SNAPSHOT", "pom", &path);
	assert_string_equal(text_string(&path), "/a/b/c/1.0-SNAPSHOT/c-1.0-SNAPSHOT.pom");
	text_clear(&path);
	maven_metadata_path(&artifact, &path);
	maven_version_path(&artifact, &path);
	assert_string_equal(text_string(&path),
			    "/a/b/c/maven-metadata.xml/a/b/c/1.0-SNAPSHOT/maven-metadata.xml");
	text_release(&path);
}

static void test_metadata(void **state)
{
	static const struct {
		const char *body;
		bool metadata;
	} rows[] = {
		{ "<metadata><groupId>x</groupId></metadata>", true },
		{ "\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- a --> <metadata modelVersion=\"1\">",
		  true },
		{ "<metadata/>", true },
		{ "<metadatas>", false },
		{ "<metadata", false },
		{ "<html><metadata>", false },
		{ "<?xml <metadata>", false },
		{ "<!-- <metadata>", false },
		{ "", false },
	};
	static const char versions[] = "<metadata><versioning><versions><version>1.0</version>"
				       "</versions></versioning></metadata>";
	static const char build[] = "<snapshot><timestamp>20240102.030405</timestamp>"
				    "<buildNumber>6</buildNumber></snapshot>";
	static const char evil[] = "<timestamp>../../x</timestamp><buildNumber>6</buildNumber>";
	char name[MAVEN_WORD_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (maven_is_metadata(rows[i].body, strlen(rows[i].body)) != rows[i].metadata)
			fail_msg("%s", rows[i].body);
	assert_true(maven_names_version(versions, strlen(versions), "1.0"));
	assert_false(maven_names_version(versions, strlen(versions), "1.0.1"));
	assert_true(maven_read_build(build, strlen(build), name));
	assert_string_equal(name, "20240102.030405-6");
	assert_false(maven_read_build(evil, strlen(evil), name));
}

static void test_packaging(void **state)
{
	static const struct {
		const char *pom, *packaging;
	} rows[] = {
		{ "<project><packaging>war</packaging></project>", "war" },
		{ "\xef\xbb\xbf<?xml version='1.0'?><!-- <project> --><project a=\"x>y\">\n"
		  "<parent><packaging>pom</packaging></parent><packaging >\n aar </packaging>",
		  "aar" },
		{ "<!DOCTYPE project [ <!ENTITY a \"<b>\"> ]><project><packaging>pom</packaging>",
		  "pom" },
		{ "<project><!-- <packaging>pom</packaging> --></project>", "jar" },
		{ "<project><a><![CDATA[</a><packaging>pom</packaging>]]></a></project>", "jar" },
		{ "<project><build><packaging>pom</packaging><x/></build></project>", "jar" },
		{ "<project><packaging/></project>", "jar" },
		{ "<project><packaging>${kind}</packaging></project>", "" },
		{ "<project><packaging>a&amp;b</packaging></project>", "" },
		{ "<project><packaging>../x</packaging></project>", "" },
		{ "<project><packaging>war", "" },
		{ "<project><packaging", "" },
		{ "<project><name>cut", "" },
		{ "<html><packaging>war</packaging></html>", "" },
		{ "</project><packaging>war</packaging>", "" },
		{ "<packaging>war</packaging>", "" },
		{ "<!-- <project>", "" },
		{ "<", "" },
		{ "", "" },
	};
	char packaging[MAVEN_WORD_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		maven_read_packaging(rows[i].pom, strlen(rows[i].pom), packaging);
		if (strcmp(packaging, rows[i].packaging))
			fail_msg("%s: %s", rows[i].pom, packaging);
	}
	assert_string_equal(maven_handler_of("bundle")->ending, "jar");
	assert_null(maven_handler_of("own"));
}

static void test_checksum(void **state)
{
	static const char sha1[] = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
	static const struct {
		const char *body;
		bool found;
	} rows[] = {
		{ "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", true },
		{ "da39a3ee5e6b4b0d3255bfef95601890afd80709  junit-4.13.jar\n", true },
		{ "SHA1(x.jar)= da39a3ee5e6b4b0d3255bfef95601890afd80709", true },
		{ "da39a3ee5e6b4b0d3255bfef95601890afd8070", false },
		{ "da39a3ee5e6b4b0d3255bfef95601890afd807090", false },
		{ "<html>404</html>", false },
		{ "", false },
	};
	char checksum[129];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (maven_read_checksum(rows[i].body, strlen(rows[i].body), 40, checksum) !=
		    rows[i].found)
			fail_msg("%s", rows[i].body);
		if (rows[i].found)
			assert_string_equal(checksum, sha1);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_coordinates),
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_packaging),
		cmocka_unit_test(test_checksum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
