/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Git's smart HTTP, as far as one shallow fetch needs it. Every length is checked against what is
 * there; what cannot be understood is an answer of its own and never a crash.
 */
#include "probes/endpoints_helper/git.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PKT_MAX 65520u /* gitprotocol-common: most bytes of a pkt-line, its own four included */
#define AGENT "agent=reachback"

static int hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

int pkt_next(const char **at, const char *end, struct pkt *pkt)
{
	size_t left = (size_t)(end - *at), length = 0, i;

	*pkt = (struct pkt){ .kind = PKT_DATA };
	if (!left)
		return -ENODATA;
	for (i = 0; i < 4 && i < left; i++) {
		int value = hex_value((*at)[i]);

		if (value < 0)
			return -EPROTO;
		length = length << 4 | (size_t)value;
	}
	if (left < 4)
		return -EAGAIN;
	if (length < 4) {
		static const int kinds[] = { PKT_FLUSH, PKT_DELIMITER, PKT_END };

		if (length > 2)
			return -EPROTO;
		pkt->kind = kinds[length];
		*at += 4;
		return 0;
	}
	if (length > PKT_MAX)
		return -EPROTO;
	pkt->data = *at + 4;
	pkt->length = (length < left ? length : left) - 4;
	if (length > left)
		return -EAGAIN;
	*at += length;
	return 0;
}

static bool pkt_begins(const struct pkt *pkt, const char *word)
{
	size_t length = strlen(word);

	return pkt->kind == PKT_DATA && pkt->length >= length && !memcmp(pkt->data, word, length);
}

/* Hex digits of an object's name at the start, 40 or 64 followed by a space; 0: none. */
static size_t oid_length(const struct pkt *pkt)
{
	size_t length = 0;

	while (length < pkt->length && length <= GIT_OID_MAX && hex_value(pkt->data[length]) >= 0)
		length++;
	if ((length != 40 && length != GIT_OID_MAX) || length == pkt->length ||
	    pkt->data[length] != ' ')
		return 0;
	return length;
}

static bool has_word(const char *words, size_t length, const char *word)
{
	size_t want = strlen(word), at = 0;

	while (at < length) {
		size_t size = 0;

		while (at + size < length && words[at + size] != ' ' && words[at + size] != '\n')
			size++;
		if (size == want && !memcmp(words + at, word, size))
			return true;
		at += size + 1;
	}
	return false;
}

static int keep_message(char **message, const char *bytes, size_t length)
{
	while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
		length--;
	free(*message);
	*message = text_clean(bytes, length < TEXT_FOREIGN_MAX ? length : TEXT_FOREIGN_MAX);
	return *message ? 0 : -ENOMEM;
}

/* "OID NAME", with capabilities behind a NUL in the first line of version 0. */
static int read_reference(const struct pkt *pkt, struct git_refs *refs)
{
	static const char head[] = "HEAD";
	size_t oid = oid_length(pkt), name;
	const char *at, *nul;

	if (!oid)
		return -EPROTO;
	at = pkt->data + oid + 1;
	name = pkt->length - oid - 1;
	nul = memchr(at, '\0', name);
	if (nul) {
		size_t length = name - (size_t)(nul - at) - 1;

		refs->shallow = has_word(nul + 1, length, "shallow");
		refs->side_band = has_word(nul + 1, length, "side-band-64k");
		name = (size_t)(nul - at);
	}
	if (name > 0 && at[name - 1] == '\n')
		name--;
	if (strspn(pkt->data, "0") >= oid) /* an empty repository: capabilities^{} */
		return 0;
	refs->references++;
	/* version 2 puts attributes behind the name */
	if (!refs->head[0] || (name >= sizeof(head) - 1 && !memcmp(at, head, sizeof(head) - 1) &&
			       (name == sizeof(head) - 1 || at[sizeof(head) - 1] == ' '))) {
		memcpy(refs->head, pkt->data, oid);
		refs->head[oid] = '\0';
	}
	return 0;
}

static int read_line(const struct pkt *pkt, struct git_refs *refs, bool *known)
{
	if (pkt->kind != PKT_DATA)
		return 0;
	if (pkt_begins(pkt, "ERR ")) {
		*known = true;
		return keep_message(&refs->message, pkt->data + 4, pkt->length - 4);
	}
	if (pkt_begins(pkt, "# service=git-upload-pack") || pkt_begins(pkt, "version 1")) {
		*known = true;
		return 0;
	}
	if (pkt_begins(pkt, "version 2")) {
		*known = true;
		refs->version2 = true;
		return 0;
	}
	if (pkt_begins(pkt, "shallow ") || refs->version2)
		return 0;
	if (read_reference(pkt, refs))
		return -EPROTO;
	*known = true;
	return 0;
}

int git_read_refs(const char *bytes, size_t length, struct git_refs *refs)
{
	const char *at = bytes, *end = bytes + length;
	bool known = false;
	struct pkt pkt;
	int error;

	memset(refs, 0, sizeof(*refs));
	while (!(error = pkt_next(&at, end, &pkt))) {
		error = read_line(&pkt, refs, &known);
		if (error)
			break;
		/* an answer without references is one flush: of ls-refs in an empty repository */
		known = known || pkt.kind == PKT_FLUSH;
	}
	refs->whole = error == -ENODATA;
	if (error == -ENOMEM)
		return error;
	if (error == -EPROTO || !known) {
		refs->head[0] = '\0';
		refs->references = 0;
		return -EPROTO;
	}
	return 0;
}

void git_refs_release(struct git_refs *refs)
{
	free(refs->message);
	memset(refs, 0, sizeof(*refs));
}

/* Band 1 carries the pack, 2 progress, 3 the error that ends it all. */
static int read_band(const struct pkt *pkt, enum git_pack *pack, char **message)
{
	static const char magic[] = "PACK";
	size_t length = pkt->length - 1;

	if (pkt->data[0] == 3) {
		*pack = GIT_PACK_ERROR;
		return keep_message(message, pkt->data + 1, length);
	}
	if (pkt->data[0] == 1 && length > 0)
		*pack = memcmp(pkt->data + 1, magic, length < 4 ? length : 4)
				? GIT_PACK_OTHER : GIT_PACK_BEGAN;
	return 0;
}

/* A pkt-line that is cut off has begun all the same. */
static bool begins_pack(const struct pkt *pkt)
{
	return pkt->length >= 5 && !memcmp(pkt->data, "\1PACK", 5);
}

int git_read_pack(const char *bytes, size_t length, enum git_pack *pack, char **message)
{
	const char *at = bytes, *end = bytes + length;
	bool known = false;
	struct pkt pkt;
	int error = 0;

	*pack = GIT_PACK_NONE;
	*message = NULL;
	while (!error && *pack == GIT_PACK_NONE) {
		/* without side bands the pack follows the last pkt-line as it is */
		if (known && end - at >= 4 && !memcmp(at, "PACK", 4)) {
			*pack = GIT_PACK_BEGAN;
			return 0;
		}
		error = pkt_next(&at, end, &pkt);
		if (error)
			break;
		known = true;
		if (pkt_begins(&pkt, "ERR ")) {
			*pack = GIT_PACK_ERROR;
			error = keep_message(message, pkt.data + 4, pkt.length - 4);
		} else if (pkt.length > 0 && (unsigned char)pkt.data[0] < 4) {
			error = read_band(&pkt, pack, message);
		}
	}
	if (error == -EPROTO)
		*pack = GIT_PACK_OTHER;
	if (error == -EAGAIN && begins_pack(&pkt))
		*pack = GIT_PACK_BEGAN;
	return error == -ENOMEM ? error : 0;
}

static void add_pkt(struct text *out, const char *before, const char *word, const char *behind)
{
	size_t length = strlen(before) + strlen(word) + strlen(behind) + 4;

	text_addf(out, "%04x%s%s%s", (unsigned int)length, before, word, behind);
}

void git_write_want(const struct git_refs *refs, struct text *out)
{
	if (refs->version2) {
		add_pkt(out, "command=fetch", "", "\n");
		text_add(out, "0001");
		add_pkt(out, "no-progress", "", "\n");
		add_pkt(out, "want ", refs->head, "\n");
		add_pkt(out, "deepen 1", "", "");
		add_pkt(out, "done", "", "\n");
		text_add(out, "0000");
		return;
	}
	add_pkt(out, "want ", refs->head,
		refs->side_band ? " side-band-64k no-progress " AGENT "\n" : " " AGENT "\n");
	if (refs->shallow)
		add_pkt(out, "deepen 1", "", "");
	text_add(out, "0000");
	add_pkt(out, "done", "", "\n");
}

void git_write_ls_refs(struct text *out)
{
	add_pkt(out, "command=ls-refs", "", "\n");
	text_add(out, "0001");
	add_pkt(out, "ref-prefix ", "HEAD", "\n");
	add_pkt(out, "ref-prefix ", "refs/heads/", "\n");
	text_add(out, "0000");
}
