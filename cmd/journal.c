/* SPDX-License-Identifier: Apache-2.0 */
/* The journal of `create` and its lock. */
#include "cmd/journal.h"

#include "cmd/clock.h"
#include "cmd/input.h"
#include "cmd/output.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PATH_LIMIT ((size_t)4096)
#define ENTRY_LIMIT ((size_t)1024 * 1024)
#define POLL_MS 50u

const char *const journal_state_words[JOURNAL_STATES + 1] = {
	[JOURNAL_NONE] = "",
	[JOURNAL_CALLING] = "calling",
	[JOURNAL_MADE] = "made",
	[JOURNAL_REFUSED] = "refused",
};

static const struct field entry_fields[] = {
	FIELD(journal_entry, schema, FIELD_REQUIRED, "\"" JOURNAL_SCHEMA "\""),
	FIELD_WORDS(journal_entry, state, journal_state_words, FIELD_REQUIRED, "what is known"),
	FIELD(journal_entry, time, FIELD_REQUIRED, "since when"),
	FIELD(journal_entry, kind, 0, "which link"),
	FIELD(journal_entry, module, 0, "of the registry's link"),
	FIELD(journal_entry, instance_id, 0, "instance of the registry"),
	FIELD(journal_entry, vpc_id, 0, "VPC of the link"),
	FIELD(journal_entry, vswitch_id, 0, "vSwitch of the link"),
	FIELD_OBJECT_OF(journal_entry, call, &change_call_record, FIELD_OMIT, "the call"),
	FIELD(journal_entry, override, 0, "why the gate was not obeyed"),
	FIELD(journal_entry, note, 0, "what came of it, in words"),
	FIELD(journal_entry, request_id, 0, "of the answer"),
	{ .name = NULL },
};
static const struct record entry_record = {
	.name = "journal_entry", .size = sizeof(struct journal_entry), .fields = entry_fields,
};

/* $XDG_STATE_HOME where it is absolute, as its specification demands. */
static int find_folder(struct text *folder, struct fault *fault)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (geteuid() == 0)
		text_add(folder, "/var/lib");
	else if (state && state[0] == '/')
		text_add(folder, state);
	else if (home && home[0] == '/')
		text_addf(folder, "%s/.local/state", home);
	else
		return fault_set(fault, -ENOENT, "there is no folder for the journal: neither "
						 "XDG_STATE_HOME nor HOME is an absolute path");
	text_add(folder, "/reachback");
	return text_error(folder);
}

/* With its parents; what is there already is fine. */
static int make_folder(const char *folder, struct fault *fault)
{
	char *path = text_copy(folder), *slash;
	int code = 0;

	if (!path)
		return -ENOMEM;
	for (slash = strchr(path + 1, '/'); slash && !code; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) && errno != EEXIST && errno != EROFS && errno != EACCES)
			code = -errno;
		*slash = '/';
	}
	if (!code && mkdir(path, 0700) && errno != EEXIST)
		code = -errno;
	free(path);
	return code ? fault_set(fault, code, "cannot make the journal's folder \"%s\": %s", folder,
				strerror(-code)) : 0;
}

static int take_lock(struct journal *journal, uint64_t wait_ms, struct fault *fault)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
	struct text path;
	uint64_t waited;
	int code = 0;

	text_init(&path, PATH_LIMIT);
	text_addf(&path, "%s.lock", journal->path);
	code = text_error(&path);
	if (!code) {
		journal->lock = open(text_string(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
				     0600);
		code = journal->lock < 0 ? -errno : 0;
	}
	for (waited = 0; !code && flock(journal->lock, LOCK_EX | LOCK_NB); waited += POLL_MS) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			code = -errno;
		else if (waited >= wait_ms)
			code = -EBUSY;
		else
			(void)nanosleep(&pause, NULL);
	}
	text_release(&path);
	if (code == -EBUSY)
		return fault_set(fault, code, "another run is busy with this very link");
	return code ? fault_set(fault, code, "cannot lock the journal \"%s\": %s", journal->path,
				strerror(-code)) : 0;
}

static int read_entry(struct journal *journal, struct fault *fault)
{
	struct fault inner = { .code = 0 };
	struct text bytes;
	cJSON *json = NULL;
	int code;

	if (access(journal->path, F_OK) && errno == ENOENT)
		return 0;
	text_init(&bytes, ENTRY_LIMIT);
	code = input_read(journal->path, &bytes, fault);
	if (!code) {
		code = json_parse(text_string(&bytes), bytes.length, &json, &inner);
		if (!code)
			code = record_read(&entry_record, json, &journal->entry, 0, &inner);
		if (!code && !text_equal(journal->entry.schema, JOURNAL_SCHEMA))
			code = -EINVAL;
		if (code)
			fault_set(fault, code, "cannot use the journal \"%s\": %s", journal->path,
				  fault_text(&inner, code));
	}
	cJSON_Delete(json);
	text_release(&bytes);
	return code;
}

static int name_file(struct journal *journal, const char *name, struct fault *fault)
{
	struct text folder, path;
	int code;

	memset(journal, 0, sizeof(*journal));
	journal->lock = -1;
	text_init(&folder, PATH_LIMIT);
	text_init(&path, PATH_LIMIT);
	code = find_folder(&folder, fault);
	if (!code) {
		text_addf(&path, "%s/%s.json", text_string(&folder), name);
		journal->folder = text_take(&folder);
		journal->path = text_take(&path);
		code = journal->folder && journal->path ? 0 : -ENOMEM;
	}
	text_release(&folder);
	text_release(&path);
	return code;
}

int journal_peek(struct journal *journal, const char *name, struct fault *fault)
{
	int code = name_file(journal, name, fault);

	return code ? code : read_entry(journal, fault);
}

int journal_open(struct journal *journal, const char *name, uint64_t wait_ms, struct fault *fault)
{
	int code = name_file(journal, name, fault);

	if (!code)
		code = make_folder(journal->folder, fault);
	if (!code)
		code = take_lock(journal, wait_ms, fault);
	return code ? code : read_entry(journal, fault);
}

/* A rename is on disk when the folder is. */
static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), code = 0;

	if (fd < 0)
		return -errno;
	if (fsync(fd))
		code = -errno;
	(void)close(fd);
	return code;
}

static int set_time(struct journal_entry *entry)
{
	char now[CLOCK_TEXT_MAX];
	int code = clock_now_text(now);

	if (code)
		return code;
	free(entry->time);
	free(entry->schema);
	entry->time = text_copy(now);
	entry->schema = text_copy(JOURNAL_SCHEMA);
	return entry->time && entry->schema ? 0 : -ENOMEM;
}

int journal_write(struct journal *journal, enum journal_state state, struct fault *fault)
{
	struct text bytes;
	int code = set_time(&journal->entry);

	journal->entry.state = (int)state;
	text_init(&bytes, ENTRY_LIMIT);
	if (!code) {
		record_write(&entry_record, &journal->entry, &bytes, 0);
		text_add(&bytes, "\n");
		code = output_file(journal->path, &bytes, fault);
	}
	if (!code)
		code = sync_folder(journal->folder);
	text_release(&bytes);
	return code ? fault_set(fault, code, "cannot write the journal \"%s\": %s", journal->path,
				strerror(-code)) : 0;
}

void journal_close(struct journal *journal)
{
	if (journal->path && journal->lock >= 0)
		(void)close(journal->lock);
	free(journal->path);
	free(journal->folder);
	record_release(&entry_record, &journal->entry);
	memset(journal, 0, sizeof(*journal));
	journal->lock = -1;
}
