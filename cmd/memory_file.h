/* SPDX-License-Identifier: Apache-2.0 */
/* Files in memory, for what a child is to read again and again and nobody else at all. */
#ifndef CMD_MEMORY_FILE_H
#define CMD_MEMORY_FILE_H

#include <stddef.h>

/* A descriptor of such a file with these bytes, at its beginning; negative errno. */
int memory_file(const char *name, const char *bytes, size_t length);

#endif
