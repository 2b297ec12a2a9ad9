/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds kept inputs to a harness without libFuzzer: each file of the folders named on the command
 * line, whole and cut short at every length, each in a buffer of exactly its size so that
 * AddressSanitizer sees a read behind its end.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX ((size_t)1024 * 1024)
#define CUT_MAX ((size_t)2048) /* files beyond it are fed whole only */

static void feed(const uint8_t *bytes, size_t size)
{
	uint8_t *const copy = malloc(size ? size : 1);

	if (!copy) {
		fprintf(stderr, "out of memory\n");
		abort();
	}
	if (size)
		memcpy(copy, bytes, size);
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static int feed_file(const char *path)
{
	uint8_t *const bytes = malloc(INPUT_MAX);
	FILE *const file = fopen(path, "rb");
	size_t size = 0;
	size_t cut;
	int rc = -1;

	if (!bytes || !file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		goto out;
	}
	size = fread(bytes, 1, INPUT_MAX, file);
	if (ferror(file) || size == INPUT_MAX) {
		fprintf(stderr, "%s: unreadable, or larger than %zu bytes\n", path, INPUT_MAX - 1);
		goto out;
	}
	feed(bytes, size);
	for (cut = 0; cut < size && size <= CUT_MAX; cut++)
		feed(bytes, cut);
	rc = 0;
out:
	if (file)
		(void)fclose(file);
	free(bytes);
	return rc;
}

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The number of files fed, negative when one could not be. */
static int feed_folder(const char *folder)
{
	struct dirent **entries = NULL;
	const int count = scandir(folder, &entries, is_input, alphasort);
	int fed = 0;
	int i;

	if (count < 0) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		return -1;
	}
	for (i = 0; i < count; i++) {
		char path[4096];
		const int length =
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);

		if (fed >= 0 && length > 0 && (size_t)length < sizeof(path))
			fed = feed_file(path) == 0 ? fed + 1 : -1;
		free(entries[i]);
	}
	free(entries);
	return fed;
}

int main(int argc, char **argv)
{
	int total = 0;
	int i;

	for (i = 1; i < argc; i++) {
		const int fed = feed_folder(argv[i]);

		if (fed < 0)
			return 1;
		total += fed;
	}
	printf("%d inputs\n", total);
	if (total == 0) {
		fprintf(stderr, "no input: a harness without a corpus tests nothing\n");
		return 1;
	}
	return 0;
}
