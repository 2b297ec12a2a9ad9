/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small looks at the system that several probes share: files, folders, names of interfaces.
 *
 * Each asks a second time where something other than "it is not there" was answered: a call that
 * failed once for no reason of its own must not change what a probe sees.
 */
#ifndef PROBES_SYSTEM_FILE_H
#define PROBES_SYSTEM_FILE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Reads a file of at most size - 1 bytes into `buffer`, with a NUL behind. Its length, or a
 * negative errno; -EFBIG when there is more. Never blocks on a FIFO or a device.
 */
int system_file_read(const char *path, char *buffer, size_t size);
/* The same, below a directory descriptor. */
int system_file_read_at(int directory, const char *path, char *buffer, size_t size);

/* What a negative errno says: there is no such thing (any more); it may not be looked at. */
bool system_absent(int code);
bool system_denied(int code);

/* As open(), stat() and opendir(): a descriptor, 0 or NULL, and a negative errno on failure. */
int system_open(int directory, const char *path, int flags);
int system_stat(const char *path, struct stat *status);
int system_list(const char *path, DIR **list);
/* 1: there is such a path, or interface; 0: there is none; or a negative errno. */
int system_exists(const char *path);
int system_link_exists(const char *name);

/* A socket for system_link_name(), or a negative errno. The caller closes it. */
int system_link_socket(void);
/*
 * Cleaned name of an interface into `*name`, which the caller frees: "if7" when it is gone, or when
 * `socket` is negative. 0 or a negative errno.
 */
int system_link_name(int socket, uint32_t index, char **name);
/* Has the interface this link-layer address? Not when it is gone. 0 or a negative errno. */
int system_link_holds(int socket, uint32_t index, const void *address, size_t length, bool *holds);

#endif
