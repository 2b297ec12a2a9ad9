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

static const struct maven_handler handlers[] = {
	{ "jar", "jar", NULL },
	{ "pom", "pom", NULL },
	{ "war", "war", NULL },
	{ "ear", "ear", NULL },
	{ "rar", "rar", NULL },
	{ "par", "par", NULL },
	{ "aar", "aar", NULL },
	{ "apk", "apk", NULL },
	{ "hpi", "hpi", NULL },
	{ "nar", "nar", NULL },
	{ "zip", "zip", NULL },
	{ "ejb", "jar", NULL },
	{ "bundle", "jar", NULL },
	{ "maven-plugin", "jar", NULL },
	{ "maven-archetype", "jar", NULL },
	{ "eclipse-plugin", "jar", NULL },
	{ "eclipse-test-plugin", "jar", NULL },
	{ "eclipse-feature", "jar", NULL },
	{ "eclipse-repository", "zip", NULL },
	{ "content-package", "zip", NULL },
	{ "test-jar", "jar", "tests" },
	{ "ejb-client", "jar", "client" },
	{ "java-source", "jar", "sources" },
	{ "javadoc", "jar", "javadoc" },
};

const struct maven_handler *maven_handler_of(const char *type)
{
	size_t i;

	for (i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (!strcmp(handlers[i].type, type))
			return &handlers[i];
	return NULL;
}

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
	const struct maven_handler *handler;
	const char *at = coordinates;
	size_t length, i;

	memset(artifact, 0, sizeof(*artifact));
	if (take_word(&at, artifact->group) || take_word(&at, artifact->name) ||
	    take_word(&at, artifact->version))
		return -EINVAL;
	(void)snprintf(artifact->packaging, sizeof(artifact->packaging), "jar");
	artifact->typed = *at != '\0';
	if (artifact->typed && (take_word(&at, artifact->packaging) || *at))
		return -EINVAL;
	handler = maven_handler_of(artifact->packaging);
	if (handler) {
		(void)snprintf(artifact->packaging, sizeof(artifact->packaging), "%s",
			       handler->ending);
		artifact->classifier = handler->classifier;
	}
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
	text_add(out, artifact->snapshot ? build : "");
	if (artifact->classifier && strcmp(ending, "pom"))
		text_addf(out, "-%s", artifact->classifier);
	text_addf(out, ".%s", ending);
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

/* Behind a tag of an element: quotes may hold a '>'. NULL: it does not end. */
static const char *behind_tag(const char *at, const char *end)
{
	char quote = '\0';

	for (; at < end; at++) {
		if (quote)
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == '>')
			return at + 1;
	}
	return NULL;
}

/* Behind what is no element; `at` itself: it is one. NULL: it does not end. */
static const char *behind_aside(const char *at, const char *end)
{
	if (starts(at, end, "<!--"))
		return behind(at + 4, end, "-->");
	if (starts(at, end, "<![CDATA["))
		return behind(at, end, "]]>");
	if (starts(at, end, "<?"))
		return behind(at, end, "?>");
	return starts(at, end, "<!") ? behind_tag(at, end) : at;
}

static bool is_tag(const char *at, const char *end, const char *name)
{
	size_t length = strlen(name);

	return starts(at + 1, end, name) && at + 1 + length < end &&
	       (at[1 + length] == '>' || isspace((unsigned char)at[1 + length]));
}

/* The text between tags, spaces off: one plain word, or "". */
static void take_text(const char *at, const char *end, char word[MAVEN_WORD_MAX])
{
	const char *stop = memchr(at, '<', (size_t)(end - at));
	size_t length;

	while (stop && at < stop && isspace((unsigned char)*at))
		at++;
	while (stop && at < stop && isspace((unsigned char)stop[-1]))
		stop--;
	length = stop ? (size_t)(stop - at) : 0;
	if (length >= MAVEN_WORD_MAX)
		length = 0;
	memcpy(word, at, length);
	word[length] = '\0';
	if (strspn(word, safe) < length)
		word[0] = '\0';
}

/*
 * Only the element right below <project> counts: plugins have a <packaging> in their configuration,
 * and authors leave one in a comment.
 */
void maven_read_packaging(const char *bytes, size_t length, char packaging[MAVEN_WORD_MAX])
{
	const char *at = bytes, *end = bytes + length;
	size_t depth = 0;

	packaging[0] = '\0';
	while (at && (at = memchr(at, '<', (size_t)(end - at)))) {
		const char *next = behind_aside(at, end);

		if (next != at) {
			at = next;
			continue;
		}
		next = behind_tag(at, end);
		if (!next || (!depth && !is_tag(at, end, "project")))
			return;
		if (depth == 1 && next[-2] != '/' && is_tag(at, end, "packaging")) {
			take_text(next, end, packaging);
			return;
		}
		if (at[1] == '/')
			depth--;
		else if (next[-2] != '/')
			depth++;
		if (!depth) { /* read to its end */
			(void)snprintf(packaging, MAVEN_WORD_MAX, "jar");
			return;
		}
		at = next;
	}
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
