#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Variables for the cloud probe that do not fit are refused, not left out: one of them is the key.
set -eu
. "$(dirname -- "$0")/cli.inc"

long=$(head -c 100000 /dev/zero | tr '\0' x)
two="ALIBABA_CLOUD_A=$long ALIBABA_CLOUD_B=$long"
# shellcheck disable=SC2086 # words are meant
decides env $two "$program" check
# shellcheck disable=SC2086
refuses 64 'cannot keep the environment' env $two "ALIBABA_CLOUD_C=$long" "$program" check
# shellcheck disable=SC2086
decides env $two "ALIBABA_CLOUD_C=$long" "$program" check --no-cloud
