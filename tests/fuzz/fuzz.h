/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all fuzz harnesses share. A harness is one file fuzz_NAME.c that defines
 * LLVMFuzzerTestOneInput() and a folder corpus/NAME of small inputs; CMake finds both. It is built
 * twice: with libFuzzer (RB_FUZZ, clang), and with replay.c by any compiler, so that ctest runs
 * the kept inputs always.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A broken promise is a crash, which is what a fuzzer looks for. */
#define FUZZ_CHECK(condition)                                                                      \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/* The input as a string: up to its first NUL or its end. The caller frees it. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *const string = malloc(size + 1);
	size_t i;

	if (!string)
		abort();
	for (i = 0; i < size; i++)
		string[i] = (char)data[i];
	string[size] = '\0';
	return string;
}

#endif
