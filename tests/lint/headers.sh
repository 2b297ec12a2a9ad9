#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone, under every compiler that is here.
. "$(dirname -- "$0")/lint_common.inc"

flags=$(pkg-config --cflags libmnl libcjson 2>/dev/null || :)
unit=$(mktemp -d)
trap 'rm -rf "$unit"' EXIT

for compiler in gcc clang; do
	command -v "$compiler" >/dev/null || continue
	find rules probes cmd -name '*.h' | sort | while read -r header; do
		printf '#include "%s"\nint unused;\n' "$header" >"$unit/alone.c"
		# shellcheck disable=SC2086 # several flags
		"$compiler" -std=c11 -D_GNU_SOURCE -DREACHBACK_VERSION='"0"' -I. $flags -Wall -Wextra \
			-Wpedantic -fsyntax-only "$unit/alone.c" 2>"$unit/said" ||
			echo "$header with $compiler: $(head -n 2 "$unit/said" | tr '\n' ' ')"
	done
done | verdict
