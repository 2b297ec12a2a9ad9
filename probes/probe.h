/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A probe: one row that carries behaviour and its documentation.
 *
 * There are three things to do for a new probe: write its file in probes/, add its row to
 * probes/catalog.c, and give its section a record table in rules/facts_*.c.
 *
 * A probe runs in a process of its own (probes/run.c): the child drops every capability that
 * `keeps` does not name, calls `run`, writes its section as facts JSON down a pipe and exits. It
 * fills its section of `facts` and touches no other; it judges nothing, prints nothing, changes
 * nothing. It may read the sections named in `after`, which earlier waves filled.
 */
#ifndef PROBES_PROBE_H
#define PROBES_PROBE_H

#include "probes/cloud_request.h"
#include "probes/endpoints_request.h"
#include "rules/facts.h"
#include "rules/fault.h"
#include "rules/text.h"

#include <stdint.h>

enum probe_need {
	PROBE_NEEDS_NETLINK = 1u << 0,
	PROBE_NEEDS_PROC = 1u << 1,
	PROBE_NEEDS_FILES = 1u << 2, /* configuration files of this host */
	PROBE_NEEDS_HELPER = 1u << 3, /* executes a helper program */
	PROBE_NEEDS_NETWORK = 1u << 4, /* sends to what the user named */
	PROBE_NEEDS_CLOUD = 1u << 5, /* asks the cloud's API, with the user's credentials */
};

/* What `run` answers where there turned out to be nothing to look at (row with `optional`). */
#define PROBE_NOTHING 1

/* With both, files of the user that were opened for it are PROBE_CACERT_FD and PROBE_TOKEN_FD. */
#define PROBE_TAKES_FILES (PROBE_NEEDS_NETWORK | PROBE_NEEDS_HELPER)
#define PROBE_CACERT_FD 4
#define PROBE_TOKEN_FD 5
/* Where the probe with PROBE_NEEDS_CLOUD finds the environment variables that may hold a key. */
#define PROBE_KEYS_FD 4

/* A service asked for with --service. */
struct probe_service {
	struct address address;
	uint32_t port;
};

/* What every probe is given. */
struct probe_context {
	uint64_t deadline_ms; /* CLOCK_MONOTONIC, milliseconds: no probe may work beyond it */
	const struct probe_service *services; /* --service, replaces every default */
	size_t service_count;
	const struct address *traces; /* --trace, each once: all in the reverse-access range */
	size_t trace_count;
	const char *netns;       /* -n NAME; the process has already entered it */
	const char *root;        /* prefix of configuration files, "" in production; tests set it */
	const char *helper_dir;  /* where reachback-probe-* programs lie */
	/*
	 * What the endpoint probe is asked for, without plan and time; NULL: nothing. The
	 * descriptors in it are open in the caller; in the probe they are PROBE_CACERT_FD and
	 * PROBE_TOKEN_FD.
	 */
	const struct endpoints_request *endpoints;
	/* What the cloud probe is asked for, likewise; its descriptor becomes PROBE_KEYS_FD. */
	const struct cloud_request *cloud;
	uint64_t capabilities;   /* effective ones of the caller, bit CAP_x; probes_run() sets it */
};

struct probe {
	const char *name;    /* "route" */
	const char *summary; /* help, man page */
	unsigned int needs;  /* enum probe_need */
	unsigned int keeps;  /* bits (1u << CAP_x) that it keeps where the caller has them */
	const char *wire;    /* what it puts on the wire: engineers must be able to approve it */
	const char *doc;     /* what it reads */
	enum section_id section;
	/* SECTION_BIT()s of others that it fills: `run` gives each a state of its own */
	unsigned int also;
	bool optional; /* `run` may find that there is nothing to look at */
	unsigned int after; /* SECTION_BIT()s that must have been looked at before */
	/* Is there anything to look at? Else the section stays absent. NULL: always. */
	bool (*wanted)(const struct probe_context *context, const struct facts *facts);
	/*
	 * 0: the section is filled (state FACT_OK is set by the runner). -EPERM, -EACCES: denied;
	 * other errors: failed; `fault` keeps the words. Its sections are emptied then.
	 * PROBE_NOTHING: they stay absent.
	 * Either is looked at once more before it is believed, save -ETIMEDOUT and -EAGAIN (the
	 * host would not hold still): `run` may be called again in one process.
	 */
	int (*run)(const struct probe_context *context, struct facts *facts, struct fault *fault);
};

extern const struct probe *const probe_catalog[];
extern const size_t probe_catalog_count;

/* One line of the report's `probes` list. */
struct probe_outcome {
	const struct probe *probe;
	int state;        /* enum fact_state */
	uint32_t took_ms; /* by the parent's clock */
	char *note;       /* NULL, or why; owned */
};

/*
 * Runs every probe, wave by wave, and merges the sections into `facts` (which holds the plan).
 * `outcomes` has room for probe_catalog_count rows. Returns 0 even where probes failed (that is in
 * their sections); negative errno only when nothing could be run at all (no pipe, no memory).
 */
int probes_run(const struct probe_context *context, struct facts *facts,
	       struct probe_outcome *outcomes, struct fault *fault);

/*
 * Writes all of the document, over interrupted calls and one that failed for no reason of its own.
 * 0 or negative errno, the document's own first.
 */
int probe_write(int fd, const struct text *document);
/*
 * Reads to the end of the descriptor, over the same two. 0 or negative errno; -EFBIG: there is more
 * than the text may hold.
 */
int probe_read(int fd, struct text *document);

/* Milliseconds of CLOCK_MONOTONIC. */
uint64_t probe_now_ms(void);

#endif
