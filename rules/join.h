/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saved facts of several machines, judged as one: what only two vantages together can tell.
 *
 * The newest facts of each machine count; all of them must have been collected with the same plan.
 * Every class of addresses that leaves a host is followed to the class in which a router of the
 * data center takes it on: good on both it is proven, good here and lost there it is named.
 */
#ifndef RULES_JOIN_H
#define RULES_JOIN_H

#include "rules/engine.h"

#include <stddef.h>
#include <stdint.h>

struct join_machine {
	const struct facts *facts; /* borrowed */
	enum vantage vantage;
	char *name; /* unique here: "git1", "git1/NETNS", "git1 (HASH)" */
};

enum join_answer {
	JOIN_PROVEN,     /* good on the host, good on the router */
	JOIN_LOST_HERE,  /* the host loses it: nobody asked the router */
	JOIN_LOST_THERE, /* good on the host, lost on the router */
	JOIN_UNKNOWN,    /* good on the host; the router's facts do not say */
	JOIN_APART,      /* good on the host; its next hop is no address of any router given */
};

struct join_span {
	uint32_t first, last;
	int answer;       /* enum join_answer */
	const char *code; /* rule that says it is lost; NULL: none, or not lost */
};

/* What becomes of one service's replies from one host by one router, for what goes that way. */
struct join_path {
	size_t host, router; /* places in machines */
	const char *service; /* borrowed from the host's facts */
	struct list spans;   /* struct join_span, in order, disjoint; equal neighbours are one */
};

struct join {
	struct list machines; /* struct join_machine, by vantage, name, content */
	struct list paths;    /* struct join_path, by host, service, router */
	struct strings notes; /* which facts were left out, and why */
};

/*
 * Chooses the newest facts of each machine. In whatever order facts are given, and however often
 * the same ones, the join is the same. -EINVAL with words when the plans differ: a usage
 * error. Keeps pointers into `facts`, which must outlive the join.
 */
int join_choose(const struct facts *const *facts, size_t count, struct join *join,
		struct fault *fault);
/* Fills `paths`. 0 or -ENOMEM. */
int join_follow(struct join *join, struct fault *fault);
/*
 * Judges every machine and every path. Findings carry the machine in subject.host. What one machine
 * misses and another one shows leaves the gate. With one machine alone it is engine_judge().
 * `today` as there.
 */
int join_judge(struct join *join, const char *today, struct judgement *judgement,
	       struct fault *fault);
/*
 * Takes findings of rules of the table that need more than facts (the present, say): holds them to
 * their rows, accepts what the plan accepts, and settles the judgement anew. Leaves `more` empty.
 */
int join_add(const struct join *join, const char *today, struct findings *more,
	     struct judgement *judgement, struct fault *fault);
void join_release(struct join *join);

/*
 * Moves from `judged` (one a machine) to `out` what machine `place` still misses when all are seen
 * together; evidence of a second one is not added. 0 or -ENOMEM.
 */
int join_missing(const struct join *join, struct judgement *judged, size_t place,
		 struct judgement *out);

/*
 * Turns what machine `place` does not know into `skipped` where it is about services that another
 * machine owns. 0 or -ENOMEM.
 */
int join_skip_elsewhere(const struct join *join, size_t place, struct findings *findings);

/*
 * Marks what one machine left unknown and another one decided: what the cloud says is the same for
 * all who ask it. The status stays; the gate alone looks at the mark. 0 or -ENOMEM.
 */
int join_decided(struct findings *findings);

/*
 * A connection that one machine could not make, and what the others know of the way there and back
 * (rules/segments.h). 0 or -ENOMEM.
 */
int join_segments(const struct join *join, struct findings *findings);

typedef void join_pair_judge(const struct join_machine *one, const struct join_machine *other,
			     struct findings *findings);
/* Every two machines that looked at endpoints, in the order of the machines. */
void join_pairs(const struct join *join, join_pair_judge *judge, struct findings *findings);
/* Compares what the machines were told of the same names. */
void join_names(const struct join *join, struct findings *findings);
/* Compares the authorities of the certificates that the machines saw. */
void join_certificates(const struct join *join, struct findings *findings);
/*
 * A machine on whose way TLS is opened trusts no certificate that it sees there: blocks that by
 * what join_certificates() found. 0 or -ENOMEM.
 */
int join_hide_distrust(const struct findings *causes, struct findings *findings);

/* Rules whose findings are made behind the engine; part of the catalogue. */
extern const struct rule rule_return_carried_on; /* by join_judge() */
extern const struct rule rule_names_agree_elsewhere; /* likewise */
extern const struct rule rule_certificate_same_elsewhere; /* likewise */
extern const struct rule rule_facts_fresh;       /* by the caller, who has a clock; join_add() */

#endif
