/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walks the table of configuration files: opens, bounds, reads, and says what could not be read.
 * It knows no format; the readers do.
 */
#include "probes/config_source.h"

#include "probes/system_file.h"
#include "rules/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
	const char *root;
	struct configs_facts *facts;
	const struct config_source *source;
	struct text trouble; /* files that were there and made no sense */
};

void config_add(struct config_sink *sink, const char *key, const char *prefix, uint32_t pool_size)
{
	struct prefix parsed = { 0 };
	struct config_fact *fact;

	if (sink->error || prefix == NULL || prefix_parse_loose(prefix, &parsed) ||
	    !prefix_overlaps(&parsed, &reverse_range))
		return;
	fact = list_add(&sink->facts->configs, sizeof(*fact));
	if (fact == NULL) {
		sink->error = -ENOMEM;
		return;
	}
	fact->owner = text_copy(sink->owner);
	fact->path = text_clean(sink->path, strlen(sink->path));
	fact->key = text_clean(key, strlen(key));
	fact->prefix = parsed;
	fact->pool_size = pool_size;
	if (fact->owner == NULL || fact->path == NULL || fact->key == NULL)
		sink->error = -ENOMEM;
}

/* Reads a regular file whole; -EFBIG when it is larger than a configuration file may be. */
static int slurp(const char *path, char **bytes, size_t *length)
{
	struct stat status;
	size_t have = 0;
	int fd, error = 0;

	*bytes = NULL;
	fd = system_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0)
		error = -errno;
	else if (!S_ISREG(status.st_mode))
		error = -EINVAL;
	else if ((size_t)status.st_size > CONFIG_FILE_MAX)
		error = -EFBIG;
	if (error == 0) {
		*bytes = malloc((size_t)status.st_size + 1);
		error = *bytes == NULL ? -ENOMEM : 0;
	}
	while (error == 0 && have < (size_t)status.st_size) {
		ssize_t got = read(fd, *bytes + have, (size_t)status.st_size - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			error = -errno;
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	close(fd);
	if (error) {
		free(*bytes);
		*bytes = NULL;
		return error;
	}
	(*bytes)[have] = '\0';
	*length = have;
	return 0;
}

static void add_trouble(struct walk *walk, const char *path, const char *what)
{
	text_add(&walk->trouble, walk->trouble.length > 0 ? "; " : "");
	text_add_clean(&walk->trouble, path, TEXT_FOREIGN_MAX);
	text_addf(&walk->trouble, ": %s", what);
}

/* One file may be read by two rows. */
static int add_once(struct strings *strings, const char *path)
{
	return strings_contain(strings, path) ? 0 : strings_add(strings, path);
}

/* `path` is what the user knows; the file lies below the root. */
static int read_file(struct walk *walk, const char *path)
{
	struct config_sink sink = {
		.facts = walk->facts,
		.owner = walk->source->owner,
		.path = path,
	};
	char full[4096];
	char *bytes = NULL;
	size_t length;
	int error;

	if ((size_t)snprintf(full, sizeof(full), "%s%s", walk->root, path) >= sizeof(full))
		return 0;
	error = slurp(full, &bytes, &length);
	/* what was refused once may be had the second time */
	if (error && !system_absent(error) && error != -EFBIG && error != -EINVAL)
		error = slurp(full, &bytes, &length);
	if (system_absent(error))
		return 0;
	if (error == -ENOMEM)
		return error;
	if (error == -EACCES || error == -EPERM)
		return add_once(&walk->facts->denied, path);
	if (error) {
		add_trouble(walk, path, strerror(-error));
		return 0;
	}
	error = walk->source->reader(bytes, length, &sink);
	if (error && error != -ENOMEM)
		add_trouble(walk, path, "not in the form that it should have");
	explicit_bzero(bytes, length);
	free(bytes);
	if (sink.error || error == -ENOMEM)
		return -ENOMEM;
	return add_once(&walk->facts->read, path);
}

/* A suffix, or with a star behind it the beginning of a name. */
static bool is_wanted(const char *name, const char *suffix)
{
	size_t length = strlen(name), tail = strlen(suffix);

	if (name[0] == '.')
		return false;
	if (tail > 0 && suffix[tail - 1] == '*')
		return strncmp(name, suffix, tail - 1) == 0;
	return length > tail && strcmp(name + length - tail, suffix) == 0;
}

static int read_folder(struct walk *walk)
{
	char path[4096];
	struct dirent *entry;
	unsigned int files = 0;
	int error;
	DIR *folder;

	if ((size_t)snprintf(path, sizeof(path), "%s%s", walk->root, walk->source->path) >=
	    sizeof(path))
		return 0;
	error = system_list(path, &folder);
	if (system_denied(error))
		return add_once(&walk->facts->denied, walk->source->path);
	if (error)
		return system_absent(error) ? 0 : error;
	while (error == 0) {
		errno = 0;
		entry = readdir(folder);
		if (entry == NULL) {
			error = -errno;
			break;
		}
		if (!is_wanted(entry->d_name, walk->source->suffix))
			continue;
		if (++files > CONFIG_FILES_MAX) {
			add_trouble(walk, walk->source->path, "more files than are looked at");
			break;
		}
		if ((size_t)snprintf(path, sizeof(path), "%s/%s", walk->source->path,
				     entry->d_name) < sizeof(path))
			error = read_file(walk, path);
	}
	closedir(folder);
	return error;
}

int config_read_all(const struct config_source *sources, const char *root,
		    struct configs_facts *facts)
{
	struct walk walk = { .root = root, .facts = facts };
	int error = 0;

	text_init(&walk.trouble, 4096);
	for (; error == 0 && sources->owner != NULL; sources++) {
		walk.source = sources;
		if (sources->reader == NULL)
			continue;
		error = sources->suffix != NULL ? read_folder(&walk) :
						  read_file(&walk, sources->path);
	}
	if (error == 0 && walk.trouble.length > 0 && facts->section.note == NULL) {
		facts->section.note = text_take(&walk.trouble);
		error = facts->section.note == NULL ? -ENOMEM : 0;
	}
	text_release(&walk.trouble);
	return error;
}

bool config_any(const struct config_source *sources, const char *root)
{
	char path[4096];

	for (; sources->owner != NULL; sources++) {
		if ((size_t)snprintf(path, sizeof(path), "%s%s", root, sources->path) >=
		    sizeof(path))
			continue;
		/* where that cannot be told, the helper will find words for it */
		if (system_exists(path) != 0)
			return true;
	}
	return false;
}
