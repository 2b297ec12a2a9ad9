/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that the user names, read whole and bounded.
 */
#ifndef CMD_INPUT_H
#define CMD_INPUT_H

#include "rules/fault.h"
#include "rules/text.h"

#define PLAN_SIZE_MAX ((size_t)1024 * 1024)

/* Reads `path` ("-": stdin) into `out`, whose limit bounds it. Errors name the path. */
int input_read(const char *path, struct text *out, struct fault *fault);
/* The same of what is open already. 0 or negative errno: -EFBIG where the limit is met. */
int input_read_all(int fd, struct text *out);

#endif
