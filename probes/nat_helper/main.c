/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reachback-probe-nat PORT[,PORT...]: lists the tables that change destinations at prerouting and
 * writes where they send these ports, as a section "listeners", to stdout. Executed by the probe of
 * that name, with CAP_NET_ADMIN; changes nothing.
 */
#include "probes/helper.h"
#include "probes/nat_rules.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <nftables/libnftables.h>
#include <stdio.h>

#define OUTPUT_MAX ((size_t)1024 * 1024)
#define WORDS_MAX ((size_t)64 * 1024 * 1024)
#define COMMAND_MAX 512

static int ask_generation(struct mnl_socket *socket)
{
	char buffer[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *header;
	ssize_t length;

	message->nlmsg_type = (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETGEN;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	message->nlmsg_seq = 1;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->nfgen_family = AF_UNSPEC;
	header->version = NFNETLINK_V0;
	if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
		return -errno;
	do {
		length = mnl_socket_recvfrom(socket, buffer, sizeof(buffer));
		if (length < 0)
			return -errno;
		length = mnl_cb_run(buffer, (size_t)length, 1, 0, NULL, NULL);
	} while (length > MNL_CB_STOP);
	return length < 0 ? -errno : 0;
}

/* Whether the kernel answers this process; a kernel without nf_tables is the library's to tell. */
static int ask_once(void)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	int error;

	if (!socket)
		return errno == EACCES ? -EPERM : -errno;
	error = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ? -errno : ask_generation(socket);
	mnl_socket_close(socket);
	return error == -EPERM || error == -EACCES ? -EPERM : 0;
}

/*
 * May this process read the rules? The library's words and errno cannot tell a refusal from a call
 * that went astray later, so a plain question is put first and it alone says "denied", when two of
 * its answers agree.
 */
static int may_read(void)
{
	int first = ask_once(), second = ask_once();

	return first == second ? first : ask_once();
}

/* The array "nftables" of a command's answer; the caller deletes it. */
static int list(struct nft_ctx *context, const char *command, cJSON **objects)
{
	cJSON *answer;

	nft_ctx_output_set_flags(context, NFT_CTX_OUTPUT_JSON | NFT_CTX_OUTPUT_HANDLE);
	if (nft_run_cmd_from_buffer(context, command))
		return -EIO;
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
	struct nft_ctx *context;
	cJSON *all;
	struct text words;
	int error = may_read();

	if (error)
		return error;
	error = -ENOMEM;
	context = nft_ctx_new(NFT_CTX_DEFAULT);
	all = cJSON_CreateArray();
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
	if (helper_begin() || !freopen("/dev/null", "w", stderr))
		return 1;
	text_init(&out, OUTPUT_MAX);
	error = run(argc > 1 ? argv[1] : "", &out);
	if (!error)
		error = helper_answer(&out);
	text_release(&out);
	if (error)
		return error == -EPERM ? HELPER_DENIED : 1;
	return 0;
}
