/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wording of one error. Works without the heap: running out of memory must still be sayable.
 */
#include "rules/fault.h"

#include "rules/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS "..."

/* Cleans `raw` into `out`, cut at a whole piece where it does not fit. */
static void clean_into(char out[FAULT_TEXT_MAX], const char *raw)
{
	const size_t keep = FAULT_TEXT_MAX - sizeof(ELLIPSIS);
	size_t left = strlen(raw);
	size_t used = 0;

	while (left > 0) {
		char piece[TEXT_PIECE_MAX];
		const size_t eaten = text_clean_piece(raw, left, piece);
		const size_t length = strlen(piece);

		if (used + length > keep) {
			memcpy(out + used, ELLIPSIS, sizeof(ELLIPSIS));
			return;
		}
		memcpy(out + used, piece, length);
		used += length;
		raw += eaten;
		left -= eaten;
	}
	out[used] = '\0';
}

int fault_set(struct fault *fault, int code, const char *format, ...)
{
	/* longer than what is kept, so that a cut is always the visible one of clean_into() */
	char raw[2 * FAULT_TEXT_MAX];
	va_list arguments;
	int length;

	if (code >= 0)
		code = -EINVAL;
	if (!fault || fault->code)
		return code;
	va_start(arguments, format);
	length = vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	fault->code = code;
	if (length < 0)
		raw[0] = '\0';
	clean_into(fault->text, raw);
	return code;
}

const char *fault_text(const struct fault *fault, int code)
{
	const char *words;

	if (fault && fault->code && fault->text[0])
		return fault->text;
	if (fault && fault->code)
		code = fault->code;
	/* strerror() would obey the locale and may write to a shared buffer */
	words = strerrordesc_np(code < 0 ? -code : code);
	return words ? words : "unknown error";
}
