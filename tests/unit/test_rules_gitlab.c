/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules about GitLab above HTTP: its API, the token, the project, the URLs that it hands out,
 * and git; beyond one cause a fixture (tests/golden/gitlab.py).
 */
#include "tests/unit/gitlab_rows.h"

static void test_api(void **state)
{
#define FIRST_SAYS(http, gitlab)                                                                   \
	FACTS2(HERE(""), SEEN(ROOT, ATTEMPT(URL, "172.20.5.10", "connected", http), gitlab, ""))
	static const struct row rows[] = {
		{ "recognised", FIRST_SAYS(JSON401, SAID(API)), STATUS_PASS, NULL, "it is GitLab",
		  0 },
		{ "nobody answered", FACTS2(HERE(""), SEEN(ROOT, "", "", "")), STATUS_UNKNOWN, NULL,
		  "not reached", 0 },
		{ "an answer that does not tell",
		  FIRST_SAYS(ANSWER("502", ""), SAID("")), STATUS_UNKNOWN, NULL, NULL, 0 },
		{ "below another path",
		  FIRST_SAYS(ANSWER("404", ""), SAID(",\"is_gitlab\":1,\"api\":0,"
						    "\"relative_root\":\"/gitlab\"")),
		  STATUS_FAIL, "GL-04", "below the path /gitlab", 0 },
		{ "nothing there",
		  FIRST_SAYS(ANSWER("404", ""), SAID(",\"is_gitlab\":0,\"api\":0")), STATUS_FAIL,
		  "GL-04", "nothing below", 0 },
		{ "pages without the API",
		  FIRST_SAYS(ANSWER("404", ""), SAID(",\"is_gitlab\":1,\"api\":0,"
						    "\"recognised_by\":\"sign-in page\"")),
		  STATUS_FAIL, "GL-22", "sign-in page", 0 },
		{ "a page",
		  FIRST_SAYS(ANSWER("200", ",\"body\":\"html\",\"title\":\"Portal\""),
			     SAID(",\"is_gitlab\":0,\"api\":0")),
		  STATUS_FAIL, "GL-23", "titled \"Portal\"", 0 },
		{ "still asking",
		  FIRST_SAYS(ANSWER("404", ""), SAID(",\"api\":0")), STATUS_UNKNOWN, NULL, NULL,
		  0 },
		{ "no GitLab in the plan",
		  FACTS2(PLAN(",\"vantage\":\"vswitch-host\""), SEEN("", "", "", "")),
		  STATUS_SKIPPED, NULL, "gitlab.url", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-api-answers", rows);
}

/* What came of more than is read: the beginning is judged. */
static void test_longer_than_read(void **state)
{
#define LONG(more)                                                                                 \
	FIRST_SAYS("\"outcome\":\"too-large\"" more "},\"tls\":{\"outcome\":\"done\","           \
		   "\"name_matches\":true,\"chain_system\":0", SAID(""))
#define READ ",\"received\":262145"
	static const struct row rows[] = {
		{ "a page", LONG(",\"status\":200,\"body\":\"html\"" READ), STATUS_FAIL, "GL-23",
		  NULL, 0 },
		{ "an error", LONG(",\"status\":502" READ), STATUS_FAIL, "GL-13", "502", 0 },
		{ "JSON", LONG(",\"status\":401,\"body\":\"json\"" READ), STATUS_PASS, NULL, "401",
		  0 },
		{ "a header without an end", LONG(",\"status\":200"), STATUS_FAIL, "GL-25", NULL,
		  0 },
	};

	(void)state;
	CHECK_ROWS("http-answers", rows);
}

#define LOGIN URL "users/sign_in"
#define ELSEWHERE "https://git.test:8443/api/v4/version"
#define MOVED(to) ATTEMPT(URL, "172.20.5.10", "connected",                                         \
			  ANSWER("302", ",\"location\":\"" to "\""))
#define REDIRECT(to, port) TARGET(to, "redirect", "https", "git.test", port)

static void test_redirected(void **state)
{
	static const struct row rows[] = {
		{ "to the sign-in page",
		  FACTS2(HERE(""),
			 SEEN(JOIN(ROOT, REDIRECT(LOGIN, "443")),
			      JOIN(MOVED(LOGIN),
				   ATTEMPT(LOGIN, "172.20.5.10", "connected",
					   ANSWER("200", ",\"body\":\"html\""))),
			      SAID(""), "")),
		  STATUS_FAIL, "GL-23", "redirects to a page", 0 },
		{ "to the API elsewhere",
		  FACTS2(HERE(""),
			 SEEN(JOIN(ROOT, REDIRECT(ELSEWHERE, "8443")),
			      JOIN(MOVED(ELSEWHERE),
				   ATTEMPT(ELSEWHERE, "172.20.5.10", "connected", JSON401)),
			      SAID(""), "")),
		  STATUS_PASS, NULL, "behind the redirect", 0 },
		{ "to where nobody answers",
		  FACTS2(HERE(""), SEEN(JOIN(ROOT, REDIRECT(ELSEWHERE, "8443")), MOVED(ELSEWHERE),
					SAID(""), "")),
		  STATUS_UNKNOWN, NULL, "behind the redirect", 0 },
	};
	static const struct row token[] = {
		{ "the token stays",
		  FACTS2(HERE(""),
			 SEEN(JOIN(ROOT, REDIRECT(ELSEWHERE, "8443")),
			      JOIN(MOVED(ELSEWHERE),
				   ATTEMPT(ELSEWHERE, "172.20.5.10", "connected", JSON401)),
			      SAID(""), "")),
		  STATUS_UNKNOWN, NULL, "plan's own URL alone", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-api-answers", rows);
	CHECK_ROWS("gitlab-token-fits", token);
}

static void test_token(void **state)
{
	static const struct row rows[] = {
		{ "good", LIVE(",\"scopes\":[\"api\"],\"username\":\"Alice\""), STATUS_PASS, NULL,
		  "is valid", 0 },
		{ "none", TOKEN(",\"token\":\"none\""), STATUS_UNKNOWN, NULL, "no token", 0 },
		{ "withheld", TOKEN(",\"token\":\"withheld\",\"withheld\":\"no good\""),
		  STATUS_UNKNOWN, NULL, "not sent: no good", 0 },
		{ "untried", TOKEN(""), STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "unclear", TOKEN(",\"token\":\"unclear\""), STATUS_UNKNOWN, NULL, NULL, 0 },
		{ "refused", TOKEN(",\"token\":\"invalid\",\"message\":\"Token is expired.\""),
		  STATUS_FAIL, "GL-06", "Token is expired.", 0 },
		{ "refused there, too", TOKEN(",\"token\":\"invalid\",\"token_arrives\":1"),
		  STATUS_FAIL, "GL-06", NULL, 0 },
		{ "lost on the way", TOKEN(",\"token\":\"invalid\",\"token_arrives\":0"),
		  STATUS_FAIL, "GL-05", "never sees the token", 0 },
		{ "lacks a scope",
		  TOKEN(",\"token\":\"forbidden\",\"message\":\"insufficient_scope: more\""),
		  STATUS_FAIL, "GL-07", NULL, 0 },
		{ "lacks a scope, in other words",
		  TOKEN(",\"token\":\"forbidden\",\"scopes_known\":true,\"scopes\":[\"read_api\"]"),
		  STATUS_FAIL, "GL-07", NULL, 0 },
		{ "blocked",
		  TOKEN(",\"token\":\"forbidden\",\"message\":\"Your account has been blocked.\""),
		  STATUS_FAIL, "GL-08", NULL, 0 },
		{ "has terms to accept",
		  TOKEN(",\"token\":\"forbidden\",\"message\":\"accept the Terms of Service\""),
		  STATUS_FAIL, "GL-21", NULL, 0 },
		{ "refused without a word", TOKEN(",\"token\":\"forbidden\""), STATUS_FAIL, "GL-21",
		  NULL, 0 },
		{ "reads alone", LIVE(",\"scopes\":[\"read_api\"],\"username\":\"alice\""),
		  STATUS_FAIL, "GL-07", "lacks the scope api", 0 },
		{ "of another", LIVE(",\"scopes\":[\"api\"],\"username\":\"bob\""), STATUS_FAIL,
		  "GL-09", "another user", 0 },
		{ "of another, and reads alone",
		  LIVE(",\"scopes\":[],\"username\":\"bob\""), STATUS_FAIL, "GL-07",
		  "lacks the scope api; it belongs", 0 },
		{ "revoked", LIVE(",\"scopes\":[\"api\"],\"revoked\":1,\"username\":\"alice\""),
		  STATUS_FAIL, "GL-06", "not active", 0 },
		{ "of nobody known", LIVE(",\"scopes\":[\"api\"]"), STATUS_UNKNOWN, NULL,
		  "whose it is", 0 },
		{ "of an old GitLab",
		  TOKEN(",\"token\":\"valid\",\"username\":\"alice\""), STATUS_UNKNOWN, NULL,
		  "scopes", 0 },
		{ "ends soon",
		  LIVE(",\"scopes\":[\"api\"],\"username\":\"alice\",\"expires\":\"2026-12-03\""),
		  STATUS_WARN, "GL-06", "13 days", 0 },
		{ "ends in two weeks",
		  LIVE(",\"scopes\":[\"api\"],\"username\":\"alice\",\"expires\":\"2026-12-04\""),
		  STATUS_PASS, NULL, NULL, 0 },
		{ "ends next year, after a leap day",
		  LIVE(",\"scopes\":[\"api\"],\"username\":\"alice\",\"expires\":\"2028-02-29\""),
		  STATUS_PASS, NULL, "2028-02-29", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-token-fits", rows);
}

#define PLAIN "http://g.test/"

static void test_clear(void **state)
{
	static const struct row rows[] = {
		{ "in the clear",
		  FACTS2(PLAN(",\"vantage\":\"vswitch-host\",\"gitlab\":{\"url\":\"" PLAIN "\"}"),
			 SEEN("{\"url\":\"" PLAIN "\",\"purpose\":\"gitlab\",\"root\":\"" PLAIN
			      "\",\"root_purpose\":\"gitlab\",\"scheme\":\"http\","
			      "\"host\":\"g.test\"}", "",
			      "{\"url\":\"" PLAIN "\"," ADDRESS VALID "}", "")),
		  STATUS_WARN, "TLS-11", "in the clear", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-token-fits", rows);
}

#define PROJECT_SAID(more) FACTS2(HERE(PROJECT), SEEN(ROOT, FIRST, SAID(VALID more), ""))

static void test_project(void **state)
{
	static const struct row rows[] = {
		{ "seen", PROJECT_SAID(",\"project\":200,\"project_path\":\"group/app\""),
		  STATUS_PASS, NULL, "group/app is visible with the token", 0 },
		{ "public",
		  FACTS2(HERE(PROJECT),
			 SEEN(ROOT, FIRST, SAID(API ",\"token\":\"none\",\"project\":200,"
						    "\"project_anonymous\":true,"
						    "\"project_path\":\"group/app\""), "")),
		  STATUS_PASS, NULL, "to everybody", 0 },
		{ "private, without a token",
		  FACTS2(HERE(PROJECT),
			 SEEN(ROOT, FIRST, SAID(API ",\"token\":\"none\",\"project\":404,"
						    "\"project_anonymous\":true"), "")),
		  STATUS_UNKNOWN, NULL, "without a token", 0 },
		{ "hidden", PROJECT_SAID(",\"project\":404"), STATUS_FAIL, "GL-08", "404", 0 },
		{ "to settle",
		  PROJECT_SAID(",\"project\":403,\"project_message\":\"Your password expired.\""),
		  STATUS_FAIL, "GL-21", NULL, 0 },
		{ "broken", PROJECT_SAID(",\"project\":500"), STATUS_FAIL, "GL-13", "500", 0 },
		{ "not what GitLab sends", PROJECT_SAID(",\"project\":200"), STATUS_UNKNOWN, NULL,
		  NULL, 0 },
		{ "not asked", PROJECT_SAID(""), STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "not in the plan", FACTS2(HERE(""), SEEN(ROOT, FIRST, SAID(VALID), "")),
		  STATUS_SKIPPED, NULL, "gitlab.project", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-project-visible", rows);
}

static void test_webhooks(void **state)
{
#define HOOKS(listed, told, stopped)                                                               \
	PROJECT_SAID(",\"project\":200,\"hooks\":200,\"hooks_listed\":" listed                     \
		     ",\"hooks_told\":" told ",\"hooks_stopped\":[" stopped "]")
	static const struct row rows[] = {
		{ "none yet", HOOKS("0", "0", ""), STATUS_PASS, NULL, "has no webhook", 0 },
		{ "called", HOOKS("2", "2", ""), STATUS_PASS, NULL, "2 were looked at", 0 },
		{ "a page that is not full", HOOKS("49", "49", ""), STATUS_PASS, NULL,
		  "49 were looked at", 0 },
		{ "as many as are asked for", HOOKS("50", "50", ""), STATUS_UNKNOWN, NULL,
		  "behind them was not looked at", 0 },
		{ "given up", HOOKS("1", "1", "\"cr.cn-beijing.aliyuncs.com disabled\""),
		  STATUS_WARN, "GL-18", "cr.cn-beijing.aliyuncs.com any more (disabled)", 0 },
		{ "given up for now", HOOKS("1", "1", "\"x.aliyun.com temporarily_disabled\""),
		  STATUS_WARN, "GL-18", "temporarily_disabled", 0 },
		{ "another's", HOOKS("1", "1", "\"ci.example disabled\""), STATUS_UNKNOWN, NULL,
		  "at ci.example (disabled)", 0 },
		{ "a name that ends alike", HOOKS("1", "1", "\"myaliyuncs.com disabled\""),
		  STATUS_UNKNOWN, NULL, NULL, 0 },
		{ "an older GitLab", HOOKS("2", "1", ""), STATUS_UNKNOWN, NULL, "does not tell",
		  0 },
		{ "refused", PROJECT_SAID(",\"project\":200,\"hooks\":403"), STATUS_UNKNOWN, NULL,
		  "are not told: 403", 0 },
		{ "no list", PROJECT_SAID(",\"project\":200,\"hooks\":200"), STATUS_UNKNOWN, NULL,
		  "are not told", 0 },
		{ "not asked", PROJECT_SAID(",\"project\":200"), STATUS_UNKNOWN, NULL,
		  "not reached", 0 },
		{ "without a token",
		  PROJECT_SAID(",\"project\":200,\"project_anonymous\":true"), STATUS_SKIPPED,
		  NULL, "without a token", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-webhooks-called", rows);
}

#define HANDED(targets, attempts, more)                                                            \
	FACTS2(HERE(PROJECT), SEEN(JOIN(ROOT, targets), JOIN(FIRST, attempts), SAID(SHOWN more), \
				   ",\"names\":[{\"name\":\"nowhere.test\",\"server\":\"x\","      \
				   "\"kind\":\"A\",\"outcome\":\"nxdomain\"}]"))

static void test_clone_url(void **state)
{
	static const struct row rows[] = {
		{ "the plan's own", HANDED(CLONED, FIRST, ""), STATUS_PASS, NULL, CLONE, 0 },
		{ "another host that answers",
		  HANDED(OTHER("clone", "other.test", "443"),
			 TRIED("other.test", "172.20.5.20", "connected"), ""),
		  STATUS_PASS, NULL, "takes connections", 0 },
		{ "another host that does not",
		  HANDED(OTHER("clone", "other.test", "443"),
			 TRIED("other.test", "172.20.5.20", "timed-out"), ""),
		  STATUS_FAIL, "GL-03", "no address of it takes connections", 0 },
		{ "another host without a name",
		  HANDED(OTHER("clone", "nowhere.test", "443"), FIRST, ""), STATUS_FAIL, "GL-03",
		  "no address here", 0 },
		{ "another host that nobody asked for",
		  HANDED(OTHER("clone", "later.test", "443"), FIRST, ""), STATUS_UNKNOWN, NULL,
		  NULL, 0 },
		{ "an unlisted host is told elsewhere",
		  HANDED(OTHER("clone", "other.test", "443"),
			 TRIED("other.test", "172.20.5.30", "timed-out"), ""),
		  STATUS_SKIPPED, NULL, "allow-list-complete", 0 },
		{ "another port",
		  HANDED(OTHER("clone", "git.test", "8443"),
			 TRIED("git.test", "172.20.5.10", "refused"), ""),
		  STATUS_FAIL, "GL-20", NULL, 0 },
		{ "another scheme",
		  HANDED(TARGET("http://git.test/x", "clone", "http", "git.test", "80"),
			 ATTEMPT("http://git.test/x", "172.20.5.10", "timed-out", ""), ""),
		  STATUS_FAIL, "GL-03", NULL, 0 },
		{ "none", HANDED(ROOT, FIRST, ""), STATUS_UNKNOWN, NULL, "http_url_to_repo", 0 },
		{ "not told", FACTS2(HERE(PROJECT), SEEN(ROOT, FIRST, SAID(API), "")),
		  STATUS_SKIPPED, NULL, NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-clone-url-fits", rows);
}

static void test_lfs(void **state)
{
	static const struct row rows[] = {
		{ "off", HANDED(CLONED, FIRST, ",\"lfs_enabled\":0"), STATUS_PASS, NULL,
		  "switched off", 0 },
		{ "unused", HANDED(CLONED, FIRST, ",\"lfs_enabled\":1,\"lfs_used\":0,"
						  "\"lfs_note\":\"none seen\""),
		  STATUS_PASS, NULL, "none seen", 0 },
		{ "not settled", HANDED(CLONED, FIRST, ",\"lfs_enabled\":1,\"lfs_note\":\"large\""),
		  STATUS_UNKNOWN, NULL, "large", 0 },
		{ "no link", HANDED(CLONED, FIRST, ",\"lfs_enabled\":1,\"lfs_used\":1,"
						   "\"lfs_note\":\"gone\""),
		  STATUS_UNKNOWN, NULL, "gone", 0 },
		{ "a store that answers",
		  HANDED(JOIN(CLONED, OTHER("lfs", "oss.test", "443")),
			 TRIED("oss.test", "172.20.5.20", "connected"), ",\"lfs_used\":1"),
		  STATUS_PASS, NULL, "takes connections", 0 },
		{ "a dead store",
		  HANDED(JOIN(CLONED, OTHER("lfs", "oss.test", "443")),
			 TRIED("oss.test", "172.20.5.20", "timed-out"), ",\"lfs_used\":1"),
		  STATUS_FAIL, "GL-14", NULL, 0 },
		{ "another scheme",
		  HANDED(JOIN(CLONED, TARGET("http://git.test/x", "lfs", "http", "git.test", "80")),
			 ATTEMPT("http://git.test/x", "172.20.5.10", "timed-out", ""),
			 ",\"lfs_used\":1"),
		  STATUS_FAIL, "GL-15", NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-lfs-reachable", rows);
}

static void test_submodules(void **state)
{
	static const struct row rows[] = {
		{ "none", HANDED(CLONED, FIRST, ",\"submodules_read\":0"), STATUS_PASS, NULL,
		  "no submodules", 0 },
		{ "not read", HANDED(CLONED, FIRST, ""), STATUS_UNKNOWN, NULL, "not be read", 0 },
		{ "beside", HANDED(CLONED, FIRST, ",\"submodules_read\":1,\"submodules\":["
						  "\"../x.git\"]"),
		  STATUS_PASS, NULL, "beside the clone URL", 0 },
		{ "on the same host",
		  HANDED(JOIN(CLONED, OTHER("submodule", "git.test", "443")), FIRST,
			 ",\"submodules_read\":1,\"submodules\":[\"https://git.test/x\"]"),
		  STATUS_PASS, NULL, "the submodule is", 0 },
		{ "by ssh", HANDED(CLONED, FIRST, ",\"submodules_read\":1,\"submodules\":["
						  "\"git.test:group/lib.git\"]"),
		  STATUS_FAIL, "GL-17", "git.test:group/lib.git", 0 },
		{ "by ssh, in full", HANDED(CLONED, FIRST, ",\"submodules_read\":1,\"submodules\":["
							   "\"ssh://git.test/lib.git\"]"),
		  STATUS_FAIL, "GL-17", NULL, 0 },
		{ "nowhere",
		  HANDED(JOIN(CLONED, OTHER("submodule", "nowhere.test", "443")), FIRST,
			 ",\"submodules_read\":1"),
		  STATUS_FAIL, "GL-17", "no address here", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-submodules-reachable", rows);
}

#define GIT_FIRST ATTEMPT(CLONE, "172.20.5.10", "connected", ANSWER("401", ""))
#define POSTED(http)                                                                               \
	",\"exchanges\":[{\"url\":\"" CLONE "\",\"path\":\"/group/app.git/git-upload-pack\","      \
	"\"rung\":\"git\",\"http\":{" http "}}]"
#define GIT_WITH(gitlab, exchanges)                                                                \
	FACTS2(HERE(PROJECT), SEEN(JOIN(ROOT, CLONED), JOIN(FIRST, GIT_FIRST),                     \
				   SAID(SHOWN ",\"clone_url\":\"" CLONE "\"" gitlab), exchanges))
#define GIT(gitlab) GIT_WITH(gitlab, "")
#define LISTED                                                                                     \
	",\"refs_plain\":401,\"refs_basic\":200,\"refs_read\":1,\"references\":2,\"head\":\"11\""
#define PACK(status, pack) LISTED ",\"pack_status\":" status ",\"pack_us\":9000,\"pack\":" pack

static void test_git(void **state)
{
	static const struct row rows[] = {
		{ "a pack", GIT(PACK("200", "1")), STATUS_PASS, NULL, "a pack after 9 ms",
		  0 },
		{ "a slow pack", GIT(LISTED ",\"pack_status\":200,\"pack_us\":2000000,\"pack\":1"),
		  STATUS_WARN, "GL-19", NULL, 0 },
		{ "no pack in time",
		  GIT_WITH(LISTED, POSTED("\"outcome\":\"timed-out\",\"limit\":\"request 4.0 s\"")),
		  STATUS_WARN, "GL-19", NULL, 0 },
		{ "the run ended",
		  GIT_WITH(LISTED, POSTED("\"outcome\":\"timed-out\",\"limit\":\"run 10.0 s\"")
			   ",\"limits\":[\"request 4.0 s\",\"run 10.0 s\"]"),
		  STATUS_UNKNOWN, NULL, "over first (run 10.0 s)", 0 },
		{ "cut off", GIT_WITH(LISTED, POSTED("\"outcome\":\"cut\"")), STATUS_FAIL, "GL-25",
		  NULL, 0 },
		{ "redirected", GIT(PACK("302", "0")), STATUS_FAIL, "GL-16", "302", 0 },
		{ "forbidden to pull", GIT(PACK("403", "0")), STATUS_FAIL, "GL-10", NULL, 0 },
		{ "bad gateway", GIT(PACK("502", "0")), STATUS_FAIL, "GL-13", "502", 0 },
		{ "an error of the server", GIT(PACK("200", "0") ",\"git_message\":\"gitaly\""),
		  STATUS_FAIL, "GL-13", "gitaly", 0 },
		{ "no pack", GIT(PACK("200", "0")), STATUS_FAIL, "GL-25", NULL, 0 },
		{ "a page instead of a pack",
		  GIT_WITH(PACK("200", "0"), POSTED(ANSWER("200", ",\"body\":\"html\""))),
		  STATUS_FAIL, "GL-23", NULL, 0 },
		{ "git switched off", GIT(",\"refs_plain\":401,\"refs_basic\":403,"
					  "\"git_message\":\"Git over HTTP is not allowed\""),
		  STATUS_FAIL, "GL-10", "not allowed", 0 },
		{ "a guest", GIT(",\"refs_plain\":401,\"refs_basic\":403,\"git_message\":\"You are "
				 "not allowed to download code from this project.\""),
		  STATUS_FAIL, "GL-08", NULL, 0 },
		{ "the token is lost", GIT(",\"refs_plain\":401,\"refs_basic\":401"), STATUS_FAIL,
		  "GL-05", NULL, 0 },
		{ "not found", GIT(",\"refs_plain\":401,\"refs_basic\":404"), STATUS_FAIL, "GL-08",
		  NULL, 0 },
		{ "no references", GIT(",\"refs_plain\":200,\"refs_read\":0"), STATUS_FAIL, "GL-25",
		  NULL, 0 },
		{ "an empty repository", GIT(",\"refs_plain\":200,\"refs_read\":1"), STATUS_UNKNOWN,
		  NULL, "empty", 0 },
		{ "not asked", GIT(""), STATUS_UNKNOWN, NULL, "not reached", 0 },
		{ "no token", FACTS2(HERE(PROJECT),
				     SEEN(JOIN(ROOT, CLONED), JOIN(FIRST, GIT_FIRST),
					  SAID(API ",\"token\":\"none\",\"clone_url\":\"" CLONE
					       "\",\"refs_plain\":401"), "")),
		  STATUS_UNKNOWN, NULL, "no token was tried", 0 },
		{ "no project", FACTS2(HERE(""), SEEN(ROOT, FIRST, SAID(VALID), "")),
		  STATUS_UNKNOWN, NULL, "no project", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-git-answers", rows);
}

/* A second address of GitLab's name, on which git was asked, too. */
#define BOTH(targets, first, second, exchanges)                                                    \
	FACTS2(HERE(PROJECT),                                                                      \
	       SEEN(JOIN(ROOT, targets),                                                           \
		    JOIN(JOIN(FIRST, GIT_FIRST),                                                   \
			 ATTEMPT(CLONE, "172.20.5.12", "connected", ANSWER("401", ""))),           \
		    JOIN(SAID(SHOWN ",\"clone_url\":\"" CLONE "\"" first),                        \
			 "{\"url\":\"" URL "\",\"address\":\"172.20.5.12\"" second "}"), exchanges))
#define SECOND(first, second, exchanges)                                                           \
	BOTH(CLONED, first, SHOWN ",\"clone_url\":\"" CLONE "\"" second, exchanges)
#define LINKS ",\"refs_plain\":401,\"lfs_used\":1,\"lfs_urls\":[\"https://oss.test/x\"]"
#define AT(address, http)                                                                          \
	"{\"url\":\"" CLONE "\",\"path\":\"/group/app.git/git-upload-pack\",\"rung\":\"git\","   \
	"\"address\":\"" address "\",\"http\":{" http "}}"

static void test_second_address(void **state)
{
	static const struct row git[] = {
		{ "bad gateway", SECOND(PACK("200", "1"), PACK("502", "0"), ""), STATUS_FAIL,
		  "GL-13", "502", 0 },
		{ "bad gateway of the first", SECOND(PACK("502", "0"), PACK("200", "1"), ""),
		  STATUS_FAIL, "GL-13", "502", 0 },
		{ "not asked", SECOND(PACK("200", "1"), "", ""), STATUS_UNKNOWN, NULL, NULL, 0 },
		{ "the answer that was cut is its own",
		  SECOND(PACK("200", "1"), LISTED, ",\"exchanges\":["
			 AT("172.20.5.10", ANSWER("200", "")) ","
			 AT("172.20.5.12", "\"outcome\":\"cut\"") "]"),
		  STATUS_FAIL, "GL-25", NULL, 0 },
	}, lfs[] = {
		{ "no link", BOTH(JOIN(CLONED, OTHER("lfs", "git.test", "443")),
				  ",\"lfs_urls\":[\"https://git.test/x\"]", SHOWN, ""),
		  STATUS_UNKNOWN, NULL, "not known", 0 },
		{ "asked once for both", APART(LINKS, ",\"lfs_used\":1"), STATUS_PASS, NULL,
		  "takes connections", 0 },
		{ "asked for the second", APART(",\"lfs_used\":1", LINKS), STATUS_PASS, NULL,
		  "takes connections", 0 },
		{ "the second did not show the tree",
		  APART(LINKS, ",\"lfs_note\":\"the tree could not be listed\""), STATUS_UNKNOWN,
		  NULL, "could not be listed", 0 },
		{ "asked for none", APART(",\"lfs_used\":1", ",\"lfs_used\":1"), STATUS_UNKNOWN,
		  NULL, "not known", 0 },
	}, modules[] = {
		{ "not read", BOTH(JOIN(CLONED, OTHER("submodule", "git.test", "443")),
				   ",\"submodules_read\":1", SHOWN, ""),
		  STATUS_UNKNOWN, NULL, "could not be read", 0 },
	};

	(void)state;
	CHECK_ROWS("gitlab-git-answers", git);
	CHECK_ROWS("gitlab-lfs-reachable", lfs);
	CHECK_ROWS("gitlab-submodules-reachable", modules);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_api),
		cmocka_unit_test(test_longer_than_read),	  cmocka_unit_test(test_redirected),
		cmocka_unit_test(test_token),	  cmocka_unit_test(test_clear),
		cmocka_unit_test(test_project), cmocka_unit_test(test_webhooks),
		cmocka_unit_test(test_clone_url), cmocka_unit_test(test_lfs),
		cmocka_unit_test(test_submodules), cmocka_unit_test(test_git),
		cmocka_unit_test(test_second_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
