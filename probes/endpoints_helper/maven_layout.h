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
	char packaging[MAVEN_WORD_MAX]; /* "jar" where the plan says nothing */
	bool snapshot;
};

/* "group:artifact:version[:packaging]"; -EINVAL. */
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
/* Is it a POM of packaging "pom", which stands alone? */
bool maven_is_pom_alone(const char *bytes, size_t length);
/* "20240102.030405-6" of the metadata of a snapshot; false where it says none. */
bool maven_read_build(const char *bytes, size_t length, char build[MAVEN_WORD_MAX]);
/* The first run of exactly `digits` hex digits, lower case; false: there is none. */
bool maven_read_checksum(const char *bytes, size_t length, size_t digits, char *checksum);

#endif
