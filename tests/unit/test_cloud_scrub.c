/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in foreign texts: what goes, and what stays because it is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "probes/cloud_helper/scrub.h"
#include "probes/cloud_helper/reply.h"
#include "probes/cloud_helper/secret.h"
#include "probes/cloud_helper/verdict.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#define R "(redacted)"

static const struct {
	const char *given, *left; /* NULL: nothing changes */
} rows[] = {
	/* URLs */
	{ "http://bob:canary@172.20.5.10", "http://172.20.5.10" },
	{ "fatal: unable to access 'https://oauth2:canary@git.x/a.git/': timed out",
	  "fatal: unable to access 'https://git.x/a.git/': timed out" },
	{ "https://canary@git.x:8443/a", "https://git.x:8443/a" },
	{ "http://u:ca/na@ry@git.x/a", "http://git.x/a" },
	{ "HTTP_PROXY=http://u:canary@proxy:3128", "HTTP_PROXY=http://proxy:3128" },
	{ "http://172.20.5.10:8080/group/app@v1", NULL },
	{ "https://git.x/a?private_token=canary&x=1", "https://git.x/a?private_token=" R "&x=1" },
	{ "could not reach oauth2:canary@git.x", "could not reach git.x" },
	{ "git@git.x:group/app.git", NULL },
	{ "at 12:30:11 cloned", NULL },
	/* names */
	{ "PRIVATE-TOKEN: canary", "PRIVATE-TOKEN: " R },
	{ "> Authorization: Basic canary==", "> Authorization: " R },
	{ "curl -H 'Authorization: Bearer canary' http://git.x",
	  "curl -H 'Authorization: " R "' http://git.x" },
	{ "git clone --password canary --token=canary x",
	  "git clone --password " R " --token=" R " x" },
	{ "ENV DB_PASSWORD=canary", "ENV DB_PASSWORD=" R },
	{ "export SECRET='can ary' X=1", "export SECRET='" R "' X=1" },
	{ "{\"access_token\": \"canary\", \"x\": 1}", "{\"access_token\": \"" R "\", \"x\": 1}" },
	{ "{\\\"access_token\\\":\\\"canary\\\"}", "{\\\"access_token\\\":\\\"" R "\"}" },
	{ "curl -u bob:canary http://git.x", "curl -u " R " http://git.x" },
	{ "POST&/&AccessKeyId=canary&Action=x", "POST&/&AccessKeyId=" R "&Action=x" },
	{ "AccessKeyId%3Dcanary%26Action", "AccessKeyId%3D" R },
	{ "set-cookie: session=canary; path=/", "set-cookie: " R },
	/* tokens by themselves */
	{ "using glpat-canary00canary", "using " R },
	{ "key LTAI5tCanaryCanary is", "key " R " is" },
	{ "-----BEGIN RSA PRIVATE KEY-----\ncanary", "-----BEGIN " R },
	{ "Basic Y2FuYXJ5OmNhbmFyeQ==", "Basic " R },
	/* no secrets */
	{ "remote: HTTP Basic: Access denied. The provided password or token is incorrect", NULL },
	{ "fatal: could not read Password for 'http://git.x': terminal prompts disabled", NULL },
	{ "fatal: unable to access 'http://172.20.5.10/group/app.git/': Connection timed out",
	  NULL },
	{ "Basic authentication is off", NULL },
	{ "cr:GetRepoSourceCodeRepo is not permitted", NULL },
	{ "sg-bp1 LTAIx eyJ glpat-", NULL },
	{ "", NULL },
};

static void test_secrets_of_texts_are_hidden(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text out;

		text_init(&out, 4096);
		scrub_add(&out, rows[i].given);
		assert_string_equal(text_string(&out), rows[i].left ? rows[i].left : rows[i].given);
		assert_int_equal(text_error(&out), 0);
		text_release(&out);
	}
}

static void test_a_text_too_long_to_be_looked_through_goes(void **state)
{
	size_t length = 64 * 1024;
	char *given = calloc(1, length + 1), *clean;

	(void)state;
	assert_non_null(given);
	memset(given, ':', length);
	clean = scrub_clean(given);
	assert_string_equal(clean, R);
	free(clean);
	free(given);
}

/* A gateway shows what it signed, with the key's id and the session's token. */
static void test_the_own_key_goes_out_of_an_echo(void **state)
{
	char id[] = "canaryid", secret[] = "canarysecret", token[] = "canarytoken";
	const struct cloud_credential credential = { id, secret, token };
	struct answer_verdict out;
	struct verdict_answer answer = { .status = 400 };
	cJSON *json = cJSON_Parse(
		"{\"Code\":\"SignatureDoesNotMatch\",\"A\":[{\"B\":\"canarytoken\"}],"
		"\"Message\":\"canaryid canaryid,canarysecret LTAI5tCanaryCanary\"}");
	char *printed;

	(void)state;
	assert_non_null(json);
	scrub_own(json, &credential);
	answer.json = json;
	answer_judge(&cloud_actions[ACTION_GET_INSTANCE], &answer, &out);
	assert_string_equal(out.words, "GetInstance: SignatureDoesNotMatch (HTTP 400): "
				       "******** ********,************ " R);
	printed = cJSON_PrintUnformatted(json);
	assert_non_null(printed);
	assert_null(strstr(printed, "canarytoken"));
	cJSON_free(printed);
	cJSON_Delete(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secrets_of_texts_are_hidden),
		cmocka_unit_test(test_a_text_too_long_to_be_looked_through_goes),
		cmocka_unit_test(test_the_own_key_goes_out_of_an_echo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
