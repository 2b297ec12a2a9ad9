/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules about names and the allow-list, beyond one cause a fixture (tests/golden/names.py):
 * what is unknown or skipped, what hides what, and the values of the form.
 */
#include "tests/unit/rule_rows.h"

#define VANTAGE "\"vantage\":\"vswitch-host\""
#define LINK ",\"link\":{\"gitlab_ip\":\"172.20.5.10\",\"other_ips\":[\"172.20.5.20\"]}"
#define GIT_PLAN ",\"gitlab\":{\"url\":\"https://git.test\"}"
#define BOTH_PLAN GIT_PLAN ",\"maven\":[{\"url\":\"http://mvn.test\"}]"
#define SEEN(names, targets)                                                                       \
	"\"endpoints\":{\"state\":\"ok\",\"name_servers\":[\"192.0.2.1:53\",\"192.0.2.2:53\"],"    \
	"\"names\":[" names "],\"targets\":[" targets "]}"
#define ROW(host, server, kind, outcome, addresses)                                                \
	"{\"name\":\"" host "\",\"server\":\"" server "\",\"kind\":\"" kind "\",\"outcome\":\""    \
	outcome "\",\"addresses\":[" addresses "]}"
#define GIT(outcome, addresses) ROW("git.test", "192.0.2.1:53", "A", outcome, addresses)
#define GIT2(outcome, addresses) ROW("git.test", "192.0.2.2:53", "A", outcome, addresses)
#define MVN(outcome, addresses) ROW("mvn.test", "192.0.2.1:53", "A", outcome, addresses)
#define TARGET(url, purpose, root, root_purpose, scheme, host, more)                               \
	"{\"url\":\"" url "\",\"purpose\":\"" purpose "\",\"root\":\"" root                        \
	"\",\"root_purpose\":\"" root_purpose "\",\"scheme\":\"" scheme "\",\"host\":\"" host      \
	"\"" more "}"
#define GIT_TARGET                                                                                 \
	TARGET("https://git.test", "gitlab", "https://git.test", "gitlab", "https", "git.test", "")
#define MVN_TARGET                                                                                 \
	TARGET("http://mvn.test", "maven", "http://mvn.test", "maven", "http", "mvn.test", "")
#define REGISTRY_TARGET                                                                            \
	TARGET("https://r.test/v2/", "registry", "https://r.test/v2/", "registry", "https",        \
	       "r.test", "")
#define WORLD(names) FACTS2(PLAN("," VANTAGE LINK GIT_PLAN), SEEN(names, GIT_TARGET))
#define HERE(plan, names, targets) FACTS2(PLAN("," VANTAGE plan), SEEN(names, targets))

static void test_names_answer(void **state)
{
	static const struct row rows[] = {
		{ "good", WORLD(GIT("answered", "\"172.20.5.10\"")), STATUS_PASS, NULL,
		  "git.test is 172.20.5.10, says 192.0.2.1:53", 0 },
		{ "the second answers where the first is silent",
		  WORLD(JOIN(GIT("timed-out", ""), GIT2("answered", "\"172.20.5.10\""))),
		  STATUS_PASS, NULL, "says 192.0.2.2:53", 0 },
		{ "the second answers where the first answers for IPv6 alone",
		  WORLD(JOIN(JOIN(GIT("timed-out", ""),
				  ROW("git.test", "192.0.2.1:53", "AAAA", "empty", "")),
			     GIT2("answered", "\"172.20.5.10\""))),
		  STATUS_PASS, NULL, "says 192.0.2.2:53", 0 },
		{ "an option stands for it",
		  WORLD(ROW("git.test", "option", "A", "answered", "\"172.20.5.10\"")), STATUS_PASS,
		  NULL, "by option", 0 },
		{ "each one's reason",
		  WORLD(JOIN(GIT("servfail", ""), GIT2("timed-out", ""))), STATUS_FAIL, "DNS-12",
		  "192.0.2.1:53 fails (SERVFAIL); 192.0.2.2:53 stays silent", 0 },
		{ "each one's reason is a cause",
		  WORLD(JOIN(GIT("servfail", ""), GIT2("timed-out", ""))), STATUS_FAIL, "DNS-15",
		  NULL, 0 },
		{ "the second cannot know more than the first",
		  WORLD(JOIN(GIT("nxdomain", ""), GIT2("timed-out", ""))), STATUS_FAIL, "DNS-02",
		  "192.0.2.1:53 knows no such name", 0 },
		{ "a cut answer holds an address",
		  WORLD(JOIN(GIT("truncated", "\"172.20.5.10\""), GIT2("timed-out", ""))),
		  STATUS_FAIL, "DNS-09", "192.0.2.1:53 cuts its answer", 0 },
		{ "a cut answer, and the second's whole one",
		  WORLD(JOIN(GIT("truncated", "\"172.20.5.9\""),
			     GIT2("answered", "\"172.20.5.10\""))),
		  STATUS_PASS, NULL, "172.20.5.10, says 192.0.2.2:53", 0 },
		{ "a cut answer, and one that could not be asked",
		  WORLD(JOIN(GIT("truncated", "\"172.20.5.10\""), GIT2("failed", ""))),
		  STATUS_UNKNOWN, NULL, "could not be asked", 0 },
		{ "one could not be asked",
		  WORLD(JOIN(GIT("failed", ""), GIT2("timed-out", ""))), STATUS_UNKNOWN, NULL,
		  "could not be asked", 0 },
		{ "nobody was asked", WORLD(""), STATUS_UNKNOWN, NULL, "is known here", 0 },
		{ "an address in the URL",
		  HERE(LINK GIT_PLAN, "",
		       TARGET("http://172.20.5.10", "gitlab", "http://172.20.5.10", "gitlab",
			      "http", "172.20.5.10", ",\"literal\":true")),
		  STATUS_SKIPPED, NULL, "no URL names a host", 0 },
		{ "the registry's names are judged elsewhere",
		  HERE(LINK GIT_PLAN, ROW("r.test", "192.0.2.1:53", "A", "nxdomain", ""),
		       REGISTRY_TARGET),
		  STATUS_SKIPPED, NULL, NULL, 0 },
		{ "no URL", HERE(LINK, "", ""), STATUS_SKIPPED, NULL, "the plan names no URL", 0 },
		{ "not looked at", FACTS2(PLAN("," VANTAGE GIT_PLAN), HOST("")), STATUS_UNKNOWN,
		  NULL, "endpoints was not looked at", 0 },
	};

	(void)state;
	CHECK_ROWS("names-answer", rows);
}

/* All findings of `code`, in their order: "fail 172.20.5.9 DNS-10; pass 172.20.5.10". */
static void check_said(const char *name, const char *json, const char *code, const char *said)
{
	struct judgement judgement;
	struct fault fault = { 0 };
	struct facts facts;
	struct text seen;
	size_t i, j;

	if (facts_read(json, strlen(json), &facts, &fault) ||
	    engine_judge(&facts, NULL, &judgement, &fault))
		fail_msg("%s: %s", name, fault.text);
	text_init(&seen, 4096);
	for (i = 0; i < judgement.findings.list.count; i++) {
		const struct finding *one = LIST_AT(&judgement.findings.list, struct finding, i);
		char address[ADDRESS_TEXT_MAX];

		if (!speaks(one, code))
			continue;
		text_addf(&seen, "%s%s", seen.length ? "; " : "", status_words[one->status]);
		if (one->subject.address.family)
			text_addf(&seen, " %s", address_print(&one->subject.address, address));
		for (j = 0; j < one->causes.count; j++)
			text_addf(&seen, " %s", one->causes.items[j]);
	}
	if (strcmp(text_string(&seen), said) != 0)
		fail_msg("%s: %s", name, text_string(&seen));
	text_release(&seen);
	judgement_release(&judgement);
	facts_release(&facts);
}

struct said {
	const char *name, *facts, *said;
};

#define STORE "https://oss.test/x"
#define LINKED "https://git.test/link"
#define BELOW(url, purpose, host)                                                                  \
	TARGET(url, purpose, "https://git.test", "gitlab", "https", host, ",\"found_in\":\"there\"")
#define LEADS(from, to)                                                                            \
	"{\"url\":\"" from "\",\"address\":\"172.20.5.10\",\"port\":443,"                          \
	"\"tcp\":{\"outcome\":\"connected\"},\"http\":{\"outcome\":\"answered\",\"status\":302,"  \
	"\"location\":\"" to "\"}}"
/* A link of that purpose, which redirects to the store. */
#define BEHIND(targets, attempts)                                                                  \
	FACTS2(PLAN("," VANTAGE LINK GIT_PLAN),                                                    \
	       "\"endpoints\":{\"state\":\"ok\",\"name_servers\":[\"192.0.2.1:53\"],\"names\":["   \
	       JOIN(GIT("answered", "\"172.20.5.10\""),                                            \
		    ROW("oss.test", "192.0.2.1:53", "A", "answered", "\"172.20.5.30\""))           \
	       "],\"targets\":[" JOIN(GIT_TARGET, targets) "],\"attempts\":[" attempts "]}")
#define OF(purpose)                                                                                \
	BEHIND(JOIN(BELOW(LINKED, purpose, "git.test"), BELOW(STORE, "redirect", "oss.test")),     \
	       LEADS(LINKED, STORE))

/* A redirect is told as the URL that it was met at, however many lie between. */
static void test_redirects(void **state)
{
	static const struct said rows[] = {
		{ "of GitLab", BEHIND(BELOW(STORE, "redirect", "oss.test"),
				      LEADS("https://git.test", STORE)),
		  "fail 172.20.5.30 GL-01; pass 172.20.5.10" },
		{ "nobody knows of what", BEHIND(BELOW(STORE, "redirect", "oss.test"), ""),
		  "fail 172.20.5.30 GL-01; pass 172.20.5.10" },
		{ "of the clone URL", OF("clone"),
		  "fail 172.20.5.30 GL-03; pass 172.20.5.10; pass 172.20.5.10" },
		{ "of a link to LFS", OF("lfs"),
		  "fail 172.20.5.30 GL-14; pass 172.20.5.10; pass 172.20.5.10" },
		{ "of a submodule", OF("submodule"),
		  "fail 172.20.5.30 GL-17; pass 172.20.5.10; pass 172.20.5.10" },
		{ "the second of a link to LFS",
		  BEHIND(JOIN(BELOW(LINKED, "lfs", "git.test"),
			      JOIN(BELOW("https://git.test/on", "redirect", "git.test"),
				   BELOW(STORE, "redirect", "oss.test"))),
			 JOIN(LEADS(LINKED, "https://git.test/on"),
			      LEADS("https://git.test/on", STORE))),
		  "fail 172.20.5.30 GL-14; pass 172.20.5.10; pass 172.20.5.10; pass 172.20.5.10" },
		{ "in a ring",
		  BEHIND(JOIN(BELOW(LINKED, "redirect", "git.test"),
			      BELOW(STORE, "redirect", "oss.test")),
			 JOIN(LEADS(LINKED, STORE), LEADS(STORE, LINKED))),
		  "fail 172.20.5.30 GL-01; pass 172.20.5.10; pass 172.20.5.10" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_said(rows[i].name, rows[i].facts, "allow-list-complete", rows[i].said);
	check_remedy(OF("lfs"), "allow-list-complete", STATUS_FAIL, "gitlab",
		     "let GitLab serve LFS objects itself (proxy_download = true), or list the "
		     "host");
}

static void test_allow_list(void **state)
{
	static const struct said rows[] = {
		{ "listed", WORLD(GIT("answered", "\"172.20.5.10\"")), "pass; pass 172.20.5.10" },
		{ "one of two",
		  WORLD(GIT("answered", "\"172.20.5.10\",\"172.20.5.9\"")),
		  "fail 172.20.5.9 DNS-10; pass 172.20.5.10" },
		{ "hidden by the name", WORLD(GIT("nxdomain", "")), "blocked" },
		{ "nobody knows why", WORLD(GIT("failed", "")), "unknown" },
		{ "nothing declared",
		  HERE(GIT_PLAN, GIT("answered", "\"172.20.5.10\""), GIT_TARGET), "skipped" },
		{ "nothing declared, public",
		  HERE(GIT_PLAN, GIT("answered", "\"192.0.2.77\""), GIT_TARGET),
		  "fail 192.0.2.77 DNS-01; skipped" },
		{ "nothing declared, Maven public",
		  HERE(BOTH_PLAN,
		       JOIN(GIT("answered", "\"172.20.5.10\""), MVN("answered", "\"192.0.2.77\"")),
		       JOIN(GIT_TARGET, MVN_TARGET)),
		  "skipped" },
		{ "public, and meant",
		  HERE(",\"link\":{\"gitlab_ip\":\"192.0.2.77\"}" GIT_PLAN,
		       GIT("answered", "\"192.0.2.77\""), GIT_TARGET),
		  "pass; pass 192.0.2.77" },
		{ "a network of the data center is not public",
		  HERE(LINK GIT_PLAN ",\"datacenter\":{\"cidrs\":[\"192.0.2.0/24\"]}",
		       GIT("answered", "\"192.0.2.77\""), GIT_TARGET),
		  "fail 192.0.2.77 DNS-10" },
		{ "shared address space is public",
		  WORLD(GIT("answered", "\"100.64.0.1\"")), "fail 100.64.0.1 DNS-01 DNS-10" },
		{ "loopback is not public, yet unlisted",
		  WORLD(GIT("answered", "\"127.0.0.1\"")), "fail 127.0.0.1 DNS-10" },
		{ "a public address in the URL is the plan's matter",
		  HERE(LINK GIT_PLAN, "",
		       TARGET("http://192.0.2.77", "gitlab", "http://192.0.2.77", "gitlab", "http",
			      "192.0.2.77", ",\"literal\":true")),
		  "fail 192.0.2.77 DNS-10" },
		{ "IPv6 has no field in the form",
		  WORLD(JOIN(GIT("answered", "\"172.20.5.10\""),
			     ROW("git.test", "192.0.2.1:53", "AAAA", "answered",
				 "\"2001:db8::1\""))),
		  "pass; pass 172.20.5.10" },
		{ "the hosts file counts for this machine alone",
		  WORLD(JOIN(GIT("answered", "\"172.20.5.10\""),
			     ROW("git.test", "hosts", "A", "answered", "\"172.20.5.9\""))),
		  "pass; pass 172.20.5.10" },
		{ "the registry's addresses do not belong there",
		  HERE(LINK GIT_PLAN,
		       JOIN(GIT("answered", "\"172.20.5.10\""),
			    ROW("r.test", "192.0.2.1:53", "A", "answered", "\"192.168.1.9\"")),
		       JOIN(GIT_TARGET, REGISTRY_TARGET)),
		  "pass; pass 172.20.5.10" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_said(rows[i].name, rows[i].facts, "allow-list-complete", rows[i].said);
}

#define MIXED                                                                                      \
	HERE(LINK BOTH_PLAN,                                                                       \
	     JOIN(GIT("answered", "\"172.20.5.9\",\"172.20.5.10\",\"192.0.2.77\""),                \
		  MVN("answered", "\"172.20.5.20\",\"172.20.5.100\"")),                            \
	     JOIN(GIT_TARGET, MVN_TARGET))

/* In numerical order, the declared address first in its field, nothing public of GitLab's name. */
static void test_form(void **state)
{
	static const char others[] = "Other IP addresses: 172.20.5.9, 172.20.5.20, 172.20.5.100";

	(void)state;
	check_said("mixed", MIXED, "allow-list-complete",
		   "fail 172.20.5.100 DEP-11; fail 172.20.5.9 DNS-10; "
		   "fail 192.0.2.77 DNS-01 DNS-10; pass 172.20.5.20; pass 172.20.5.10");
	/* the last remedy of a platform is the one that is looked at */
	check_remedy(WORLD(GIT("answered", "\"172.20.5.9\"")), "allow-list-complete", STATUS_FAIL,
		     "form", "Other IP addresses: none");
	check_remedy(HERE(",\"link\":{\"gitlab_ip\":\"172.20.5.10\",\"other_ips\":"
			  "[\"172.20.5.100\",\"172.20.5.20\"]}" BOTH_PLAN,
			  JOIN(GIT("answered", "\"172.20.5.10\",\"172.20.5.9\""),
			       MVN("answered", "\"172.20.5.20\",\"172.20.5.100\"")),
			  JOIN(GIT_TARGET, MVN_TARGET)),
		     "allow-list-complete", STATUS_FAIL, "form", others);
}

static void test_names_agree(void **state)
{
	static const struct said rows[] = {
		{ "alone", WORLD(GIT("answered", "\"172.20.5.10\"")), "pass" },
		{ "in another order",
		  WORLD(JOIN(GIT("answered", "\"172.20.5.10\",\"172.20.5.20\""),
			     GIT2("answered", "\"172.20.5.20\",\"172.20.5.10\""))),
		  "pass" },
		{ "told by the allow-list already",
		  WORLD(JOIN(GIT("answered", "\"192.0.2.77\""),
			     GIT2("answered", "\"172.20.5.10\""))),
		  "blocked 192.0.2.77" },
		{ "the first is dead", WORLD(JOIN(GIT("unreachable", ""),
						  GIT2("answered", "\"172.20.5.10\""))),
		  "warn DNS-15" },
		{ "one could not be asked", WORLD(JOIN(GIT("failed", ""),
						       GIT2("answered", "\"172.20.5.10\""))),
		  "unknown" },
		{ "IPv6 refused is no matter",
		  WORLD(JOIN(GIT("answered", "\"172.20.5.10\""),
			     ROW("git.test", "192.0.2.1:53", "AAAA", "refused", ""))),
		  "pass" },
		{ "nobody knows", WORLD(GIT("nxdomain", "")), "blocked" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_said(rows[i].name, rows[i].facts, "names-agree", rows[i].said);
}

static void test_option(void **state)
{
#define OPTION ROW("git.test", "option", "A", "answered", "\"172.20.5.10\"")
	static const struct row rows[] = {
		{ "as the servers say", WORLD(JOIN(OPTION, GIT("answered", "\"172.20.5.10\""))),
		  STATUS_PASS, NULL, "--resolve says the same for git.test as 192.0.2.1:53", 0 },
		{ "another address", WORLD(JOIN(OPTION, GIT("answered", "\"172.20.5.9\""))),
		  STATUS_WARN, "DNS-07",
		  "--resolve gives 172.20.5.10 for git.test here; builds get 172.20.5.9", 0 },
		{ "one of several",
		  WORLD(JOIN(OPTION, GIT("answered", "\"172.20.5.10\",\"172.20.5.9\""))),
		  STATUS_WARN, "DNS-07", "172.20.5.9", 0 },
		{ "no such name", WORLD(JOIN(OPTION, GIT("nxdomain", ""))), STATUS_WARN, "DNS-07",
		  "by itself it leads to no IPv4 address", 0 },
		{ "servers stay silent",
		  WORLD(JOIN(OPTION, JOIN(GIT("timed-out", ""), GIT2("timed-out", "")))),
		  STATUS_WARN, "DNS-07", "no name server says what builds get", 0 },
		{ "nobody was asked", WORLD(OPTION), STATUS_WARN, "DNS-07", "no name server", 0 },
	};

	(void)state;
	CHECK_ROWS("hosts-file-agrees", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_answer),
		cmocka_unit_test(test_allow_list),
		cmocka_unit_test(test_redirects),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_names_agree),
		cmocka_unit_test(test_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
