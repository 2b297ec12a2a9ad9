#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An answer that cannot be written: status 74 and one line, for every command and format.
set -eu
. "$(dirname -- "$0")/cli.inc"

"$program" collect >"$work/facts.json"

commands() {
	cat <<-END
		check
		check -j
		collect
		verify -j
		create --dry-run
		create --dry-run -j
		judge $work/facts.json
		judge -jp $work/facts.json
		explain RT-02
		rules
		rules -j
		probes
		docs man
		docs facts
		--help
		--version
	END
}

complained() { # HOW COMMAND...
	how=$1
	shift
	[ "$status" -eq 74 ] || die "$how: wanted 74, got $status: $*"
	[ "$(wc -l <"$work/err")" -eq 1 ] || die "$how: wanted one line: $*"
	grep -q '^reachback: cannot write the answer: ' "$work/err" || die "$how: odd words: $*"
}

commands | while read -r words; do
	status=0
	# shellcheck disable=SC2086 # several words
	"$program" $words >/dev/full 2>"$work/err" || status=$?
	complained full "$words"
	status=0
	# shellcheck disable=SC2086
	"$program" $words >&- 2>"$work/err" || status=$?
	complained closed "$words"
done

# A reader that has gone before the first byte.
mkfifo "$work/pipe"
sh -c ': <"$1"' sh "$work/pipe" &
exec 9>"$work/pipe"
wait $!
status=0
"$program" check >&9 2>"$work/err" || status=$?
complained pipe check
exec 9>&-

# Nothing to say, nothing to fail.
status=0
"$program" --quiet >/dev/full 2>"$work/err" || status=$?
[ "$status" -ne 74 ] || die "--quiet wrote something"
# Without any descriptor no file of ours takes a number of theirs.
status=0
"$program" check --facts "$work/kept.json" <&- >&- 2>&- || status=$?
[ "$status" -eq 74 ] || die "without descriptors: wanted 74, got $status"
"$program" judge "$work/kept.json" --quiet || [ $? -ne 64 ] || die "the facts were not kept whole"
