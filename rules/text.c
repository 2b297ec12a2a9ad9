/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing text, the sanitizer of foreign strings, bounded parsers. Owns no wording and no format
 * but the quoting of JSON strings.
 */
#include "rules/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64
/* "did you mean" is about words; anything longer is no word */
#define WORD_MAX 64

void text_init(struct text *text, size_t limit)
{
	*text = (struct text){ .limit = limit < SIZE_MAX ? limit : SIZE_MAX - 1 };
}

void text_release(struct text *text)
{
	free(text->data);
	text_init(text, text->limit);
}

void text_clear(struct text *text)
{
	text->length = 0;
	if (text->data)
		text->data[0] = '\0';
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

int text_error(const struct text *text)
{
	return text->error;
}

/* Makes room for `more` bytes and a NUL. */
static bool text_reserve(struct text *text, size_t more)
{
	size_t room = text->room ? text->room : ROOM_FIRST;
	char *data;

	if (text->error)
		return false;
	if (more > text->limit - text->length) {
		text->error = -EFBIG;
		return false;
	}
	if (text->data && text->length + more < text->room)
		return true;
	while (room <= text->length + more)
		room = room > SIZE_MAX / 2 ? SIZE_MAX : room * 2;
	if (room > text->limit + 1)
		room = text->limit + 1;
	data = realloc(text->data, room);
	if (!data) {
		text->error = -ENOMEM;
		return false;
	}
	text->data = data;
	text->room = room;
	return true;
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
	if (!text_reserve(text, length))
		return;
	if (length)
		memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

void text_addf(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_list again;
	int length;

	if (text->error)
		return;
	va_start(arguments, format);
	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, arguments);
	if (length < 0) {
		text->error = -ENOMEM;
	} else if (text_reserve(text, (size_t)length)) {
		(void)vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
		text->length += (size_t)length;
	}
	va_end(again);
	va_end(arguments);
}

char *text_take(struct text *text)
{
	char *data;

	text_add_bytes(text, "", 0); /* an empty text is handed over as "" */
	if (text->error)
		return NULL;
	data = text->data;
	text_init(text, text->limit);
	return data;
}

/* Table 3-7 of the Unicode standard: the second byte of each lead byte has its own range. */
size_t text_utf8_length(const char *bytes, size_t length)
{
	const unsigned char *const byte = (const unsigned char *)bytes;
	unsigned char low = 0x80;
	unsigned char high = 0xbf;
	size_t size;
	size_t i;

	if (length == 0)
		return 0;
	if (byte[0] < 0x80)
		return 1;
	if (byte[0] < 0xc2 || byte[0] > 0xf4)
		return 0;
	size = byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : 4;
	if (length < size)
		return 0;
	if (byte[0] == 0xe0)
		low = 0xa0;
	else if (byte[0] == 0xf0)
		low = 0x90;
	else if (byte[0] == 0xed)
		high = 0x9f;
	else if (byte[0] == 0xf4)
		high = 0x8f;
	if (byte[1] < low || byte[1] > high)
		return 0;
	for (i = 2; i < size; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
	}
	return size;
}

/*
 * Characters that nobody sees: marks and overrides of the writing direction, which show a text in
 * another order than it has, and those without a width (Unicode categories Cf, Zl, Zp; UTR 36).
 */
static bool is_invisible(const unsigned char *byte, size_t size)
{
	if (size == 2)
		return byte[0] == 0xc2 ? byte[1] == 0xad : byte[0] == 0xd8 && byte[1] == 0x9c;
	if (size != 3)
		return false;
	if (byte[0] == 0xe2 && byte[1] == 0x80)
		return (byte[2] >= 0x8b && byte[2] <= 0x8f) || (byte[2] >= 0xa8 && byte[2] <= 0xae);
	if (byte[0] == 0xe2 && byte[1] == 0x81)
		return byte[2] >= 0xa0 && byte[2] <= 0xaf;
	return byte[0] == 0xef && byte[1] == 0xbb && byte[2] == 0xbf;
}

size_t text_clean_piece(const char *bytes, size_t length, char piece[TEXT_PIECE_MAX])
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *const byte = (const unsigned char *)bytes;
	const size_t size = text_utf8_length(bytes, length);
	bool shown = size > 0;

	if (size == 1)
		shown = byte[0] >= 0x20 && byte[0] != 0x7f;
	else if (size == 2)
		shown = byte[0] != 0xc2 || byte[1] >= 0xa0;
	shown = shown && !is_invisible(byte, size);
	if (shown) {
		memcpy(piece, bytes, size);
		piece[size] = '\0';
		return size;
	}
	piece[0] = '\\';
	piece[1] = 'x';
	piece[2] = digits[byte[0] >> 4];
	piece[3] = digits[byte[0] & 0xf];
	piece[4] = '\0';
	return 1;
}

/* How many bytes from here on are printable ASCII that no quoting touches. */
static size_t plain_run(const char *bytes, size_t length)
{
	size_t run = 0;

	while (run < length && bytes[run] >= 0x20 && bytes[run] < 0x7f && bytes[run] != '"' &&
	       bytes[run] != '\\')
		run++;
	return run;
}

/* As text_add_clean(), of bytes that may hold NULs, optionally quoted for JSON. */
static void add_clean_bytes(struct text *text, const char *bytes, size_t length, bool quote)
{
	while (length > 0 && !text->error) {
		char piece[TEXT_PIECE_MAX];
		size_t eaten = plain_run(bytes, length);

		if (eaten > 0) {
			text_add_bytes(text, bytes, eaten);
		} else {
			eaten = text_clean_piece(bytes, length, piece);
			if (quote && (piece[0] == '"' || piece[0] == '\\'))
				text_add_bytes(text, "\\", 1);
			text_add(text, piece);
		}
		bytes += eaten;
		length -= eaten;
	}
}

void text_add_clean(struct text *text, const char *string, size_t most)
{
	size_t kept = 0;

	/* whole characters only: half of one would be shown as broken bytes */
	while (string[kept] != '\0') {
		/* four bytes are safe: no well-formed character runs over the NUL */
		const size_t size = text_utf8_length(string + kept, 4);
		const size_t next = kept + (size ? size : 1);

		if (next > most)
			break;
		kept = next;
	}
	add_clean_bytes(text, string, kept, false);
	if (string[kept] != '\0')
		text_add(text, "...");
}

char *text_clean(const char *string, size_t length)
{
	struct text text;
	char *clean;

	text_init(&text, SIZE_MAX);
	add_clean_bytes(&text, string, length, false);
	clean = text_take(&text);
	if (!clean)
		text_release(&text);
	return clean;
}

void text_add_json(struct text *text, const char *string)
{
	text_add_bytes(text, "\"", 1);
	add_clean_bytes(text, string, strlen(string), true);
	text_add_bytes(text, "\"", 1);
}

int text_number(const char **cursor, uint64_t most, uint64_t *value)
{
	const char *at = *cursor;
	uint64_t number = 0;

	if (*at < '0' || *at > '9')
		return -EINVAL;
	if (at[0] == '0' && at[1] >= '0' && at[1] <= '9')
		return -EINVAL;
	for (; *at >= '0' && *at <= '9'; at++) {
		const uint64_t digit = (uint64_t)(*at - '0');

		if (digit > most || number > (most - digit) / 10)
			return -EINVAL;
		number = number * 10 + digit;
	}
	*cursor = at;
	*value = number;
	return 0;
}

int text_whole_number(const char *string, uint64_t most, uint64_t *value)
{
	uint64_t number;

	if (!string || text_number(&string, most, &number) != 0 || *string != '\0')
		return -EINVAL;
	*value = number;
	return 0;
}

bool text_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

int text_compare(const char *a, const char *b)
{
	if (!a || !b)
		return !b - !a;
	return strcmp(a, b);
}

bool text_has_prefix(const char *string, const char *prefix)
{
	return strncmp(string, prefix, strlen(prefix)) == 0;
}

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	const unsigned int smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

/* Levenshtein over one row: row[j] is the distance of the first i bytes of a to j of b. */
unsigned int text_distance(const char *a, const char *b, unsigned int most)
{
	unsigned int row[WORD_MAX + 1];
	const size_t a_length = strnlen(a, WORD_MAX + 1);
	const size_t b_length = strnlen(b, WORD_MAX + 1);
	size_t i;
	size_t j;

	if (a_length > WORD_MAX || b_length > WORD_MAX)
		return strcmp(a, b) == 0 ? 0 : most + 1;
	for (j = 0; j <= b_length; j++)
		row[j] = (unsigned int)j;
	for (i = 1; i <= a_length; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (j = 1; j <= b_length; j++) {
			const unsigned int above = row[j];
			const unsigned int change = a[i - 1] == b[j - 1] ? 0 : 1;

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + change);
			diagonal = above;
		}
	}
	return row[b_length] <= most ? row[b_length] : most + 1;
}

char *text_copy(const char *string)
{
	return string ? strdup(string) : NULL;
}
