/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What git says of submodules: beside the clone URL, where it has the token, and on other hosts,
 * where it has none.
 */
#include "tests/unit/gitlab_rows.h"

#define REFS "/info/refs?service=git-upload-pack"
#define LISTED ",\"clone_url\":\"" CLONE "\",\"head\":\"11\",\"submodules_read\":1"
#define MODULE(url, more) ",\"modules\":[{\"url\":\"" url "\"" more "}]"
#define BESIDE(more) MODULE(URL "group/lib.git", ",\"beside\":true" more)
#define NEAR(modules, exchanges)                                                                   \
	FACTS2(HERE(PROJECT), SEEN(JOIN(ROOT, CLONED), FIRST, SAID(SHOWN LISTED modules),          \
				   ",\"exchanges\":[" exchanges "]"))
#define ASKED(http)                                                                                \
	"{\"url\":\"" CLONE "\",\"path\":\"/group/lib.git" REFS "\",\"rung\":\"submodule\","       \
	ADDRESS ",\"credentials\":\"basic\",\"http\":{" http "}}"
/* A submodule elsewhere; `tried` are attempts, `more` targets and exchanges. */
#define THERE "https://code.test/x"
#define TRUSTED(url, http)                                                                         \
	"{\"url\":\"" url "\",\"address\":\"172.20.5.20\",\"port\":443,\"tcp\":{\"outcome\":"      \
	"\"connected\"},\"tls\":{\"outcome\":\"done\",\"chain_system\":0,\"name_matches\":true},"  \
	"\"http\":{" http "}}"
#define FAR_WITH(targets, tried, module, exchanges)                                                \
	FACTS2(HERE(PROJECT),                                                                      \
	       SEEN(JOIN(JOIN(ROOT, CLONED), targets), JOIN(FIRST, tried),                         \
		    SAID(SHOWN LISTED MODULE(THERE, module)), exchanges))
#define CODE_TARGET OTHER("submodule", "code.test", "443")
#define FAR(status, body, module)                                                                  \
	FAR_WITH(CODE_TARGET, TRUSTED(THERE, ANSWER(status, ",\"body\":\"" body "\"")), module, "")
/* Redirected to the plan's own origin, where git may have the token. */
#define HOME URL "group/lib.git/info/refs"
#define MOVED(home, exchanges)                                                                     \
	FAR_WITH(JOIN(CODE_TARGET, TARGET(HOME, "redirect", "https", "git.test", "443")),          \
		 JOIN(TRUSTED(THERE, ANSWER("301", ",\"location\":\"" HOME "\"")),                 \
		      TRUSTED(HOME, ANSWER(home, ""))), "", exchanges)
#define TOLD(status, body)                                                                         \
	",\"exchanges\":[{\"url\":\"" HOME "\",\"path\":\"/group/lib.git" REFS "\",\"rung\":"      \
	"\"submodule\",\"address\":\"172.20.5.20\",\"credentials\":\"basic\",\"http\":{"           \
	ANSWER(status, ",\"body\":\"" body "\"") "}}]"

static void test_beside(void **state)
{
	static const struct row rows[] = {
		{ "good", NEAR(BESIDE(",\"status\":200,\"refs\":1,\"token\":true"), ""),
		  STATUS_PASS, NULL, "lists references of https://git.test/group/lib.git", 0 },
		{ "public", NEAR(BESIDE(",\"status\":200,\"refs\":1"), ""), STATUS_PASS, NULL,
		  "without credentials", 0 },
		{ "absent, or no role", NEAR(BESIDE(",\"status\":404,\"token\":true"), ""),
		  STATUS_FAIL, "GL-08", "404", 0 },
		{ "a guest", NEAR(BESIDE(",\"status\":403,\"token\":true"), ""), STATUS_FAIL,
		  "GL-08", NULL, 0 },
		{ "not in the branch", NEAR(BESIDE(",\"status\":404,\"absent\":true"), ""),
		  STATUS_SKIPPED, NULL, NULL, 0 },
		{ "broken", NEAR(BESIDE(",\"status\":502"), ""), STATUS_FAIL, "GL-13", NULL, 0 },
		{ "a page", NEAR(BESIDE(",\"status\":200,\"refs\":0"), ""), STATUS_FAIL, "GL-23",
		  NULL, 0 },
		{ "a password of its own",
		  NEAR(BESIDE(",\"status\":401,\"password\":true"), ""), STATUS_UNKNOWN, NULL,
		  "a password", 0 },
		{ "silent", NEAR(BESIDE(""), ASKED("\"outcome\":\"timed-out\"")), STATUS_FAIL,
		  "GL-24", NULL, 0 },
		{ "the run ended",
		  NEAR(BESIDE(""), ASKED("\"outcome\":\"timed-out\",\"limit\":\"run 10.0 s\"")),
		  STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "damaged", NEAR(BESIDE(""), ASKED("\"outcome\":\"empty\"")), STATUS_FAIL,
		  "GL-25", NULL, 0 },
		{ "not asked", NEAR(BESIDE(""), ""), STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "limited", NEAR(BESIDE(",\"status\":429"), ""), STATUS_UNKNOWN, NULL,
		  "neither", 0 },
		{ "more than are kept",
		  NEAR(BESIDE(",\"status\":200,\"refs\":1") ",\"submodules_left_out\":2", ""),
		  STATUS_UNKNOWN, NULL, "2 submodules were not asked for", 0 },
		{ "leading nowhere", NEAR(",\"submodules\":[\"../../../../x\"]", ""),
		  STATUS_UNKNOWN, NULL, "1 submodule was not asked for", 0 },
		{ "none", NEAR("", ""), STATUS_SKIPPED, NULL, "no submodule", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-submodules-served", rows);
}

static void test_elsewhere(void **state)
{
	static const struct row rows[] = {
		{ "public", FAR("200", "git", ""), STATUS_PASS, NULL, "without credentials", 0 },
		{ "wants a log-in", FAR("401", "text", ""), STATUS_FAIL, "GL-17", "a log-in", 0 },
		{ "refuses", FAR("403", "text", ""), STATUS_FAIL, "GL-17", "a log-in", 0 },
		{ "has no such project", FAR("404", "html", ""), STATUS_FAIL, "GL-17",
		  "no git repository", 0 },
		{ "is no git server", FAR("200", "html", ""), STATUS_FAIL, "GL-17",
		  "no git repository", 0 },
		{ "has a password for it", FAR("401", "text", ",\"password\":true"),
		  STATUS_UNKNOWN, NULL, "a password", 0 },
		{ "was not tried", FAR_WITH(CODE_TARGET, TRIED("x.test", "172.20.5.20",
							      "connected"), "", ""),
		  STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "is no target", FAR_WITH(CLONED, FIRST, "", ""), STATUS_UNKNOWN, NULL,
		  "not reached", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-submodules-served", rows);
}

static void test_moved(void **state)
{
	static const struct row rows[] = {
		{ "home, with the token", MOVED("401", TOLD("200", "git")), STATUS_PASS, NULL,
		  "lists references", 0 },
		{ "home, and hidden", MOVED("401", TOLD("404", "text")), STATUS_FAIL, "GL-08",
		  "404", 0 },
		{ "home, and not asked", MOVED("401", ""), STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "to a page",
		  FAR_WITH(JOIN(CODE_TARGET, TARGET("https://code.test/login", "redirect", "https",
						    "code.test", "443")),
			   JOIN(TRUSTED(THERE, ANSWER("302", ",\"location\":"
							     "\"https://code.test/login\"")),
				TRUSTED("https://code.test/login", ANSWER("200", ""))), "", ""),
		  STATUS_FAIL, "GL-17", NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-submodules-served", rows);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_moved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
