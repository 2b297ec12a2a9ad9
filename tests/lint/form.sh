#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Form: licence line, opening comment, tabs, 100 columns, own header first, header guards.
. "$(dirname -- "$0")/lint_common.inc"

licence() {
	sources '*.c' '*.h' '*.sh' '*.inc' '*.py' '*.ini' CMakeLists.txt | while read -r file; do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
			case $file in *.ini) ;; *) echo "$file: no SPDX line" ;; esac
	done
}

# A tab counts to the next multiple of eight.
columns() {
	sources '*.c' '*.h' | while read -r file; do
		expand "$file" | awk -v file="$file" 'length($0) > 100 {
			print file ":" NR ": " length($0) " columns" }'
	done
}

opening() {
	sources '*.c' '*.h' | while read -r file; do
		sed -n 2p "$file" | grep -q '^/\*' || echo "$file:2: no opening comment"
		grep -nE '^ {4,}[^ *]|[[:space:]]$' "$file" | head -n 1 | sed "s,^,$file:,"
	done
}

own_header_first() {
	find rules probes cmd -name '*.c' | while read -r file; do
		own=${file%.c}.h
		[ -e "$own" ] || continue
		first=$(grep -m 1 '^#include' "$file" || :)
		[ "$first" = "#include \"$own\"" ] || echo "$file: own header is not first: $first"
	done
}

guards() {
	find rules probes cmd -name '*.h' | while read -r file; do
		guard=$(basename "$file" | tr 'a-z.' 'A-Z_')
		grep -qE "^#ifndef [A-Z_]*_$guard\$" "$file" || echo "$file: no guard ..._$guard"
	done
}

{
	licence
	columns
	opening
	own_header_first
	guards
} | verdict
