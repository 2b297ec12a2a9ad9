/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One file of the artifact and its checksum. A file that is larger than what may be held is left
 * for the small one beside it, the POM; both are read in one piece and compared by OpenSSL. Of the
 * POM beside a file that is served only the answer counts.
 */
#include "probes/endpoints_helper/maven_climb.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For all repositories of the plan together, since they and their addresses are asked at once. */
#define FILES_MAX ((size_t)8 * 1024 * 1024)
#define FILE_MAX ((size_t)2 * 1024 * 1024)
#define CHECKSUM_ROOM ((size_t)1024)
#define POM_ROOM ((size_t)1024)

const struct maven_checksum maven_checksums[MAVEN_CHECKSUMS] = {
	{ "sha1", 40 }, { "sha256", 64 }, { "md5", 32 },
};

static const char pom_ending[] = "pom";

static const char *ending(const struct maven_climb *climb)
{
	return climb->pom ? pom_ending : climb->artifact.packaging;
}

static size_t most(const struct maven_climb *climb)
{
	size_t climbs = climb->peer->target->address_count;
	size_t share = FILES_MAX / climb->run->request->plan.maven.count /
		       (climbs < LADDER_CLIMBS_MAX ? climbs : LADDER_CLIMBS_MAX);

	return share < FILE_MAX ? share : FILE_MAX;
}

static bool hash(struct maven_climb *climb, const char *bytes, size_t length)
{
	size_t i, at;

	for (i = 0; i < MAVEN_CHECKSUMS; i++) {
		unsigned char digest[EVP_MAX_MD_SIZE];
		const EVP_MD *kind = EVP_get_digestbyname(maven_checksums[i].name);
		unsigned int size = 0;

		/* md5 may be switched off as a whole (FIPS): the others are asked for first */
		if (!kind || !EVP_Digest(bytes, length, digest, &size, kind, NULL))
			size = 0;
		for (at = 0; at < size; at++)
			(void)snprintf(climb->hex[i] + 2 * at, 3, "%02x",
				       (unsigned int)digest[at]);
	}
	return climb->hex[0][0] != '\0';
}

static char *copy(struct maven_climb *climb, const char *string)
{
	char *made = text_copy(string);

	(void)run_keeps(climb->run, made);
	return made;
}

/* Both may come in any order, and the file from elsewhere. */
static void compare(struct maven_climb *climb)
{
	struct maven_fact *row = maven_row(climb);
	const char *seen = climb->hex[climb->checksum < MAVEN_CHECKSUMS ? climb->checksum : 0];

	if (!climb->given || !climb->seen || !*seen || row->checksum_seen)
		return;
	row->checksum_seen = copy(climb, seen);
	row->checksum_matches = (struct maybe){ .known = true,
						.value = text_equal(seen, row->checksum_given) };
}

static void checksum_answered(void *owner, struct http_result *result);

static void file_path(struct maven_climb *climb, const char *kind, struct text *path)
{
	text_init(path, MAVEN_PATH_MAX);
	maven_file_path(&climb->artifact, climb->build[0] ? climb->build : "SNAPSHOT", kind, path);
}

static void ask_checksum(struct maven_climb *climb)
{
	struct text path;

	if (climb->checksum >= MAVEN_CHECKSUMS) {
		maven_row(climb)->no_checksum = !climb->unanswered;
		maven_note(climb, climb->unanswered ? "a checksum of the file did not come"
						    : "no checksum is offered for the file");
		return;
	}
	file_path(climb, ending(climb), &path);
	text_addf(&path, ".%s", maven_checksums[climb->checksum].name);
	climb->asking = true;
	maven_ask(climb, RUNG_ARTIFACT, CHECKSUM_ROOM, &path, checksum_answered);
}

static bool take_checksum(struct maven_climb *climb, const struct http_result *result)
{
	struct maven_fact *row = maven_row(climb);
	char given[EVP_MAX_MD_SIZE * 2 + 1];

	if (maven_status(result) != 200 ||
	    !maven_read_checksum(result->body, result->body_length,
				 maven_checksums[climb->checksum].digits, given))
		return false;
	free(row->checksum);
	free(row->checksum_given);
	row->checksum = copy(climb, maven_checksums[climb->checksum].name);
	row->checksum_given = copy(climb, given);
	climb->given = !climb->run->error;
	compare(climb);
	return true;
}

static void turn_to_pom(struct maven_climb *climb)
{
	climb->pom = true;
	climb->too_large = climb->given = climb->unanswered = false;
	climb->checksum = 0;
	climb->checksum_from = NULL;
	maven_note(climb, "the file is larger than what is downloaded: its POM was compared "
			  "instead");
	maven_ask_file(climb);
}

/* Only 404 and 410 say that there is none of that kind. */
static void ask_next_checksum(struct maven_climb *climb, uint32_t status)
{
	climb->unanswered = climb->unanswered || (status != 404 && status != 410);
	climb->checksum++;
	ask_checksum(climb);
}

static void read_checksum(struct maven_climb *climb, const struct http_result *result)
{
	climb->checksum_from = maven_follow(climb, result);
	if (climb->checksum_from)
		maven_catch_up(climb, climb->checksum_from);
	else if (!take_checksum(climb, result))
		ask_next_checksum(climb, maven_status(result));
}

static void checksum_answered(void *owner, struct http_result *result)
{
	struct maven_climb *climb = owner;

	climb->asking = false;
	if (climb->too_large)
		turn_to_pom(climb);
	else
		read_checksum(climb, result);
}

void maven_checksum_redirected(struct maven_climb *climb, const struct http_result *first)
{
	read_checksum(climb, first);
}

/* A file that was cut off by our own limit is no file to compare. */
static bool is_whole(const struct http_result *result, size_t limit)
{
	const struct maybe *length = &result->http.length;

	return result->http.outcome == HTTP_ANSWERED && result->body_length + 1 < limit &&
	       result->http.received == result->body_length &&
	       (!length->known || length->value == result->body_length);
}

static void take_file(struct maven_climb *climb, const struct http_result *result, size_t limit)
{
	if (is_whole(result, limit)) {
		climb->seen = hash(climb, result->body, result->body_length);
		compare(climb);
	} else if (climb->pom) {
		maven_note(climb, "the POM is larger than what is downloaded");
	} else if (climb->asking) {
		climb->too_large = true;
	} else {
		turn_to_pom(climb);
	}
}

/* In the place of a file that is too large; one that is missing tells nothing about that. */
static void pom_answered(void *owner, struct http_result *result)
{
	struct maven_climb *climb = owner;

	climb->file_from = maven_follow(climb, result);
	if (maven_status(result) == 200)
		take_file(climb, result, most(climb));
	if (maven_status(result) == 200 || climb->file_from)
		ask_checksum(climb);
	else
		maven_note(climb, "the file is larger than what is downloaded, and it has no POM");
	maven_catch_up(climb, climb->file_from);
}

static void beside_answered(void *owner, struct http_result *result)
{
	struct maven_climb *climb = owner;
	struct maven_fact *row = maven_row(climb);
	uint32_t status = maven_status(result);

	row->pom = (struct maybe){ .known = status != 0, .value = status };
	climb->pom_from = maven_follow(climb, result);
	if (climb->pom_from)
		row->pom_from = copy(climb, climb->pom_from->url.text);
}

/* Maven reads the POM before the file: what meets it there ends a build. */
static void ask_beside(struct maven_climb *climb, size_t body_max, http_done *done)
{
	struct text path;

	if (text_equal(climb->artifact.packaging, pom_ending))
		return;
	file_path(climb, pom_ending, &path);
	maven_row(climb)->pom_path = copy(climb, text_string(&path));
	maven_ask(climb, RUNG_ARTIFACT, body_max, &path, done);
}

/* Nobody misses a file where the POM is all there is to have. */
static void take_pom_alone(struct maven_climb *climb, const struct http_result *result,
			   size_t limit)
{
	struct maven_fact *row = maven_row(climb);

	climb->pom = true;
	free(row->artifact_path);
	row->artifact_path = copy(climb, row->pom_path);
	row->artifact_status = row->pom;
	if (row->pom_from)
		row->artifact_from = copy(climb, row->pom_from);
	take_file(climb, result, limit);
	ask_checksum(climb);
}

/* Which file there is instead of a .jar, by the POM. */
static void read_pom(struct maven_climb *climb, const struct http_result *result, size_t limit)
{
	struct maven_artifact *artifact = &climb->artifact;
	const struct maven_handler *handler;
	char packaging[MAVEN_WORD_MAX];

	climb->missing = false;
	maven_read_packaging(result->body, result->body_length, packaging);
	handler = maven_handler_of(packaging);
	if (text_equal(packaging, pom_ending)) {
		take_pom_alone(climb, result, limit);
		return;
	}
	if (artifact->typed || (handler && text_equal(handler->ending, artifact->packaging)))
		return;
	maven_row(climb)->ending_guessed = !handler;
	if (!packaging[0])
		return;
	(void)snprintf(artifact->packaging, sizeof(artifact->packaging), "%s",
		       handler ? handler->ending : packaging);
	maven_ask_file(climb);
}

void maven_pom_redirected(struct maven_climb *climb, const struct http_result *first)
{
	climb->pom_from = maven_follow(climb, first);
	if (climb->missing && maven_status(first) == 200)
		read_pom(climb, first, HTTP_BODY_MAX);
	maven_catch_up(climb, climb->pom_from);
}

static void missing_answered(void *owner, struct http_result *result)
{
	struct maven_climb *climb = owner;

	beside_answered(climb, result);
	if (maven_status(result) == 200)
		read_pom(climb, result, most(climb));
	maven_catch_up(climb, climb->pom_from);
}

static void file_answered(void *owner, struct http_result *result)
{
	struct maven_climb *climb = owner;
	struct maven_fact *row = maven_row(climb);
	uint32_t status = maven_status(result);
	bool pom = climb->pom;

	row->artifact_status = (struct maybe){ .known = status != 0, .value = status };
	row->artifact_us = result->http.first_byte_us;
	if (status == 404) {
		climb->missing = !row->pom_path;
		if (climb->missing)
			ask_beside(climb, most(climb), missing_answered);
		return;
	}
	climb->file_from = maven_follow(climb, result);
	if (climb->file_from) {
		free(row->artifact_from);
		row->artifact_from = copy(climb, climb->file_from->url.text);
	}
	if ((status == 200 || climb->file_from) && !row->pom_path)
		ask_beside(climb, POM_ROOM, beside_answered); /* its head tells */
	if (status == 200)
		take_file(climb, result, most(climb));
	if (climb->pom == pom && (status == 200 || climb->file_from))
		ask_checksum(climb);
	maven_catch_up(climb, climb->file_from);
}

void maven_ask_file(struct maven_climb *climb)
{
	struct maven_fact *row = maven_row(climb);
	struct text path;

	file_path(climb, ending(climb), &path);
	free(row->artifact_path);
	row->artifact_path = copy(climb, text_string(&path));
	maven_ask(climb, RUNG_ARTIFACT, most(climb), &path,
		  climb->pom ? pom_answered : file_answered);
}

void maven_file_redirected(struct maven_climb *climb, const struct http_result *first)
{
	bool cut = first->http.outcome == HTTP_TOO_LARGE && first->http.status.value == 200;

	climb->file_from = maven_follow(climb, first);
	if (cut || maven_status(first) == 200)
		take_file(climb, first, HTTP_BODY_MAX);
	maven_catch_up(climb, climb->file_from);
}
