/* SPDX-License-Identifier: Apache-2.0 */
/* What maven.c and maven_file.c share: the climb of one artifact of one repository. */
#ifndef PROBES_ENDPOINTS_HELPER_MAVEN_CLIMB_H
#define PROBES_ENDPOINTS_HELPER_MAVEN_CLIMB_H

#include "probes/endpoints_helper/ladder.h"
#include "probes/endpoints_helper/maven_layout.h"

#define MAVEN_PATH_MAX ((size_t)2048)

/* What checksum files there are, in the order they are asked for. */
#define MAVEN_CHECKSUMS 3
struct maven_checksum {
	const char *name;
	size_t digits;
};
extern const struct maven_checksum maven_checksums[MAVEN_CHECKSUMS];

struct maven_climb {
	struct maven_climb *next; /* of the same target */
	struct run *run;
	const struct peer *peer;
	size_t row; /* in facts->maven */
	struct maven_artifact artifact;
	char build[MAVEN_WORD_MAX]; /* of a snapshot */
	bool pom;                   /* instead of the packaging */
	bool missing;               /* the file: the POM tells which one there is */
	size_t checksum;            /* kind that is asked for */
	bool asking;                /* its answer is on the way */
	bool unanswered;            /* a checksum was refused or did not come: it may be there */
	bool too_large;             /* the POM's turn comes after that answer */
	bool given;                 /* a checksum was read */
	bool seen;                  /* the file came whole */
	char hex[MAVEN_CHECKSUMS][129]; /* of the file */
	/* where redirects led */
	struct target *metadata_from, *file_from, *pom_from, *checksum_from;
	unsigned int caught_up;
};

static inline struct maven_fact *maven_row(struct maven_climb *climb)
{
	return LIST_AT(&climb->run->facts->maven, struct maven_fact, climb->row);
}

/* Asks below the repository's URL; `path` is released. */
void maven_ask(struct maven_climb *climb, int rung, size_t body_max, struct text *path,
	       http_done *done);
/* The status of a whole answer, else 0. */
uint32_t maven_status(const struct http_result *result);
void maven_note(struct maven_climb *climb, const char *words);
/* The target that a redirect leads to; NULL: it leads nowhere. */
struct target *maven_follow(struct maven_climb *climb, const struct http_result *result);
/* Where a redirect led may have answered to the climb of another address. */
void maven_catch_up(struct maven_climb *climb, struct target *from);
void maven_ask_file(struct maven_climb *climb);
/* The first answer of the target that a redirect of the file, POM or checksum led to. */
void maven_file_redirected(struct maven_climb *climb, const struct http_result *first);
void maven_pom_redirected(struct maven_climb *climb, const struct http_result *first);
void maven_checksum_redirected(struct maven_climb *climb, const struct http_result *first);

#endif
