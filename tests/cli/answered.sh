#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The suite's own ear: a test that ends without a word, or badly behind its last good word, fails.
set -eu
. "$(dirname -- "$0")/cli.inc"
. "$(dirname -- "$0")/../answered.inc"

hears() { # EXPECTED SCRIPT
	# the shell itself may tell of a command that was killed
	answered one sh -c "$2" | grep -v '^Killed' >"$work/lines"
	[ "$(tr '\n' ';' <"$work/lines")" = "$1" ] || die "$2: $(cat "$work/lines")"
}

hears 'ok a;' 'echo ok a'
hears 'SKIP a: why;' 'echo SKIP a: why'
hears 'FAIL a: why;' 'echo FAIL a: why; exit 1'
hears 'ok a;FAIL one: ended with status 1;' 'echo ok a; exit 1'
hears 'ok a;FAIL one: ended with status 137;' 'echo ok a; kill -KILL $$'
hears 'words;FAIL one: said nothing, status 1;' 'echo words >&2; exit 1'
hears 'FAIL one: said nothing, status 0;' ':'
