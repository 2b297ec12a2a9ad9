#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Files stay below 500 lines, functions within 60 and within five parameters. Where a library that
# calls back dictates more, the function is named after it: NAME_for_LIBRARY.
. "$(dirname -- "$0")/lint_common.inc"

files_too_long() {
	sources '*.c' '*.h' '*.sh' '*.py' | while read -r file; do
		lines=$(wc -l <"$file")
		[ "$lines" -lt 500 ] || echo "$file: $lines lines"
	done
}

functions() {
	ctags --version 2>/dev/null | grep -q Universal || return 0
	sources '*.c' | ctags -L - --kinds-C=f --fields=+neS --output-format=json -o - |
		jq -r '(.end - .line + 1) as $size | (.signature // "()") as $words |
			($words | [scan(",")] | length + 1) as $count |
			(select($size > 60) | "\(.path):\(.line): \(.name) has \($size) lines"),
			(select($count > 5 and ($words | test("\\(\\*") | not) and
				(.name | test("_for_(ares|curl)$") | not)) |
				"\(.path):\(.line): \(.name) has \($count) parameters")'
}

command -v ctags >/dev/null || echo "SKIP lint size-of-functions: no ctags"
{
	files_too_long
	functions
} | verdict
