/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of a Maven 2 repository: coordinates, paths, what metadata and checksum files say.
 * Pure.
 */
#ifndef PROBES_ENDPOINTS_HELPER_MAVEN_LAYOUT_H
#define PROBES_ENDPOINTS_HELPER_MAVEN_LAYOUT_H

#include "rules/text.h"

#include <stdbool.h>
#include <stddef.h>

#define MAVEN_WORD_MAX 256

struct maven_artifact {
	char group[MAVEN_WORD_MAX]; /* "org/apache/commons" */
	char name[MAVEN_WORD_MAX];
	char version[MAVEN_WORD_MAX];
	char packaging[MAVEN_WORD_MAX]; /* ending of the file: "jar" where the plan says nothing */
	const char *classifier;         /* behind the version; NULL: none */
	bool typed;                     /* the plan named the type */
	bool snapshot;
};

/* How a packaging, or a type, is kept (Maven, "Default Artifact Handlers", and known plugins). */
struct maven_handler {
	const char *type, *ending, *classifier;
};
/* NULL: a type that only its plugin knows; Maven takes the word itself for the ending. */
const struct maven_handler *maven_handler_of(const char *type);

/* "group:artifact:version[:type]"; -EINVAL. */
int maven_parse(const char *coordinates, struct maven_artifact *artifact);
/* Adds "/group/path/name/maven-metadata.xml", and that of the version. */
void maven_metadata_path(const struct maven_artifact *artifact, struct text *out);
void maven_version_path(const struct maven_artifact *artifact, struct text *out);
/* Adds the path of a file; `build`: what stands for SNAPSHOT in names, "" else. */
void maven_file_path(const struct maven_artifact *artifact, const char *build,
		     const char *ending, struct text *out);

/* Is its root element <metadata>? */
bool maven_is_metadata(const char *bytes, size_t length);
bool maven_names_version(const char *bytes, size_t length, const char *version);
/*
 * The packaging of a POM, "jar" where it names none; "" where it cannot be told: no POM, cut off
 * before its end, or a word that is no plain one.
 */
void maven_read_packaging(const char *bytes, size_t length, char packaging[MAVEN_WORD_MAX]);
/* "20240102.030405-6" of the metadata of a snapshot; false where it says none. */
bool maven_read_build(const char *bytes, size_t length, char build[MAVEN_WORD_MAX]);
/* The first run of exactly `digits` hex digits, lower case; false: there is none. */
bool maven_read_checksum(const char *bytes, size_t length, size_t digits, char *checksum);

#endif
