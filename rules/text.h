/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing text with a maximum, cleaning of foreign bytes, and parsers that advance a pointer.
 *
 * A `struct text` latches its first failure (-ENOMEM, or -EFBIG when the limit is reached): every
 * later call is a no-op, so a writer checks once, at the end, with text_error(). A text that
 * failed must never be printed as an answer.
 */
#ifndef RULES_TEXT_H
#define RULES_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *data;    /* always NUL-terminated once something was added; NULL before */
	size_t length; /* bytes without the NUL */
	size_t room;
	size_t limit; /* most bytes it may hold */
	int error;    /* 0 or negative errno, latched */
};

/* An empty text that may hold `limit` bytes. Allocates nothing. */
void text_init(struct text *text, size_t limit);
/* Frees what it holds; the text may be initialised anew. */
void text_release(struct text *text);
/* Forgets the content; keeps the memory, and a failure: only text_release() ends that. */
void text_clear(struct text *text);
/* The content, never NULL. */
const char *text_string(const struct text *text);
int text_error(const struct text *text);

void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
__attribute__((format(printf, 2, 3)))
void text_addf(struct text *text, const char *format, ...);
/* Hands the content over to the caller, who frees it; NULL with the error latched on failure. */
char *text_take(struct text *text);

/*
 * THE sanitizer for foreign strings: adds at most `most` bytes of `string` as valid UTF-8 without
 * C0, DEL and C1 characters. Every byte that does not fit is shown as \xNN; what is cut is shown
 * as "...". Used by text, JSON, logs and faults alike.
 */
#define TEXT_FOREIGN_MAX 256
void text_add_clean(struct text *text, const char *string, size_t most);
/* A cleaned copy on the heap (caller frees), NULL when out of memory. */
char *text_clean(const char *string, size_t length);

/*
 * One step of that sanitizer, for callers without a heap: writes the piece that stands for the next
 * character of `bytes` (length > 0), NUL-terminated, and returns how many bytes it stands for.
 */
#define TEXT_PIECE_MAX 5
size_t text_clean_piece(const char *bytes, size_t length, char piece[TEXT_PIECE_MAX]);
/* Bytes of the well-formed UTF-8 character at `bytes` (1..4), 0 when there is none. */
size_t text_utf8_length(const char *bytes, size_t length);

/* Adds `string` as a JSON string, quotes included; the string is cleaned first. */
void text_add_json(struct text *text, const char *string);

/*
 * Bounded parsers: advance `*cursor` past what they read, or leave it and return -EINVAL.
 * No sign, no white space, no leading zeros (except "0" itself).
 */
int text_number(const char **cursor, uint64_t most, uint64_t *value);
/* The whole of `string` as a number of 0..most. */
int text_whole_number(const char *string, uint64_t most, uint64_t *value);

bool text_equal(const char *a, const char *b); /* NULL equals only NULL */
/* As strcmp(); NULL comes first. */
int text_compare(const char *a, const char *b);
bool text_has_prefix(const char *string, const char *prefix);
/* Edit distance, bounded by `most` + 1; for "did you mean". Beyond 64 bytes nothing is near. */
unsigned int text_distance(const char *a, const char *b, unsigned int most);
/* strdup that accepts NULL (gives NULL). */
char *text_copy(const char *string);

#endif
