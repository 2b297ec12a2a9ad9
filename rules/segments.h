/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way between the link's vSwitch and a service, part by part, and what several looks at it tell
 * together.
 *
 * A connection from the vSwitch that nobody answers may be lost in many places. Where the cloud, a
 * router or the host shows which, the silence is its symptom; where they show that a part carries,
 * that part's causes are ruled out.
 */
#ifndef RULES_SEGMENTS_H
#define RULES_SEGMENTS_H

#include "rules/facts.h"
#include "rules/finding.h"

#include <stddef.h>

/* In the order of the way, there and back. By a circuit, or inside the VPC. */
enum segment {
	SEGMENT_VSWITCH_VBR,
	SEGMENT_VBR_EDGE,
	SEGMENT_EDGE_HOST,
	SEGMENT_HOST_EDGE,
	SEGMENT_EDGE_VBR,
	SEGMENT_VBR_VSWITCH,
	SEGMENT_VSWITCH_HOST,
	SEGMENT_HOST_VSWITCH,
	SEGMENT_COUNT
};
extern const char *const segment_words[SEGMENT_COUNT + 1];

/* One machine's facts, borrowed, and its name in findings (subject.host); NULL: there is one. */
struct segments_side {
	const struct facts *facts;
	const char *name;
};

/*
 * Names the segments of every finding about the way, makes a failed connection `blocked` where a
 * finding of these explains it, and takes the causes off it that others rule out. Twice is as good
 * as once. Wants `seen_from` and acceptances of findings filled. 0 or -ENOMEM.
 */
int segments_judge(const struct segments_side *sides, size_t count, struct findings *findings);
/* Codes that the tables name, one after the other, NULL behind the last: a test holds them to the
   catalogue. */
const char *segments_code(size_t place);

#endif
