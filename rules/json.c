/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict validation of JSON (RFC 8259) in front of cJSON, which alone would let much pass that no
 * other reader understands the same way. Walks values; keys are compared in json_keys.c. Knows
 * nothing of records.
 */
#include "rules/json_keys.h"
#include "rules/record.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* cJSON copies a number into 64 bytes and stops there, so a longer one would be read in part */
#define NUMBER_TEXT_MAX 63
#define EXPONENT_CAP 100000

struct reader {
	const char *start, *at, *end;
	unsigned int depth;
	struct json_keys keys;
	struct fault *fault;
};

/* The byte at the cursor, -1 behind the document. */
static int peek(const struct reader *reader)
{
	return reader->at < reader->end ? (unsigned char)*reader->at : -1;
}

/* Says what is wrong at `where`; columns count characters, as editors do. */
static int refuse(const struct reader *reader, const char *where, const char *words)
{
	size_t line = 1;
	size_t column = 1;
	const char *at;

	for (at = reader->start; at < where; at++) {
		if (*at == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*at & 0xc0) != 0x80) {
			column++;
		}
	}
	return fault_set(reader->fault, -EINVAL, "line %zu column %zu: %s", line, column, words);
}

static void skip_space(struct reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\t' ||
					    *reader->at == '\n' || *reader->at == '\r'))
		reader->at++;
}

/* Four hexadecimal digits at `at`, -1 when they are not there. */
static int read_hex(const struct reader *reader, const char *at)
{
	int value = 0;
	int i;

	if (reader->end - at < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		const int digit = json_hex_digit(at[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* The cursor stands on the backslash. */
static int read_escape(struct reader *reader)
{
	const char *const here = reader->at++;
	const int letter = peek(reader);
	int unit;

	if (letter > 0 && strchr("\"\\/bfnrt", letter)) {
		reader->at++;
		return 0;
	}
	if (letter != 'u')
		return refuse(reader, here, "unknown escape, expected one of \\\" \\\\ \\/ \\b \\f "
					    "\\n \\r \\t \\uXXXX");
	unit = read_hex(reader, ++reader->at);
	if (unit < 0)
		return refuse(reader, here, "\\u needs four hexadecimal digits");
	if (unit == 0)
		return refuse(reader, here, "\\u0000 is not accepted");
	reader->at += 4;
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return refuse(reader, here, "low surrogate without a high one before it");
	if (unit < 0xd800 || unit > 0xdfff)
		return 0;
	if (reader->end - reader->at < 6 || reader->at[0] != '\\' || reader->at[1] != 'u')
		return refuse(reader, here, "high surrogate without a low one behind it");
	unit = read_hex(reader, reader->at + 2);
	if (unit < 0xdc00 || unit > 0xdfff)
		return refuse(reader, here, "high surrogate without a low one behind it");
	reader->at += 6;
	return 0;
}

/* The cursor stands on the opening quote; `key` (may be NULL) is what stands between the quotes. */
static int read_string(struct reader *reader, struct json_key *key)
{
	const char *const first = ++reader->at;

	for (;;) {
		const int byte = peek(reader);
		size_t size;
		int rc;

		if (byte < 0)
			return refuse(reader, first - 1, "the string that starts here has no end");
		if (byte == '"')
			break;
		if (byte == '\\') {
			rc = read_escape(reader);
			if (rc != 0)
				return rc;
			continue;
		}
		if (byte < 0x20)
			return refuse(reader, reader->at, "raw control character in a string");
		size = text_utf8_length(reader->at, (size_t)(reader->end - reader->at));
		if (size == 0)
			return refuse(reader, reader->at, "bytes that are not UTF-8");
		reader->at += size;
	}
	if (key)
		*key = json_key_make(first, (size_t)(reader->at - first));
	reader->at++;
	return 0;
}

static bool is_digit(int byte)
{
	return byte >= '0' && byte <= '9';
}

static void skip_digits(struct reader *reader)
{
	while (is_digit(peek(reader)))
		reader->at++;
}

/* Digits and exponent of the number as d.ddd * 10^exponent; `digits` is padded with zeros. */
static long scientific(const char *first, const char *last, char digits[NUMBER_TEXT_MAX])
{
	size_t count = 0;
	long exponent = -1;
	long written = 0;
	bool fraction = false;
	bool negative;

	memset(digits, '0', NUMBER_TEXT_MAX);
	for (; first < last && *first != 'e' && *first != 'E'; first++) {
		if (*first == '.')
			fraction = true;
		if (!is_digit(*first))
			continue;
		if (count > 0 || *first != '0') {
			digits[count++] = *first;
			exponent += fraction ? 0 : 1;
		} else if (fraction) {
			exponent--;
		}
	}
	negative = first + 1 < last && first[1] == '-';
	for (; first < last; first++) {
		if (is_digit(*first) && written < EXPONENT_CAP)
			written = written * 10 + (*first - '0');
	}
	return exponent + (negative ? -written : written);
}

/*
 * Does the number in first..last (grammar checked) round to infinity? Decided on the digits, for
 * strtod() would obey the locale. A double overflows from 2^1024 - 2^970 on; the constant holds as
 * many of its digits as a number can have here, and it has more behind them.
 */
static bool number_overflows(const char *first, const char *last)
{
	static const char limit[] =
		"179769313486231580793728971405303415079934132710037826936173778";
	char digits[NUMBER_TEXT_MAX];
	const long exponent = scientific(first, last, digits);

	_Static_assert(sizeof(limit) - 1 == NUMBER_TEXT_MAX, "as many digits as a number can have");
	if (digits[0] == '0')
		return false;
	if (exponent != 308)
		return exponent > 308;
	return memcmp(digits, limit, NUMBER_TEXT_MAX) > 0;
}

static int read_number(struct reader *reader)
{
	const char *const first = reader->at;

	if (peek(reader) == '-')
		reader->at++;
	if (!is_digit(peek(reader)))
		return refuse(reader, reader->at, "expected a digit");
	if (*reader->at++ == '0' && is_digit(peek(reader)))
		return refuse(reader, first, "number with a leading zero");
	skip_digits(reader);
	if (peek(reader) == '.') {
		reader->at++;
		if (!is_digit(peek(reader)))
			return refuse(reader, reader->at, "expected a digit behind the point");
		skip_digits(reader);
	}
	if (peek(reader) == 'e' || peek(reader) == 'E') {
		reader->at++;
		if (peek(reader) == '+' || peek(reader) == '-')
			reader->at++;
		if (!is_digit(peek(reader)))
			return refuse(reader, reader->at, "expected a digit in the exponent");
		skip_digits(reader);
	}
	if (reader->at - first > NUMBER_TEXT_MAX)
		return refuse(reader, first, "number of more than 63 characters");
	if (number_overflows(first, reader->at))
		return refuse(reader, first, "number too large for a double");
	return 0;
}

static int read_literal(struct reader *reader)
{
	static const char *const literals[] = { "true", "false", "null" };
	size_t i;

	for (i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
		const size_t length = strlen(literals[i]);

		if ((size_t)(reader->end - reader->at) >= length &&
		    memcmp(reader->at, literals[i], length) == 0) {
			reader->at += length;
			return 0;
		}
	}
	return refuse(reader, reader->at, "expected an object, a list, a string, a number, true, "
					  "false or null");
}

static int read_value(struct reader *reader);

/* Key, colon, value. */
static int read_member(struct reader *reader)
{
	struct json_key key;
	int rc;

	skip_space(reader);
	if (peek(reader) != '"')
		return refuse(reader, reader->at, "expected a key in double quotes");
	rc = read_string(reader, &key);
	if (rc != 0)
		return rc;
	if (json_keys_add(&reader->keys, &key) != 0)
		return fault_set(reader->fault, -ENOMEM, "out of memory");
	skip_space(reader);
	if (peek(reader) != ':')
		return refuse(reader, reader->at, "expected a colon behind the key");
	reader->at++;
	return read_value(reader);
}

/* Looks at all keys of an object that has just been read. */
static int check_keys(struct reader *reader, size_t first_key)
{
	const struct json_key *const repeated = json_keys_repeated(&reader->keys, first_key);
	char words[96];
	int shown;

	if (!repeated) {
		json_keys_cut(&reader->keys, first_key);
		return 0;
	}
	shown = repeated->length < 48 ? (int)repeated->length : 48;
	(void)snprintf(words, sizeof(words), "key \"%.*s\" is there twice", shown, repeated->raw);
	return refuse(reader, repeated->raw - 1, words);
}

/* What stands between the items of an object or list: 1 after a comma, 0 behind the end. */
static int read_separator(struct reader *reader, char close)
{
	skip_space(reader);
	if (peek(reader) == ',') {
		reader->at++;
		return 1;
	}
	if (peek(reader) != close)
		return refuse(reader, reader->at, close == '}' ? "expected a comma or }" :
								 "expected a comma or ]");
	reader->at++;
	return 0;
}

/* An object or a list; the cursor stands on its bracket. */
static int read_nested(struct reader *reader)
{
	const char close = *reader->at == '{' ? '}' : ']';
	const size_t first_key = reader->keys.count;
	int rc;

	if (reader->depth == JSON_DEPTH_MAX)
		return refuse(reader, reader->at, "nested more than 64 deep");
	reader->depth++;
	reader->at++;
	skip_space(reader);
	if (peek(reader) == close) {
		reader->at++;
	} else {
		do {
			rc = close == '}' ? read_member(reader) : read_value(reader);
			if (rc == 0)
				rc = read_separator(reader, close);
			if (rc < 0)
				return rc;
		} while (rc == 1);
	}
	reader->depth--;
	return check_keys(reader, first_key);
}

static int read_value(struct reader *reader)
{
	skip_space(reader);
	switch (peek(reader)) {
	case '{':
	case '[':
		return read_nested(reader);
	case '"':
		return read_string(reader, NULL);
	case '-':
	case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return read_number(reader);
	case -1:
		return refuse(reader, reader->at, "the document ends where a value is expected");
	default:
		return read_literal(reader);
	}
}

int json_validate(const char *bytes, size_t length, struct fault *fault)
{
	struct reader reader = { .fault = fault };
	int rc;

	if (length > JSON_SIZE_MAX)
		return fault_set(fault, -EFBIG, "%zu bytes of JSON, at most %zu are accepted",
				 length, JSON_SIZE_MAX);
	if (length == 0)
		bytes = "";
	reader.start = bytes;
	reader.at = bytes;
	reader.end = bytes + length;
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		return refuse(&reader, bytes, "byte order mark before the document");
	rc = read_value(&reader);
	skip_space(&reader);
	if (rc == 0 && reader.at != reader.end)
		rc = refuse(&reader, reader.at, "something stands behind the document");
	json_keys_release(&reader.keys);
	return rc;
}

int json_parse(const char *bytes, size_t length, struct cJSON **json, struct fault *fault)
{
	const int rc = json_validate(bytes, length, fault);

	*json = NULL;
	if (rc != 0)
		return rc;
	/* nothing stands behind the document, so no NUL need be there to prove it */
	*json = cJSON_ParseWithLengthOpts(bytes, length, NULL, 0);
	if (!*json)
		return fault_set(fault, -ENOMEM, "out of memory");
	return 0;
}
