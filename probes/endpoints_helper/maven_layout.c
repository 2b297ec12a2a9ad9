/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and files of a Maven 2 repository. XML is looked at just as far as a few plain elements of
 * generated files need it.
 */
#include "probes/endpoints_helper/maven_layout.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What may stand in coordinates and paths without a meaning of its own. */
static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+";

static int take_word(const char **at, char word[MAVEN_WORD_MAX])
{
	size_t length = strcspn(*at, ":");

	if (!length || length >= MAVEN_WORD_MAX || strspn(*at, safe) < length)
		return -EINVAL;
	memcpy(word, *at, length);
	word[length] = '\0';
	*at += length + ((*at)[length] == ':');
	return 0;
}

int maven_parse(const char *coordinates, struct maven_artifact *artifact)
{
	static const char suffix[] = "-SNAPSHOT";
	const char *at = coordinates;
	size_t length, i;

	memset(artifact, 0, sizeof(*artifact));
	if (take_word(&at, artifact->group) || take_word(&at, artifact->name) ||
	    take_word(&at, artifact->version))
		return -EINVAL;
	(void)snprintf(artifact->packaging, sizeof(artifact->packaging), "jar");
	if (*at && (take_word(&at, artifact->packaging) || *at))
		return -EINVAL;
	for (i = 0; artifact->group[i]; i++)
		if (artifact->group[i] == '.')
			artifact->group[i] = '/';
	length = strlen(artifact->version);
	artifact->snapshot = length > sizeof(suffix) - 1 &&
			     !strcmp(artifact->version + length - (sizeof(suffix) - 1), suffix);
	return 0;
}

void maven_metadata_path(const struct maven_artifact *artifact, struct text *out)
{
	text_addf(out, "/%s/%s/maven-metadata.xml", artifact->group, artifact->name);
}

void maven_version_path(const struct maven_artifact *artifact, struct text *out)
{
	text_addf(out, "/%s/%s/%s/maven-metadata.xml", artifact->group, artifact->name,
		  artifact->version);
}

void maven_file_path(const struct maven_artifact *artifact, const char *build,
		     const char *ending, struct text *out)
{
	size_t length = strlen(artifact->version);

	text_addf(out, "/%s/%s/%s/%s-", artifact->group, artifact->name, artifact->version,
		  artifact->name);
	if (*build && artifact->snapshot)
		length -= strlen("SNAPSHOT");
	text_add_bytes(out, artifact->version, length);
	text_addf(out, "%s.%s", artifact->snapshot ? build : "", ending);
}

/* Behind the end of `mark`; NULL: it is not there. */
static const char *behind(const char *at, const char *end, const char *mark)
{
	const char *found = memmem(at, (size_t)(end - at), mark, strlen(mark));

	return found ? found + strlen(mark) : NULL;
}

static bool starts(const char *at, const char *end, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(end - at) >= length && !memcmp(at, word, length);
}

bool maven_is_metadata(const char *bytes, size_t length)
{
	static const char element[] = "<metadata";
	const char *at = bytes, *end = bytes + length;

	if (starts(at, end, "\xef\xbb\xbf"))
		at += 3;
	while (at && at < end) {
		if (isspace((unsigned char)*at))
			at++;
		else if (starts(at, end, "<?"))
			at = behind(at, end, "?>");
		else if (starts(at, end, "<!--"))
			at = behind(at + 4, end, "-->");
		else
			break;
	}
	if (!at || !starts(at, end, element))
		return false;
	at += sizeof(element) - 1;
	return at < end && (*at == '>' || *at == '/' || isspace((unsigned char)*at));
}

/* The text of the first such element; false: there is none, or one that is too long. */
static bool read_element(const char *bytes, size_t length, const char *name,
			 char text[MAVEN_WORD_MAX])
{
	char open[64], close[64];
	const char *end = bytes + length, *at, *stop;
	size_t size;

	(void)snprintf(open, sizeof(open), "<%s>", name);
	(void)snprintf(close, sizeof(close), "</%s>", name);
	at = behind(bytes, end, open);
	stop = at ? memmem(at, (size_t)(end - at), close, strlen(close)) : NULL;
	size = stop ? (size_t)(stop - at) : 0;
	if (!size || size >= MAVEN_WORD_MAX)
		return false;
	memcpy(text, at, size);
	text[size] = '\0';
	return strspn(text, safe) == size;
}

bool maven_names_version(const char *bytes, size_t length, const char *version)
{
	char element[MAVEN_WORD_MAX + 32];

	(void)snprintf(element, sizeof(element), "<version>%s</version>", version);
	return memmem(bytes, length, element, strlen(element)) != NULL;
}

bool maven_is_pom_alone(const char *bytes, size_t length)
{
	static const char alone[] = "<packaging>pom</packaging>";

	return memmem(bytes, length, alone, sizeof(alone) - 1) != NULL;
}

bool maven_read_build(const char *bytes, size_t length, char build[MAVEN_WORD_MAX])
{
	char timestamp[MAVEN_WORD_MAX], number[MAVEN_WORD_MAX];
	int size;

	if (!read_element(bytes, length, "timestamp", timestamp) ||
	    !read_element(bytes, length, "buildNumber", number))
		return false;
	size = snprintf(build, MAVEN_WORD_MAX, "%s-%s", timestamp, number);
	return size > 0 && size < MAVEN_WORD_MAX;
}

bool maven_read_checksum(const char *bytes, size_t length, size_t digits, char *checksum)
{
	size_t i, run = 0;

	for (i = 0; i <= length; i++) {
		if (i < length && isxdigit((unsigned char)bytes[i])) {
			run++;
			continue;
		}
		if (run == digits) {
			size_t at;

			for (at = 0; at < digits; at++)
				checksum[at] = (char)tolower((unsigned char)bytes[i - run + at]);
			checksum[digits] = '\0';
			return true;
		}
		run = 0;
	}
	return false;
}
