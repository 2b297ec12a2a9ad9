/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for the libraries of the helper. They take some failed allocations for failures of the
 * network or of the peer: a second try keeps one that fails for no lasting reason from changing
 * what is seen. Where all fail, our own will tell.
 */
#ifndef PROBES_ENDPOINTS_HELPER_MEMORY_H
#define PROBES_ENDPOINTS_HELPER_MEMORY_H

#include <stddef.h>

void *memory_get(size_t size);
void *memory_get_zeroed(size_t count, size_t size);
void *memory_resize(void *old, size_t size);
char *memory_copy(const char *string);
/* OpenSSL's, before anything is asked of it. 0 or -EIO: it holds memory already. */
int memory_open(void);

#endif
