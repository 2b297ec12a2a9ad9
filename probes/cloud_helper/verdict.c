/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Error codes of the gateway, in groups. HTTP 200 may carry a failure (IsSuccess, Code), and the
 * keys of an error may begin with small letters.
 */
#include "probes/cloud_helper/verdict.h"

#include "probes/cloud_helper/reply.h"
#include "probes/cloud_helper/scrub.h"
#include "rules/text.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Words anywhere in a code; the first row that fits decides. */
enum meaning { MEANS_FAILED, MEANS_DENIED, MEANS_MISSING, MEANS_THROTTLED, MEANS_RETRY };

static const struct {
	const char *word;
	bool prefix; /* at the beginning alone */
	enum meaning meaning;
} codes[] = {
	{ "InvalidAction.NotFound", true, MEANS_FAILED },
	{ "InvalidApi.NotFound", true, MEANS_FAILED },
	{ "InvalidVersion", true, MEANS_FAILED },
	{ "InvalidAccessKeyId", true, MEANS_FAILED },
	{ "InvalidSecurityToken", true, MEANS_FAILED },
	{ "InvalidRegion", true, MEANS_FAILED },
	{ "SignatureNonceUsed", true, MEANS_RETRY },
	{ "Throttling", false, MEANS_THROTTLED },
	{ "QPS Limit Exceeded", false, MEANS_THROTTLED },
	{ "QpsLimit", false, MEANS_THROTTLED },
	{ "ServiceUnavailable", false, MEANS_RETRY },
	{ "SystemBusy", false, MEANS_RETRY },
	{ "InternalError", false, MEANS_RETRY },
	{ "SystemError", false, MEANS_RETRY },
	/* the VPC's word for an id that does not exist */
	{ "Forbidden.VpcNotFound", true, MEANS_MISSING },
	{ "Forbidden", true, MEANS_DENIED },
	{ "NoPermission", true, MEANS_DENIED },
	{ "NoPrivilege", true, MEANS_DENIED },
	{ "AccessDenied", true, MEANS_DENIED },
	{ "Unauthorized", true, MEANS_DENIED },
	{ ".NotFound", false, MEANS_MISSING },
	{ "NotFound.", true, MEANS_MISSING },
	{ "NotExist", false, MEANS_MISSING },
	{ "NOT_EXIST", false, MEANS_MISSING },
	{ "NOT_FOUND", false, MEANS_MISSING },
};

/* Codes that say "not now" or "not you" where in truth the clock is wrong. */
static const char *const clock_codes[] = {
	"InvalidTimeStamp", "IncompleteSignature", "SignatureDoesNotMatch",
	"InvalidSecurityToken.Expired", NULL,
};

static enum meaning meaning_of(const char *code, uint32_t status)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].prefix ?
			    !strncasecmp(code, codes[i].word, strlen(codes[i].word)) :
			    strcasestr(code, codes[i].word) != NULL)
			return codes[i].meaning;
	if (status == 429)
		return MEANS_THROTTLED;
	return status >= 500 ? MEANS_RETRY : MEANS_FAILED;
}

static const char *first_of(const cJSON *json, const char *one, const char *other)
{
	const char *word = reply_word(json, one);

	return *word ? word : reply_word(json, other);
}

/* Some answers carry "Code": 200 as a number. */
static bool code_is_success(const cJSON *json)
{
	const cJSON *code = reply_at(json, "Code");

	if (!code)
		return true;
	if (cJSON_IsNumber(code))
		return code->valuedouble >= 200 && code->valuedouble < 300;
	return cJSON_IsString(code) &&
	       (!*code->valuestring || !strcasecmp(code->valuestring, "success") ||
		!strcasecmp(code->valuestring, "ok") || !strcmp(code->valuestring, "200"));
}

static bool is_success(const struct verdict_answer *answer)
{
	return answer->status >= 200 && answer->status < 300 && cJSON_IsObject(answer->json) &&
	       reply_flag(answer->json, "IsSuccess", true) && code_is_success(answer->json);
}

static void copy_clean(char *out, size_t room, const char *string)
{
	char piece[TEXT_PIECE_MAX];
	size_t left = strlen(string), used = 0;

	while (left) {
		size_t taken = text_clean_piece(string, left, piece);
		size_t length = strlen(piece);

		if (used + length + 1 > room)
			break;
		memcpy(out + used, piece, length);
		used += length;
		string += taken;
		left -= taken;
	}
	out[used] = '\0';
}

static bool blames_clock(const char *code)
{
	size_t i;

	for (i = 0; clock_codes[i]; i++)
		if (!strncasecmp(code, clock_codes[i], strlen(clock_codes[i])))
			return true;
	return false;
}

static void word_failure(const struct cloud_action *action, const struct verdict_answer *answer,
			 struct answer_verdict *out)
{
	char message[VERDICT_WORDS_MAX / 2], *clean;

	/* an answer may echo what it was asked with; out of memory: no words */
	clean = scrub_clean(first_of(answer->json, "Message", "message"));
	copy_clean(message, sizeof(message), clean ? clean : "");
	free(clean);
	if (answer->skewed && blames_clock(out->code))
		(void)snprintf(out->words, sizeof(out->words),
			       "%s: the clock of this machine is %u s %s", out->code,
			       (unsigned int)answer->skew_s, answer->behind ? "late" : "early");
	else if (!answer->json)
		(void)snprintf(out->words, sizeof(out->words),
			       "%s answered HTTP %u without a JSON document", action->name,
			       (unsigned int)answer->status);
	else
		(void)snprintf(out->words, sizeof(out->words), "%s: %.80s (HTTP %u)%s%.100s",
			       action->name, out->code[0] ? out->code : "no success",
			       (unsigned int)answer->status, message[0] ? ": " : "", message);
}

void answer_judge(const struct cloud_action *action, const struct verdict_answer *answer,
		  struct answer_verdict *out)
{
	char permission[CLOUD_PERMISSION_MAX];
	enum meaning meaning;

	memset(out, 0, sizeof(*out));
	if (is_success(answer)) {
		out->outcome = CALL_OK;
		return;
	}
	copy_clean(out->code, sizeof(out->code), first_of(answer->json, "Code", "code"));
	meaning = meaning_of(out->code, answer->status);
	out->outcome = meaning == MEANS_DENIED ? CALL_DENIED :
		       meaning == MEANS_MISSING ? CALL_MISSING : CALL_FAILED;
	out->throttled = meaning == MEANS_THROTTLED;
	/* 2xx without a document: the answer was cut or replaced on the way */
	out->retry = out->throttled || meaning == MEANS_RETRY ||
		     (!answer->json && answer->status >= 200 && answer->status < 300);
	word_failure(action, answer, out);
	if (out->outcome == CALL_DENIED)
		(void)snprintf(out->words, sizeof(out->words), "%s is not permitted",
			       cloud_permission(action, permission));
}
