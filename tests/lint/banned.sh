#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Functions that overflow, keep hidden state or leave from depth; typedefs of structs and enums.
. "$(dirname -- "$0")/lint_common.inc"

calls='strcpy|strcat|sprintf|vsprintf|strtok|strtok_r|atoi|atol|atof|gets|alloca|localtime|gmtime|ctime|asctime|inet_ntoa|inet_addr|gethostbyname|strerror_r|mktemp|tmpnam|rand|setjmp|longjmp'
code() { # FOLDER...
	find "$@" -type f \( -name '*.c' -o -name '*.h' \)
}
# Calls in code: comments and string literals are not calls.
used() { # REGEX FILE...
	regex=$1
	while read -r file; do
		sed -E 's,"([^"\\]|\\.)*","",g; s,/\*.*\*/,,; s,^[[:space:]]*(/\*| \*).*,,' "$file" |
			grep -nE "(^|[^A-Za-z0-9_>.])($regex)[[:space:]]*\(" | sed "s,^,$file:," || :
	done
}

{
	code rules probes cmd tests | used "$calls"
	code rules probes cmd | grep -v '/*main\.c$' | used 'exit|abort|quick_exit'
	code rules probes cmd | used 'system|popen'
	code rules | used 'printf|puts|putchar|fopen|open|socket|time|clock_gettime|getenv|fork'
	code rules probes cmd tests | xargs grep -nE '^[[:space:]]*typedef[[:space:]]+(struct|enum|union)' || :
} | verdict
