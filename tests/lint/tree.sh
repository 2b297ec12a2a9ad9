#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The top level holds what the design names, and nothing else.
. "$(dirname -- "$0")/lint_common.inc"

named='cmd|probes|rules|tests|docs|build|CMakeLists.txt|CMakePresets.json|README.md|LICENSE|SECURITY.md|CHANGELOG.md'
# shellcheck disable=SC2010 # names of our own top level
ls | grep -vxE "$named" | sed 's/^/top level: /' | verdict
