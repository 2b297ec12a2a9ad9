#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Options named in prose exist.
. "$(dirname -- "$0")/lint_common.inc"

program=${RB_RELEASE:-build/release}/reachback
[ -x "$program" ] || skip "no $program"
known=$(mktemp)
trap 'rm -f "$known"' EXIT
"$program" docs options | sed -n 's/^| \(`-.`, \)\{0,1\}`--\([a-z-]*\).*/\2/p' >"$known"

# Lines of prose that run the program, with the place: "docs/x.md:12:reachback --strict".
calls() {
	sources '*.md' | xargs grep -nE '^[[:space:]]*[$]? ?(sudo )?(sh cmd/run[.]sh|reachback)( |$)' || :
}

named_options() {
	calls | while IFS= read -r line; do
		place=$(printf '%s\n' "$line" | cut -d: -f1,2)
		printf '%s\n' "$line" | grep -oE '[[:space:]]--[a-z][a-z-]*' | sed 's/.*--//' |
			while read -r name; do echo "$place $name"; done
	done
}

named_options | while read -r place name; do
	grep -qx -- "$name" "$known" || echo "$place: unknown option --$name"
done | verdict
