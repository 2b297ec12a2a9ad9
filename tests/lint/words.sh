#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# No unfinished marks, no hosts of package registries, no machine paths.
. "$(dirname -- "$0")/lint_common.inc"

# Written in pieces, so that this file does not find itself.
marks="TO""DO|FIX""ME|X""XX|HA""CK|not impl""emented|st""ub"
hosts="registry\.npm""js|pypi\.o""rg|files\.python""hosted|crates\.i""o|proxy\.go""lang|deb\.deb""ian|archive\.ubu""ntu|mirrors\.ali""yun|rubyg""ems\.org|repo1\.mav""en|repo\.mav""en\.apache"
paths="/wo""rk/|/ho""me/[a-z]|/ro""ot/"

files() {
	sources '*.c' '*.h' '*.sh' '*.inc' '*.py' '*.ini' '*.md' '*.txt' '*.json' '*.in' '*.1' run
}

{
	files | xargs grep -nwE "$marks" || :
	files | xargs grep -nE "$hosts" || :
	files | xargs grep -nE "$paths" || :
} | verdict
