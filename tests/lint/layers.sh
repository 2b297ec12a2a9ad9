#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Includes go cmd -> probes -> rules; probes see only the vocabulary of rules; paths from the root.
. "$(dirname -- "$0")/lint_common.inc"

vocabulary='facts|facts_[a-z_]+|plan|prefix|fault|text|record|record_[a-z_]+'
included() { # FOLDER PATTERN
	find "$1" -type f \( -name '*.c' -o -name '*.h' \) -exec grep -HnE "$2" {} + || :
}

{
	included rules '^#[[:space:]]*include "(probes|cmd|tests)/'
	included rules '^#[[:space:]]*include <(libmnl|pcap|curl|sys/socket|netinet/|linux/|net/)'
	included probes '^#[[:space:]]*include "(cmd|tests)/'
	included probes '^#[[:space:]]*include "rules/' | grep -vE "\"rules/($vocabulary)\.h\"" || :
	included cmd '^#[[:space:]]*include "tests/'
	for folder in cmd probes rules; do
		included "$folder" '^#[[:space:]]*include "' | grep -vE '"(cmd|probes|rules)/[a-z_/]+\.h"' || :
	done
} | verdict
