/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules about Maven repositories and about the registry, beyond one cause a fixture
 * (tests/golden/maven.py).
 */
#include "tests/unit/rule_rows.h"

#define URL "https://mvn.test/repository/public/"
#define ARTIFACT ",\"artifact\":\"org.x:lib:1.0\""
#define JAR "/org/x/lib/1.0/lib-1.0.jar"
#define POM "/org/x/lib/1.0/lib-1.0.pom"
#define HERE(maven) PLAN(",\"vantage\":\"vswitch-host\",\"maven\":[{\"url\":\"" URL "\"" maven "}]")
#define TARGET(url, purpose, scheme, host, more)                                                   \
	"{\"url\":\"" url "\",\"purpose\":\"" purpose "\",\"root\":\"" URL                         \
	"\",\"root_purpose\":\"maven\",\"scheme\":\"" scheme "\",\"host\":\"" host "\"" more "}"
#define ROOT TARGET(URL, "maven", "https", "mvn.test", "")
#define ATTEMPT(url, status, more)                                                                 \
	"{\"url\":\"" url "\",\"address\":\"172.20.5.20\",\"port\":443,"                           \
	"\"tcp\":{\"outcome\":\"connected\"},\"http\":{\"outcome\":\"answered\",\"status\":"       \
	status "}" more "}"
#define FIRST ATTEMPT(URL, "200", "")
#define SEEN(targets, attempts, maven, more)                                                       \
	"\"endpoints\":{\"state\":\"ok\",\"targets\":[" targets "],\"attempts\":[" attempts        \
	"],\"maven\":[" maven "]" more "}"
#define SAID(more) "{\"url\":\"" URL "\",\"address\":\"172.20.5.20\",\"kind\":\"nexus\"" more "}"
#define ASKED(more)                                                                                \
	FACTS2(HERE(ARTIFACT),                                                                     \
	       SEEN(ROOT, FIRST, SAID(ARTIFACT ",\"artifact_path\":\"" JAR "\"" more), ""))
#define GOOD ",\"metadata\":200,\"metadata_is_xml\":true,\"version_named\":1"
#define EXCHANGE(rung, path, http)                                                                 \
	",\"exchanges\":[{\"url\":\"" URL "\",\"path\":\"" path "\",\"rung\":\"" rung              \
	"\",\"http\":{" http "}}]"
#define WITH(maven, exchange)                                                                      \
	FACTS2(HERE(ARTIFACT),                                                                     \
	       SEEN(ROOT, FIRST, SAID(ARTIFACT ",\"artifact_path\":\"" JAR "\"" maven), exchange))
#define ELSEWHERE "https://store.test/lib.jar"
#define MOVED(maven, attempts)                                                                     \
	FACTS2(HERE(ARTIFACT),                                                                     \
	       SEEN(JOIN(ROOT, TARGET(ELSEWHERE, "redirect", "https", "store.test", "")),          \
		    FIRST attempts, SAID(ARTIFACT ",\"artifact_path\":\"" JAR "\"" maven), ""))

static void test_metadata(void **state)
{
	static const struct row rows[] = {
		{ "served", ASKED(GOOD), STATUS_PASS, NULL, "nexus repository, metadata of", 0 },
		{ "no artifact in the plan",
		  FACTS2(HERE(""), SEEN(ROOT, FIRST, SAID(""), "")), STATUS_SKIPPED, NULL,
		  "maven[].artifact", 0 },
		{ "nobody answered", FACTS2(HERE(ARTIFACT), SEEN(ROOT, "", "", "")), STATUS_UNKNOWN,
		  NULL, "not reached", 0 },
		{ "a row of another that answered",
		  FACTS2(HERE(ARTIFACT), SEEN(ROOT, "", "{\"url\":\"" URL "\"}", "")),
		  STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "wants credentials", ASKED(",\"metadata\":401"), STATUS_FAIL, "DEP-07", "401",
		  0 },
		{ "forbids", ASKED(",\"metadata\":403"), STATUS_FAIL, "DEP-07", "403", 0 },
		{ "broken", ASKED(",\"metadata\":503"), STATUS_FAIL, "DEP-14", "503", 0 },
		{ "no metadata", ASKED(",\"metadata\":200"), STATUS_FAIL, "DEP-13", NULL, 0 },
		{ "nothing at all", ASKED(",\"metadata\":404,\"artifact_status\":404"), STATUS_FAIL,
		  "DEP-13", "404 for metadata, file and POM", 0 },
		{ "a repository without metadata",
		  ASKED(",\"metadata\":404,\"artifact_status\":200"), STATUS_PASS, NULL,
		  "a fixed version needs none", 0 },
		{ "a POM alone", ASKED(",\"metadata\":404,\"artifact_status\":404,\"pom\":200"),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "silent",
		  WITH("", EXCHANGE("metadata", "/x/maven-metadata.xml",
				    "\"outcome\":\"timed-out\",\"limit\":\"request 4.0 s\"")),
		  STATUS_FAIL, "DEP-14", "request 4.0 s", 0 },
		{ "the run ended",
		  WITH("", EXCHANGE("metadata", "/x/maven-metadata.xml",
				    "\"outcome\":\"timed-out\",\"limit\":\"run 9.0 s\"")),
		  STATUS_UNKNOWN, NULL, NULL, 0 },
		{ "redirected", MOVED(",\"metadata\":302,\"metadata_from\":\"" ELSEWHERE "\"", ""),
		  STATUS_UNKNOWN, NULL, "redirected", 0 },
		{ "redirected to where it is refused",
		  MOVED(",\"metadata\":302,\"metadata_from\":\"" ELSEWHERE "\"",
			"," ATTEMPT(ELSEWHERE, "401", "")),
		  STATUS_FAIL, "DEP-07", "401 for " ELSEWHERE, 0 },
		{ "redirected, and served there",
		  MOVED(",\"metadata\":302,\"metadata_from\":\"" ELSEWHERE
			"\",\"metadata_is_xml\":true", ""),
		  STATUS_PASS, NULL, "by a redirect", 0 },
	};
	static const struct row literal[] = {
		{ "an address shows the default site",
		  FACTS2(HERE(ARTIFACT),
			 SEEN(TARGET(URL, "maven", "https", "mvn.test", ",\"literal\":true"), FIRST,
			      SAID(ARTIFACT ",\"metadata\":404,\"artifact_status\":404"), "")),
		  STATUS_FAIL, "DEP-09", NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("maven-metadata-served", rows);
	CHECK_ROWS("maven-metadata-served", literal);
}

#define INDEX "/x/org/x/lib/maven-metadata.xml"
#define NOON ",\"date\":\"Fri, 20 Nov 2026 12:00:00 GMT\""
#define ASKED_ON(rung, path, modified, more)                                                       \
	"{\"url\":\"" URL "\",\"path\":\"" path "\",\"rung\":\"" rung "\",\"http\":{"          \
	"\"outcome\":\"answered\",\"status\":200,\"last_modified\":\"" modified "\"" more "}}"
#define ON(modified, more) ASKED_ON("metadata", INDEX, modified, more)
#define DATED(maven, exchanges) WITH(GOOD maven, ",\"exchanges\":[" exchanges "]")
#define UNNAMED ",\"metadata\":200,\"metadata_is_xml\":true,\"version_named\":0"
#define INDEX_AND(maven, exchange)                                                                 \
	WITH(UNNAMED maven, ",\"exchanges\":[" JOIN(ON(EARLY, NOON),                           \
						    exchange) "]")
#define BY_OUR_CLOCK(modified)                                                                     \
	FACTS3("\"started\":\"2026-11-20T12:00:00Z\"", HERE(ARTIFACT),                             \
	       SEEN(ROOT, FIRST, SAID(ARTIFACT ",\"artifact_path\":\"" JAR "\"" GOOD),             \
		    ",\"exchanges\":[" ON(modified, "") "]"))
#define EARLY "Mon, 01 Jun 2026 08:00:00 GMT"
#define LATER "Tue, 02 Jun 2026 08:00:00 GMT"

static void test_dates(void **state)
{
	static const struct row rows[] = {
		{ "in the past", DATED("", ON("Fri, 20 Nov 2026 11:59:59 GMT", NOON)), STATUS_PASS,
		  NULL, "at 2026-11-20T11:59:59Z", 0 },
		{ "five minutes ahead", DATED("", ON("Fri, 20 Nov 2026 12:05:00 GMT", NOON)),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "a second more", DATED("", ON("Fri, 20 Nov 2026 12:05:01 GMT", NOON)),
		  STATUS_WARN, "DEP-12", "301 s ahead of the server's own clock", 0 },
		{ "ahead, and no Date", BY_OUR_CLOCK("Fri, 20 Nov 2026 12:05:01 GMT"), STATUS_WARN,
		  "DEP-12", "301 s ahead of the clock here", 0 },
		{ "no Date, and in the past", BY_OUR_CLOCK("Fri, 20 Nov 2026 12:05:00 GMT"),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "no clock", DATED("", ON("Fri, 20 Nov 2026 12:00:00 GMT", "")), STATUS_SKIPPED,
		  NULL, "no clock", 0 },
		{ "no Last-Modified", DATED("", ON("", NOON)), STATUS_SKIPPED, NULL,
		  "does not tell when", 0 },
		{ "no date at all", DATED("", ON("yesterday", NOON)), STATUS_SKIPPED, NULL,
		  "does not tell when", 0 },
		{ "another artifact's",
		  DATED("", ASKED_ON("metadata", "/x/org/x/lib2/maven-metadata.xml",
				     "Sat, 21 Nov 2026 12:00:00 GMT", NOON)),
		  STATUS_SKIPPED, NULL, "does not tell when", 0 },
		{ "of a snapshot's builds",
		  DATED("", JOIN(ON("Fri, 20 Nov 2026 11:00:00 GMT", NOON),
				 ASKED_ON("metadata", "/x/org/x/lib/1.0/maven-metadata.xml",
					  "Sat, 21 Nov 2026 12:00:00 GMT", NOON))),
		  STATUS_WARN, "DEP-12", "86400 s ahead", 0 },
		{ "older than a file it does not name",
		  INDEX_AND("", ASKED_ON("artifact", "/x" JAR, LATER, "")), STATUS_WARN, "DEP-12",
		  "is older than " JAR, 0 },
		{ "as old as that file",
		  INDEX_AND("", ASKED_ON("artifact", "/x" JAR, EARLY, "")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "older than the file's checksum",
		  INDEX_AND("", ASKED_ON("artifact", "/x" JAR ".sha1", LATER, "")), STATUS_PASS,
		  NULL, NULL, 0 },
		{ "no metadata", WITH(",\"metadata\":404,\"artifact_status\":200", ""),
		  STATUS_SKIPPED, NULL, "has no metadata", 0 },
		{ "not reached", WITH("", ""), STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "not reached, and refused on another address",
		  FACTS2(HERE(ARTIFACT),
			 SEEN(ROOT, FIRST,
			      JOIN(SAID(ARTIFACT),
				   "{\"url\":\"" URL "\",\"address\":\"172.20.5.21\""
				   ",\"metadata\":401" ARTIFACT "}"), "")),
		  STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "no artifact in the plan", FACTS2(HERE(""), SEEN(ROOT, FIRST, SAID(""), "")),
		  STATUS_SKIPPED, NULL, "maven[].artifact", 0 },
	};

	(void)state;
	CHECK_ROWS("maven-metadata-current", rows);
}

static void test_artifact(void **state)
{
	static const struct row rows[] = {
		{ "its checksum fits",
		  ASKED(GOOD ",\"artifact_status\":200,\"checksum\":\"sha1\","
			     "\"checksum_matches\":1"),
		  STATUS_PASS, NULL, "its sha1 fits", 0 },
		{ "without a checksum",
		  ASKED(GOOD ",\"artifact_status\":200,\"no_checksum\":true"), STATUS_PASS, NULL,
		  "has no checksum of it", 0 },
		{ "a checksum that does not answer",
		  ASKED(GOOD ",\"artifact_status\":200,\"note\":\"did not come\""), STATUS_UNKNOWN,
		  NULL, "not compared with its checksum: did not come", 0 },
		{ "its checksum does not fit",
		  ASKED(GOOD ",\"artifact_status\":200,\"checksum\":\"sha1\","
			     "\"checksum_given\":\"a\",\"checksum_seen\":\"b\","
			     "\"checksum_matches\":0"),
		  STATUS_FAIL, "DEP-12", NULL, 0 },
		{ "slow from a proxy repository",
		  ASKED(GOOD ",\"artifact_status\":200,\"artifact_us\":2500000,"
			     "\"no_checksum\":true"), STATUS_WARN,
		  "DEP-10", "2500 ms", 0 },
		{ "missing, and named", ASKED(GOOD ",\"artifact_status\":404"), STATUS_WARN,
		  "DEP-10", "404", 0 },
		{ "missing, and its POM is there",
		  ASKED(",\"metadata\":200,\"metadata_is_xml\":true,\"version_named\":0,"
			"\"artifact_status\":404,\"pom\":200"),
		  STATUS_WARN, "DEP-10", NULL, 0 },
		{ "missing, and of a packaging that only its plugin knows",
		  ASKED(GOOD ",\"artifact_status\":404,\"pom\":200,\"ending_guessed\":true"),
		  STATUS_UNKNOWN, NULL, "does not tell which file is", 0 },
		{ "a version that is not there",
		  ASKED(",\"metadata\":200,\"metadata_is_xml\":true,\"version_named\":0,"
			"\"artifact_status\":404"),
		  STATUS_UNKNOWN, NULL, "does not have", 0 },
		{ "wants credentials", ASKED(GOOD ",\"artifact_status\":401"), STATUS_FAIL,
		  "DEP-07", NULL, 0 },
		{ "broken", ASKED(GOOD ",\"artifact_status\":502"), STATUS_FAIL, "DEP-14", "502",
		  0 },
		{ "cut off", WITH(GOOD, EXCHANGE("artifact", JAR, "\"outcome\":\"cut\"")),
		  STATUS_FAIL, "DEP-14", "cut", 0 },
		{ "not asked", ASKED(GOOD), STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "no artifact in the plan",
		  FACTS2(HERE(""),
			 SEEN(ROOT, FIRST, SAID(",\"note\":\"no artifact in the plan\""), "")),
		  STATUS_UNKNOWN, NULL, "no artifact in the plan", 0 },
	};

	(void)state;
	CHECK_ROWS("maven-artifact-served", rows);
}

#define SERVED GOOD ",\"artifact_status\":200,\"no_checksum\":true"
#define BESIDE(more) SERVED ",\"pom_path\":\"" POM "\"" more
#define LED(attempts)                                                                              \
	MOVED(BESIDE(",\"pom\":302,\"pom_from\":\"" ELSEWHERE "\""), attempts)

/* Maven reads it before the file. */
static void test_pom(void **state)
{
	static const struct row rows[] = {
		{ "served", ASKED(BESIDE(",\"pom\":200")), STATUS_PASS, NULL,
		  "has no checksum of it", 0 },
		{ "not there", ASKED(BESIDE(",\"pom\":404")), STATUS_PASS, NULL,
		  "no POM, of which Maven warns", 0 },
		{ "wants credentials", ASKED(BESIDE(",\"pom\":401")), STATUS_FAIL, "DEP-07",
		  "401 for " POM, 0 },
		{ "forbidden", ASKED(BESIDE(",\"pom\":403")), STATUS_FAIL, "DEP-07", "403", 0 },
		{ "broken", ASKED(BESIDE(",\"pom\":503")), STATUS_FAIL, "DEP-14",
		  "503 for " POM, 0 },
		{ "too many requests", ASKED(BESIDE(",\"pom\":429")), STATUS_FAIL, "DEP-14", "429",
		  0 },
		{ "cut off", WITH(BESIDE(""), EXCHANGE("artifact", POM, "\"outcome\":\"cut\"")),
		  STATUS_FAIL, "DEP-14", "cut", 0 },
		{ "not asked in time",
		  WITH(BESIDE(""), EXCHANGE("artifact", POM, "\"outcome\":\"untried\"")),
		  STATUS_UNKNOWN, NULL, "the POM of the artifact: not reached", 0 },
		{ "refused, where the file is not there",
		  ASKED(GOOD ",\"artifact_status\":404,\"pom\":403,\"pom_path\":\"" POM "\""),
		  STATUS_FAIL, "DEP-07", "403 for " POM, 0 },
		{ "redirected to where nobody answers", LED(""), STATUS_UNKNOWN, NULL,
		  "the POM, which is redirected", 0 },
		{ "redirected to where it is refused", LED("," ATTEMPT(ELSEWHERE, "403", "")),
		  STATUS_FAIL, "DEP-07", "403 for " ELSEWHERE, 0 },
		{ "redirected, and served there", LED("," ATTEMPT(ELSEWHERE, "200", "")),
		  STATUS_PASS, NULL, "has no checksum of it", 0 },
		{ "redirected to where it is not", LED("," ATTEMPT(ELSEWHERE, "404", "")),
		  STATUS_PASS, NULL, "has no checksum of it", 0 },
	};

	(void)state;
	CHECK_ROWS("maven-artifact-served", rows);
}

static void test_artifact_redirected(void **state)
{
	static const struct row rows[] = {
		{ "redirected to where nobody answers",
		  MOVED(GOOD ",\"artifact_status\":302,\"artifact_from\":\"" ELSEWHERE "\"", ""),
		  STATUS_UNKNOWN, NULL, "redirected", 0 },
		{ "redirected, to more than is read",
		  MOVED(GOOD ",\"artifact_status\":302,\"artifact_from\":\"" ELSEWHERE
			     "\",\"note\":\"too large\"",
			",{\"url\":\"" ELSEWHERE "\",\"address\":\"172.20.5.20\",\"port\":443,"
			"\"tcp\":{\"outcome\":\"connected\"},"
			"\"http\":{\"outcome\":\"too-large\",\"status\":200}}"),
		  STATUS_UNKNOWN, NULL, "its checksum: too large", 0 },
		{ "redirected to where it is refused",
		  MOVED(GOOD ",\"artifact_status\":302,\"artifact_from\":\"" ELSEWHERE "\"",
			"," ATTEMPT(ELSEWHERE, "403", "")),
		  STATUS_FAIL, "DEP-07", "403 for " ELSEWHERE, 0 },
		{ "redirected to a page",
		  MOVED(GOOD ",\"artifact_status\":302,\"no_checksum\":true,\"artifact_from\":\""
			     ELSEWHERE "\"",
			",{\"url\":\"" ELSEWHERE "\",\"address\":\"172.20.5.20\",\"port\":443,"
			"\"tcp\":{\"outcome\":\"connected\"},"
			"\"http\":{\"outcome\":\"answered\",\"status\":200,\"body\":\"html\"}}"),
		  STATUS_FAIL, "DEP-13", "a page comes in the place of the file", 0 },
		{ "redirected, and served there",
		  MOVED(GOOD ",\"artifact_status\":302,\"artifact_from\":\"" ELSEWHERE
			     "\",\"checksum\":\"md5\",\"checksum_matches\":1",
			"," ATTEMPT(ELSEWHERE, "200", "")),
		  STATUS_PASS, NULL, "by a redirect, its md5 fits", 0 },
	};

	(void)state;
	CHECK_ROWS("maven-artifact-served", rows);
}

#define TLS(system, given)                                                                         \
	",\"tls\":{\"outcome\":\"done\",\"chain_system\":" system ",\"chain_given\":" given "}"
#define BY_HTTP(host, url)                                                                         \
	FACTS2(PLAN(",\"vantage\":\"vswitch-host\",\"maven\":[{\"url\":\"" url "\"}]"),            \
	       SEEN(TARGET(url, "maven", "http", host, ""), "", "", ""))

static void test_risks(void **state)
{
	static const struct row rows[] = {
		{ "https", FACTS2(HERE(""), SEEN(ROOT, ATTEMPT(URL, "200", TLS("0", "null")), "",
						 "")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "a private authority",
		  FACTS2(HERE(""), SEEN(ROOT, ATTEMPT(URL, "200", TLS("20", "0")), "", "")),
		  STATUS_WARN, "DEP-08", "--cacert alone", 0 },
		{ "an authority nobody knows",
		  FACTS2(HERE(""), SEEN(ROOT, ATTEMPT(URL, "200", TLS("20", "20")), "", "")),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "http", BY_HTTP("mvn.test", "http://mvn.test/"), STATUS_WARN, "DEP-03", NULL, 0 },
		{ "http on this machine", BY_HTTP("127.0.0.1", "http://127.0.0.1/"), STATUS_PASS,
		  NULL, NULL, 0 },
		{ "http on this machine, by name", BY_HTTP("localhost", "http://localhost/"),
		  STATUS_PASS, NULL, NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("maven-risks", rows);
}

#define DOMAIN "https://r-registry-vpc.test/v2/"
#define REGISTRY_AT(attempts, more)                                                                \
	FACTS2(PLAN(",\"vantage\":\"vswitch-host\""),                                              \
	       "\"endpoints\":{\"state\":\"ok\",\"targets\":[{\"url\":\"" DOMAIN                   \
	       "\",\"purpose\":\"registry\",\"root\":\"" DOMAIN                                    \
	       "\",\"root_purpose\":\"registry\",\"scheme\":\"https\",\"host\":\"r-registry-vpc."  \
	       "test\",\"port\":443}],\"attempts\":[" attempts "]" more "}")
#define REGISTRY_TCP(address, tcp)                                                                 \
	REGISTRY_AT("{\"url\":\"" DOMAIN "\",\"address\":\"" address                              \
		    "\",\"port\":443,\"tcp\":{\"outcome\":\"" tcp "\"}}", "")
#define REGISTRY(http, row)                                                                        \
	REGISTRY_AT("{\"url\":\"" DOMAIN "\",\"address\":\"192.168.1.77\",\"port\":443,"           \
		    "\"tcp\":{\"outcome\":\"connected\"},\"http\":{" http "}}",                    \
		    ",\"registry\":[{\"url\":\"" DOMAIN "\"" row "}]")
#define CHALLENGE                                                                                  \
	"\"outcome\":\"answered\",\"status\":401,\"authenticate\":\"Bearer realm=\\\"x\\\"\""

static void test_registry(void **state)
{
	static const struct row rows[] = {
		{ "its challenge", REGISTRY(CHALLENGE, ""), STATUS_PASS, NULL,
		  "the registry answers at 192.168.1.77", 0 },
		{ "at the link's address", REGISTRY(CHALLENGE, ",\"expected\":[\"192.168.1.77\"]"),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "at another address", REGISTRY(CHALLENGE, ",\"expected\":[\"192.168.1.78\"]"),
		  STATUS_WARN, "DNS-06", "not the address", 0 },
		{ "something else",
		  REGISTRY("\"outcome\":\"answered\",\"status\":404", ""), STATUS_WARN, "DNS-06",
		  "something else", 0 },
		{ "nobody", REGISTRY("\"outcome\":\"untried\"", ""), STATUS_UNKNOWN, NULL, NULL,
		  0 },
		{ "closed", REGISTRY_TCP("192.168.1.77", "refused"), STATUS_WARN, "DNS-06",
		  "takes no connections", 0 },
		{ "another's certificate",
		  REGISTRY(CHALLENGE "},\"tls\":{\"outcome\":\"done\",\"name_matches\":false,"
				     "\"certificates\":[{}]", ""),
		  STATUS_WARN, "DNS-06", "another name", 0 },
		{ "a public address", REGISTRY_TCP("203.0.113.9", "connected"), STATUS_WARN,
		  "DNS-06", "which is public", 0 },
		{ "no name", REGISTRY_AT("", ",\"names\":[{\"name\":\"r-registry-vpc.test\","
					     "\"server\":\"x\",\"kind\":\"A\","
					     "\"outcome\":\"nxdomain\"}]"),
		  STATUS_WARN, "DNS-06", "name is not known", 0 },
		{ "not tried", REGISTRY_AT("", ""), STATUS_UNKNOWN, NULL, NULL, 0 },
		{ "not asked for",
		  FACTS2(HERE(""), SEEN(ROOT, FIRST, "", "")), STATUS_SKIPPED, NULL, "--registry",
		  0 },
	};

	(void)state;
	CHECK_ROWS("registry-answers", rows);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metadata), cmocka_unit_test(test_dates),
		cmocka_unit_test(test_artifact),
		cmocka_unit_test(test_pom),
		cmocka_unit_test(test_artifact_redirected),
		cmocka_unit_test(test_risks),	 cmocka_unit_test(test_registry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
