/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules about connections, in detail: what they say of one address, which numbers they give, and
 * what they leave unknown. Which causes they name is in golden/facts.
 */
#include "tests/unit/rule_rows.h"

#define URL "https://git.example/"
#define VSWITCH_PLAN                                                                               \
	PLAN(",\"vantage\":\"vswitch-host\",\"link\":{\"gitlab_ip\":\"10.9.9.9\","         \
	     "\"vswitch_cidr\":\"192.168.1.0/24\"},\"gitlab\":{\"url\":\"" URL             \
	     "\",\"access\":\"datacenter\"}")
#define TARGETS                                                                                    \
	"\"targets\":[{\"url\":\"" URL "\",\"purpose\":\"gitlab\",\"root\":\"" URL                \
	"\",\"root_purpose\":\"gitlab\",\"scheme\":\"https\",\"host\":\"git.example\","       \
	"\"port\":443}]"
#define NAMES                                                                                      \
	"\"name_servers\":[\"192.0.2.1:53\"],\"names\":[{\"name\":\"git.example\","             \
	"\"server\":\"192.0.2.1:53\",\"kind\":\"A\",\"outcome\":\"answered\",\"rcode\":0,"      \
	"\"addresses\":[\"10.9.9.9\"],\"used\":true}]"
#define ATTEMPT(tcp, rest)                                                                         \
	"\"attempts\":[{\"url\":\"" URL "\",\"address\":\"10.9.9.9\",\"port\":443,\"tcp\":{" tcp  \
	"}" rest "}]"
#define SOURCE "\"source\":\"192.168.1.20\""
#define OPEN "\"outcome\":\"connected\",\"rtt_us\":1234,\"mss\":1448," SOURCE
#define SILENT                                                                                     \
	"\"outcome\":\"timed-out\",\"error\":\"ETIMEDOUT\",\"took_us\":1500000,"                  \
	"\"retransmissions\":1," SOURCE
#define REFUSED "\"outcome\":\"refused\",\"error\":\"ECONNREFUSED\"," SOURCE
#define HUNG ",\"tls\":{\"outcome\":\"timed-out\",\"received\":1448}"
#define WELL                                                                                       \
	",\"tls\":{\"outcome\":\"done\",\"version\":\"TLSv1.3\",\"chain_system\":0,"              \
	"\"name_matches\":true},\"http\":{\"outcome\":\"answered\",\"status\":401,"             \
	"\"body\":\"json\"}"
#define HOP(ttl, outcome, more)                                                                    \
	"{\"url\":\"" URL "\",\"address\":\"10.9.9.9\",\"port\":443,\"ttl\":" ttl                 \
	",\"outcome\":\"" outcome "\"" more "}"
#define EXPIRED(ttl, from, left)                                                                   \
	HOP(ttl, "time-exceeded", ",\"from\":\"" from "\",\"icmp_type\":11,\"icmp_code\":0,"       \
				  "\"reply_ttl\":" left)
#define TRIED(kind, value, tried, succeeded)                                                       \
	"{\"url\":\"" URL "\",\"address\":\"10.9.9.9\",\"port\":443,\"kind\":\"" kind             \
	"\",\"value\":" value ",\"tried\":" tried ",\"succeeded\":" succeeded "}"
#define MSS(value, tried, succeeded) TRIED("mss", value, tried, succeeded)
#define SEEN(attempt, hops, experiments)                                                           \
	FACTS2(VSWITCH_PLAN, "\"endpoints\":{\"state\":\"ok\"," NAMES "," TARGETS "," attempt     \
			     ",\"hops\":[" hops "],\"experiments\":[" experiments "]}")

static void test_connects(void **state)
{
	static const struct row rows[] = {
		{ "open", SEEN(ATTEMPT(OPEN, WELL), "", ""), STATUS_PASS, NULL,
		  "10.9.9.9:443 from 192.168.1.20 is accepted after 1.2 ms", 0 },
		{ "silent behind a router",
		  SEEN(ATTEMPT(SILENT, ""), EXPIRED("1", "10.0.0.1", "64"), ""), STATUS_FAIL,
		  "EC-05", "routers answer up to 10.0.0.1", 0 },
		{ "refused by the target",
		  SEEN(ATTEMPT(REFUSED, ""),
		       JOIN(EXPIRED("1", "10.0.0.1", "64"),
			    HOP("2", "refused", ",\"from\":\"10.9.9.9\",\"reply_ttl\":63")), ""),
		  STATUS_FAIL, "HOST-10", "by the target itself", 0 },
		{ "refused by the router before it",
		  SEEN(ATTEMPT(REFUSED, ""),
		       JOIN(EXPIRED("1", "10.0.0.1", "64"),
			    HOP("2", "refused", ",\"from\":\"10.9.9.9\",\"reply_ttl\":64")), ""),
		  STATUS_FAIL, "EC-05", "nearer than the target", 0 },
		{ "the hop before the RST did not answer",
		  SEEN(ATTEMPT(REFUSED, ""),
		       HOP("2", "refused", ",\"from\":\"10.9.9.9\",\"reply_ttl\":63"), ""),
		  STATUS_FAIL, "HOST-10", "the target itself", 0 },
		{ "nor did it, and the RST passed no router",
		  SEEN(ATTEMPT(REFUSED, ""),
		       HOP("2", "refused", ",\"from\":\"10.9.9.9\",\"reply_ttl\":64"), ""),
		  STATUS_FAIL, "EC-05", "nearer than the target", 0 },
		{ "own filter",
		  SEEN(ATTEMPT(SILENT ",\"unsent\":true", ""), HOP("1", "silent", ""), ""),
		  STATUS_UNKNOWN, NULL, "a filter of this machine itself", 0 },
		{ "no neighbour",
		  SEEN(ATTEMPT("\"outcome\":\"timed-out\",\"retransmissions\":0,\"unsent\":true",
			       ""), "", ""),
		  STATUS_UNKNOWN, NULL, "does not answer ARP", 0 },
		{ "never asked",
		  SEEN(ATTEMPT("\"outcome\":\"forbidden\"", ""), "", ""), STATUS_UNKNOWN, NULL,
		  "nothing is ever sent there", 0 },
		{ "no attempt at all", SEEN("\"attempts\":[]", "", ""), STATUS_UNKNOWN, NULL,
		  "no address of it was tried", 0 },
		{ "unlucky once",
		  SEEN(ATTEMPT(SILENT, ""), "",
		       JOIN(TRIED("source-port", "40009", "1", "1"),
			    TRIED("source-port", "40622", "1", "1"))),
		  STATUS_UNKNOWN, NULL, "2 of 2 are answered always", 0 },
	};

	(void)state;
	CHECK_ROWS("endpoint-connects", rows);
}

#define PORTS(a, b, c, d)                                                                          \
	JOIN(JOIN(TRIED("source-port", "1", "2", a), TRIED("source-port", "2", "2", b)),         \
	     JOIN(TRIED("source-port", "3", "2", c), TRIED("source-port", "4", "2", d)))

static void test_flows(void **state)
{
	static const struct row rows[] = {
		{ "not made", SEEN(ATTEMPT(OPEN, WELL), "", ""), STATUS_PASS, NULL, "--deep", 0 },
		{ "all answered", SEEN(ATTEMPT(OPEN, WELL), "", PORTS("2", "2", "2", "2")),
		  STATUS_PASS, NULL, "4 of 4", 0 },
		{ "half of them dead", SEEN(ATTEMPT(OPEN, WELL), "", PORTS("0", "2", "2", "0")),
		  STATUS_FAIL, "EC-10", "2 of 4 source ports are never answered", 0 },
		{ "and the plain one among them",
		  SEEN(ATTEMPT(SILENT, ""), "", PORTS("0", "2", "2", "0")), STATUS_FAIL, "RT-09",
		  NULL, 0 },
		{ "by connection, the others whole",
		  SEEN(ATTEMPT(OPEN, WELL), "",
		       JOIN(PORTS("0", "1", "1", "1"), TRIED("flow", "0", "4", "4"))),
		  STATUS_FAIL, "EC-10", "5 of 8 connections are not answered, and 4 of 4", 0 },
		{ "by chance",
		  SEEN(ATTEMPT(OPEN, WELL), "",
		       JOIN(PORTS("0", "1", "1", "1"), TRIED("flow", "0", "4", "2"))),
		  STATUS_UNKNOWN, NULL, "loss without a pattern", 0 },
		{ "lost once, and not again",
		  SEEN(ATTEMPT(OPEN, WELL), "", PORTS("1", "2", "2", "2")), STATUS_PASS,
		  NULL, "1 of them not each time", 0 },
		{ "nothing answered is no leg", SEEN(ATTEMPT(SILENT, ""), "",
						     PORTS("0", "0", "0", "0")),
		  STATUS_PASS, NULL, NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("path-treats-flows-alike", rows);
}

#define RUNGS(a, b) JOIN(MSS("536", "1", "1"), JOIN(a, b))

static void test_sizes(void **state)
{
	static const struct row rows[] = {
		{ "nothing stalled", SEEN(ATTEMPT(OPEN, WELL), "", ""), STATUS_PASS, NULL,
		  "nothing stalled", 0 },
		{ "exact border",
		  SEEN(ATTEMPT(OPEN, HUNG), "",
		       RUNGS(MSS("1360", "1", "1"), MSS("1361", "1", "0"))),
		  STATUS_FAIL, "TLS-10", "packets above 1400 bytes are lost", 0 },
		{ "border between two values",
		  SEEN(ATTEMPT(OPEN, HUNG), "",
		       RUNGS(MSS("1360", "1", "1"), MSS("1380", "1", "0"))),
		  STATUS_FAIL, "EC-14", "packets above about 1400 bytes", 0 },
		{ "whatever the size",
		  SEEN(ATTEMPT(OPEN, HUNG), "", JOIN(MSS("536", "2", "0"), MSS("1460", "1", "0"))),
		  STATUS_PASS, NULL, "whatever the size", 0 },
		{ "no border",
		  SEEN(ATTEMPT(OPEN, HUNG), "",
		       JOIN(JOIN(MSS("536", "2", "0"), MSS("1000", "2", "0")),
			    JOIN(MSS("1200", "1", "1"), MSS("1460", "2", "0")))),
		  STATUS_UNKNOWN, NULL, "now and then", 0 },
		{ "not again",
		  SEEN(ATTEMPT(OPEN, HUNG), "",
		       RUNGS(MSS("1400", "1", "1"), MSS("1460", "1", "1"))),
		  STATUS_UNKNOWN, NULL, "once and not again", 0 },
		{ "the plain one got through the second time",
		  SEEN(ATTEMPT(OPEN, HUNG), "",
		       JOIN(RUNGS(MSS("1360", "1", "1"), MSS("1361", "1", "0")),
			    TRIED("repeat", "0", "2", "1"))),
		  STATUS_UNKNOWN, NULL, "once and not again", 0 },
		{ "not looked at", SEEN(ATTEMPT(OPEN, HUNG), "", ""), STATUS_UNKNOWN, NULL,
		  "no smaller packets were tried", 0 },
		{ "large packets lost where nothing needed them",
		  SEEN(ATTEMPT(OPEN, WELL), "",
		       RUNGS(MSS("1360", "1", "1"), MSS("1460", "1", "0"))),
		  STATUS_PASS, NULL, "nothing stalled", 0 },
	};

	(void)state;
	CHECK_ROWS("path-carries-large-packets", rows);
}

#define FROM(address)                                                                              \
	SEEN(ATTEMPT("\"outcome\":\"connected\",\"source\":\"" address "\"", WELL), "", "")

static void test_source(void **state)
{
	static const struct row rows[] = {
		{ "vSwitch", FROM("192.168.1.20"), STATUS_PASS, NULL, "in the vSwitch's", 0 },
		{ "range", FROM("100.104.7.9"), STATUS_PASS, NULL, "in the reverse-access range",
		  0 },
		{ "elsewhere", FROM("192.168.2.20"), STATUS_WARN, "MET-01", "neither in", 0 },
		{ "beside the range", FROM("100.105.0.1"), STATUS_WARN, "MET-01", NULL, 0 },
		{ "no connection", SEEN("\"attempts\":[]", "", ""), STATUS_UNKNOWN, NULL,
		  "no connection was made", 0 },
	};

	(void)state;
	CHECK_ROWS("source-representative", rows);
}

#define HTTP_URL "http://git.example:8080"
/* Plain HTTP that ended so, and what was tried then. */
#define ENDED(outcome, experiments)  \
	FACTS2(PLAN(",\"vantage\":\"vswitch-host\",\"gitlab\":{\"url\":\"" HTTP_URL "\"}"),  \
	       "\"endpoints\":{\"state\":\"ok\"," NAMES ",\"targets\":[{\"url\":\"" HTTP_URL  \
	       "\",\"purpose\":\"gitlab\",\"root\":\"" HTTP_URL "\",\"root_purpose\":\"gitlab\","  \
	       "\"scheme\":\"http\",\"host\":\"git.example\",\"port\":8080}],"  \
	       "\"attempts\":[{\"url\":\"" HTTP_URL "\",\"address\":\"10.9.9.9\",\"port\":8080,"  \
	       "\"tcp\":{" OPEN "},\"tls\":{\"outcome\":\"none\"},\"http\":{\"outcome\":\""  \
	       outcome "\"}}],\"experiments\":[" experiments "]}")
#define INSTEAD(succeeded, reached)  \
	"{\"url\":\"" HTTP_URL "\",\"address\":\"10.9.9.9\",\"port\":8080,"  \
	"\"kind\":\"tls-instead\",\"tried\":1,\"succeeded\":" succeeded ",\"reached\":\"" reached  \
	"\",\"detail\":\"certificate of CN=x\"}"

#define SEEN_TTL(kind, value, succeeded)  \
	"{\"url\":\"" HTTP_URL "\",\"address\":\"10.9.9.9\",\"port\":8080,\"kind\":\"" kind  \
	"\",\"value\":" value ",\"tried\":1,\"succeeded\":" succeeded "}"
#define TTLS(answer, reset)  \
	SEEN_TTL("reset-idle", "0", "0") "," SEEN_TTL("answer-ttl", answer, "1") ","  \
	SEEN_TTL("reset-ttl", reset, "1")

/* Reset upon its request: by whom tells what the RST has left of its time to live. */
static void test_reset_upon_bytes(void **state)
{
	static const struct row rows[] = {
		{ "nearer", ENDED("empty", TTLS("62", "63")), STATUS_FAIL, "EC-05",
		  "nearer than the server", 0 },
		{ "nearer, from another kind of system", ENDED("empty", TTLS("126", "63")),
		  STATUS_FAIL, "EC-05", NULL, 0 },
		{ "as far", ENDED("empty", TTLS("62", "62")), STATUS_FAIL, "GL-25", NULL, 0 },
		{ "further", ENDED("empty", TTLS("62", "61")), STATUS_FAIL, "GL-25", NULL, 0 },
		{ "not measured", ENDED("empty", SEEN_TTL("reset-idle", "0", "0")), STATUS_FAIL,
		  "EC-05", "not found out", 0 },
		{ "whatever was sent", ENDED("empty", SEEN_TTL("reset-idle", "0", "1")),
		  STATUS_FAIL, "GL-25", NULL, 0 },
		{ "cut later", ENDED("cut", TTLS("62", "63")), STATUS_FAIL, "GL-25", NULL, 0 },
	};

	(void)state;
	CHECK_ROWS("http-answers", rows);
}

/* Plain HTTP is met by no word of it, and a handshake on the same port is answered. */
static void test_tls_instead(void **state)
{
	static const struct row spoken[] = {
		{ "closed", ENDED("empty", INSTEAD("1", "tls")), STATUS_FAIL, "TLS-11",
		  "the URL says http and the port speaks TLS", 0 },
		{ "malformed", ENDED("malformed", INSTEAD("1", "tls")), STATUS_FAIL, "TLS-11",
		  NULL, 0 },
	};
	static const struct row broken[] = {
		{ "closed to both", ENDED("empty", INSTEAD("0", "tcp")), STATUS_FAIL, "GL-25",
		  "empty", 0 },
		{ "nothing tried", ENDED("empty", ""), STATUS_FAIL, "GL-25", "empty", 0 },
		{ "an answer began", ENDED("cut", INSTEAD("1", "tls")), STATUS_FAIL, "GL-25",
		  "cut", 0 },
	};

	(void)state;
	CHECK_ROWS("tls-handshake-completes", spoken);
	CHECK_ROWS("http-answers", broken);
}

/* The subject names what was tried; a rung above is blocked by the address, not by its twin. */
static void test_subject(void **state)
{
	const struct finding *found = NULL;
	struct judgement judgement;
	struct fault fault = { 0 };
	struct facts facts;
	const char *json = SEEN(ATTEMPT(REFUSED, ""), "", "");

	(void)state;
	assert_int_equal(facts_read(json, strlen(json), &facts, &fault), 0);
	assert_int_equal(engine_judge(&facts, NULL, &judgement, &fault), 0);
	assert_int_equal(count_status(&judgement, "endpoint-connects", STATUS_FAIL, &found), 1);
	assert_string_equal(found->subject.url, URL);
	assert_string_equal(found->subject.rung, "tcp");
	assert_int_equal(found->subject.port.value, 443);
	assert_int_equal(address_ipv4(&found->subject.address), 0x0a090909);
	assert_int_equal(count_status(&judgement, "path-carries-large-packets", STATUS_BLOCKED,
				      &found), 1);
	assert_string_equal(found->blocked_by.items[0], "endpoint-connects");
	assert_int_equal(count_status(&judgement, "tls-handshake-completes", STATUS_BLOCKED,
				      &found), 1);
	judgement_release(&judgement);
	facts_release(&facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connects), cmocka_unit_test(test_flows),
		cmocka_unit_test(test_sizes),	 cmocka_unit_test(test_source),
		cmocka_unit_test(test_subject),	 cmocka_unit_test(test_tls_instead),
		cmocka_unit_test(test_reset_upon_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
