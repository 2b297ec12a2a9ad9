/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What git's smart HTTP says and wants to hear (gitprotocol-pack, gitprotocol-v2,
 * gitprotocol-http): pkt-lines, the advertisement of references, the beginning of a pack. Pure:
 * bytes in, answers out.
 */
#ifndef PROBES_ENDPOINTS_HELPER_GIT_H
#define PROBES_ENDPOINTS_HELPER_GIT_H

#include "rules/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GIT_OID_MAX 64 /* SHA-256 in hex; SHA-1 has 40 */

enum pkt_kind { PKT_FLUSH, PKT_DELIMITER, PKT_END, PKT_DATA };

struct pkt {
	int kind; /* enum pkt_kind */
	const char *data;
	size_t length;
};

/*
 * The pkt-line at `*at`, which moves behind it. -ENODATA: nothing is left; -EAGAIN: it is cut off
 * at `end`, and `pkt` holds what there is; -EPROTO: it is none.
 */
int pkt_next(const char **at, const char *end, struct pkt *pkt);

struct git_refs {
	char head[GIT_OID_MAX + 1]; /* object that HEAD names, else the first reference; "" none */
	uint32_t references;
	bool shallow, side_band; /* the server can */
	bool version2;           /* capabilities alone: references have to be asked for */
	bool whole;              /* the answer was not cut off */
	char *message;           /* error line, cleaned; the caller frees it */
};

/* An answer to info/refs, or to ls-refs. -EPROTO: it is none (head is ""); -ENOMEM. */
int git_read_refs(const char *bytes, size_t length, struct git_refs *refs);
void git_refs_release(struct git_refs *refs);

enum git_pack {
	GIT_PACK_NONE,  /* ended before a pack began */
	GIT_PACK_BEGAN,
	GIT_PACK_ERROR, /* the server said why not */
	GIT_PACK_OTHER, /* no git at all */
};

/* An answer to upload-pack. `*message` is the error line, cleaned, the caller's; -ENOMEM. */
int git_read_pack(const char *bytes, size_t length, enum git_pack *pack, char **message);

/* Requests: one object without history, and references by version 2 of the protocol. */
void git_write_want(const struct git_refs *refs, struct text *out);
void git_write_ls_refs(struct text *out);

#endif
