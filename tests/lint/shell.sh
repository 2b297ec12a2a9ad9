#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shell scripts: POSIX sh that shellcheck accepts, `set -eu` in each.
. "$(dirname -- "$0")/lint_common.inc"

command -v shellcheck >/dev/null || skip "no shellcheck"

# SC1091: sourced files are looked at on their own. SC2016: snippets for another shell.
{
	sources '*.sh' '*.inc' | xargs shellcheck -s sh -S style -e SC1091,SC2016,SC2154 -f gcc || :
	shellcheck -s bash -f gcc .ci/run || :
	sources '*.sh' | while read -r file; do
		grep -qE '^set -eu|lint_common.inc"' "$file" ||
			grep -q 'Sourced' "$file" || echo "$file: no set -eu"
	done
} | verdict
