/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reachback-probe-nat PORT[,PORT...]: lists the tables that change destinations at prerouting and
 * writes where they send these ports, as a section "listeners", to stdout. Executed by the probe of
 * that name, with CAP_NET_ADMIN; changes nothing.
 */
#include "probes/helper.h"
#include "probes/nat_rules.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <stdio.h>

#define OUTPUT_MAX ((size_t)1024 * 1024)
#define WORDS_MAX ((size_t)64 * 1024 * 1024)
#define COMMAND_MAX 512

/* The array "nftables" of a command's answer; the caller deletes it. */
static int list(struct nft_ctx *context, const char *command, cJSON **objects)
{
	cJSON *answer;

	nft_ctx_output_set_flags(context, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_HANDLE);
	if (nft_run_cmd_from_buffer(context, command))
		return errno == EPERM || errno == EACCES ? -EPERM : -EIO;
	answer = cJSON_Parse(nft_ctx_get_output_buffer(context));
	*objects = cJSON_DetachItemFromObjectCaseSensitive(answer, "nftables");
	cJSON_Delete(answer);
	return *objects ? 0 : -EIO;
}

static int list_words(struct nft_ctx *context, const char *command, struct text *words)
{
	nft_ctx_output_set_flags(context, NFT_CTX_OUTPUT_HANDLE);
	if (nft_run_cmd_from_buffer(context, command))
		return -EIO;
	text_add(words, nft_ctx_get_output_buffer(context));
	return text_error(words);
}

/* Is the object a chain at prerouting that may change destinations, the first of its table? */
static bool names_table(const cJSON *object, const cJSON *objects, char command[COMMAND_MAX])
{
	const cJSON *chain = nat_base_chain(object), *before;

	if (!chain)
		return false;
	for (before = objects->child; before != object; before = before->next) {
		const cJSON *other = nat_base_chain(before);

		if (other && text_equal(nat_string(other, "table"), nat_string(chain, "table")) &&
		    text_equal(nat_string(other, "family"), nat_string(chain, "family")))
			return false;
	}
	return (size_t)snprintf(command, COMMAND_MAX, "list table %s %s",
				nat_string(chain, "family"), nat_string(chain, "table")) <
	       COMMAND_MAX;
}

static int read_tables(struct nft_ctx *context, cJSON *all, struct text *words)
{
	cJSON *chains = NULL, *objects = NULL;
	const cJSON *object;
	char command[COMMAND_MAX];
	int error = list(context, "list chains", &chains);

	cJSON_ArrayForEach(object, chains) {
		if (error || !names_table(object, chains, command))
			continue;
		error = list(context, command, &objects);
		if (!error && nat_has_foreign(objects))
			error = list_words(context, command, words);
		while (!error && objects->child)
			cJSON_AddItemToArray(all, cJSON_DetachItemFromArray(objects, 0));
		cJSON_Delete(objects);
		objects = NULL;
	}
	cJSON_Delete(chains);
	return error;
}

static int read_ports(const struct nat_ruleset *ruleset, const char *ports, struct text *out)
{
	struct listeners_facts found = { .section.state = FACT_OK };
	const struct record *record = section_record(SECTION_LISTENERS);
	int error = 0;

	while (!error && *ports) {
		uint64_t port;

		error = text_number(&ports, 65535, &port);
		if (!error)
			error = nat_read_port(ruleset, (uint32_t)port, &found);
		ports += *ports == ',';
	}
	if (!error) {
		record_write(record, &found, out, -1);
		error = text_error(out);
	}
	record_release(record, &found);
	return error;
}

static int run(const char *ports, struct text *out)
{
	struct nft_ctx *context = nft_ctx_new(NFT_CTX_DEFAULT);
	cJSON *all = cJSON_CreateArray();
	struct text words;
	int error = -ENOMEM;

	text_init(&words, WORDS_MAX);
	if (context && all && !nft_ctx_buffer_output(context) && !nft_ctx_buffer_error(context))
		error = read_tables(context, all, &words);
	if (!error)
		error = read_ports(&(struct nat_ruleset){ all, text_string(&words) }, ports, out);
	text_release(&words);
	cJSON_Delete(all);
	if (context)
		nft_ctx_free(context);
	return error;
}

int main(int argc, char **argv)
{
	struct text out;
	int error;

	/* the library speaks to stderr, which is the caller's */
	if (!freopen("/dev/null", "w", stderr))
		return 1;
	text_init(&out, OUTPUT_MAX);
	error = run(argc > 1 ? argv[1] : "", &out);
	if (!error && (fwrite(text_string(&out), 1, out.length, stdout) != out.length ||
		       fflush(stdout)))
		error = -EIO;
	text_release(&out);
	if (error)
		return error == -EPERM ? HELPER_DENIED : 1;
	return 0;
}
