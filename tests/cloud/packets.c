/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is let in, against the kernel's own filter: random security groups and network ACLs, compiled
 * to nftables from their numbers, and real packets from the range to the service address. What
 * arrives there is what the algebra says, packet by packet.
 *
 *	packets [SETS]     300 sets of groups unless told otherwise, and a third as many ACLs
 *
 * All in a network namespace of its own: a veth pair, packets written to one end and read behind
 * the filter of the other.
 */
#include "rules/admission_acls.h"
#include "rules/admission_groups.h"
#include "tests/unit/admission_world.h"
#include "tests/unit/namespace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#define SETS 300
#define QUESTIONS 3       /* pairs of ports a set */
#define RANDOM_PEERS 40
#define MARKER 0x0a090909u /* 10.9.9.9: always admitted, ends a question */
#define PATIENCE_MS 5000
#define SKIPPED 77

struct wire {
	int out, in;
	struct sockaddr_ll to;
	uint8_t from[ETH_ALEN];
};

struct frame {
	struct ether_header ether;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

static bool hardware_address(int socket, const char *name, uint8_t out[ETH_ALEN], int *index)
{
	struct ifreq request = { .ifr_name = "" };

	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(socket, SIOCGIFHWADDR, &request) < 0)
		return false;
	memcpy(out, request.ifr_hwaddr.sa_data, ETH_ALEN);
	*index = (int)if_nametoindex(name);
	return *index > 0;
}

static bool wire_open(struct wire *wire)
{
	static const char *const filters[] = { "all", "default", "far" };
	char path[80];
	uint8_t far[ETH_ALEN];
	size_t i;
	int index;

	if (!namespace_ip("link add near type veth peer name far") ||
	    !namespace_ip("address add " WORLD_LOCAL "/24 dev far") ||
	    !namespace_ip("link set near up") || !namespace_ip("link set far up"))
		return false;
	for (i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter",
			       filters[i]);
		if (!namespace_write(path, "0"))
			return false;
	}
	wire->out = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	wire->in = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
	if (wire->out < 0 || wire->in < 0 || !hardware_address(wire->out, "far", far, &index) ||
	    !hardware_address(wire->out, "near", wire->from, &index))
		return false;
	wire->to = (struct sockaddr_ll){
		.sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_IP),
		.sll_ifindex = index, .sll_halen = ETH_ALEN,
	};
	memcpy(wire->to.sll_addr, far, ETH_ALEN);
	return true;
}

static uint16_t checksum(const struct iphdr *header)
{
	uint16_t words[sizeof(*header) / 2];
	uint32_t sum = 0;
	size_t i;

	memcpy(words, header, sizeof(words));
	for (i = 0; i < sizeof(words) / 2; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

static bool wire_send(const struct wire *wire, uint32_t from, uint32_t port, uint32_t source)
{
	struct frame frame = {
		.ether = { .ether_type = htons(ETHERTYPE_IP) },
		.ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP,
			.tot_len = htons(sizeof(struct iphdr) + sizeof(struct tcphdr)),
			.saddr = htonl(from) },
		.tcp = { .source = htons((uint16_t)source), .dest = htons((uint16_t)port),
			 .doff = 5, .syn = 1 },
	};
	struct iphdr header;

	if (inet_pton(AF_INET, WORLD_LOCAL, &frame.ip.daddr) != 1)
		return false;
	memcpy(frame.ether.ether_dhost, wire->to.sll_addr, ETH_ALEN);
	memcpy(frame.ether.ether_shost, wire->from, ETH_ALEN);
	header = frame.ip;
	frame.ip.check = checksum(&header);
	return sendto(wire->out, &frame, sizeof(frame), 0, (const struct sockaddr *)&wire->to,
		      sizeof(wire->to)) == (ssize_t)sizeof(frame);
}

/* Adds the bits of the peers that came through by now; true: the marker was among them. */
static bool wire_gather(const struct wire *wire, uint64_t bits[WORLD_WORDS])
{
	uint8_t buffer[256];
	struct iphdr header;
	uint32_t from;

	while (recv(wire->in, buffer, sizeof(buffer), MSG_DONTWAIT) >= (ssize_t)sizeof(header)) {
		memcpy(&header, buffer, sizeof(header));
		from = ntohl(header.saddr);
		if (from == MARKER)
			return true;
		if (from >= WORLD_FIRST && from <= WORLD_LAST)
			bits[(from & 0xffff) / 64] |= 1ull << (from & 63);
	}
	return false;
}

/* The rest, up to the marker; false: it never came. */
static bool wire_finish(const struct wire *wire, uint64_t bits[WORLD_WORDS])
{
	struct pollfd ready = { .fd = wire->in, .events = POLLIN };

	if (!wire_send(wire, MARKER, 1, 1))
		return false;
	while (!wire_gather(wire, bits))
		if (poll(&ready, 1, PATIENCE_MS) != 1)
			return false;
	return true;
}

/* One rule in nftables' words: a line for every pair of spans. */
static void write_rule(FILE *out, const struct told_rule *rule)
{
	unsigned int i, j;

	for (i = 0; i < rule->peer_count; i++)
		for (j = 0; j < rule->port_count; j++) {
			char first[20], last[20];

			world_quad(rule->peers[i][0], first, sizeof(first));
			world_quad(rule->peers[i][1], last, sizeof(last));
			(void)fprintf(out, "ip saddr >= %s ip saddr <= %s tcp dport >= %u "
				      "tcp dport <= %u tcp sport >= %u tcp sport <= %u %s\n",
				      first, last, rule->ports[j][0], rule->ports[j][1],
				      rule->sources[0], rule->sources[1],
				      rule->admits ? "accept" : "drop");
		}
}

/* The set as a chain: the strongest rule first, drops before accepts of the same strength. */
static bool load_filter(const struct told_world *world)
{
	const struct told_rule *order[WORLD_RULES + 2];
	unsigned int i, j, count = 0;
	FILE *out = popen("nft -f -", "w");

	if (!out)
		return false;
	for (i = 0; i < world->count; i++) {
		if (!world->rules[i].applies)
			continue;
		for (j = count++; j > 0 && told_wins(&world->rules[i], order[j - 1]); j--)
			order[j] = order[j - 1];
		order[j] = &world->rules[i];
	}
	(void)fprintf(out, "flush ruleset\ntable ip t {\nchain c {\n"
			   "type filter hook input priority 0; policy drop;\n"
			   "ip saddr 10.9.9.9 accept\n");
	for (i = 0; i < count; i++)
		write_rule(out, order[i]);
	(void)fprintf(out, "}\n}\n");
	return pclose(out) == 0;
}

static void want(uint64_t bits[WORLD_WORDS], uint32_t peer)
{
	if (peer >= WORLD_FIRST && peer <= WORLD_LAST)
		bits[(peer & 0xffff) / 64] |= 1ull << (peer & 63);
}

/* Peers at the borders of rules, and some by chance. */
static void choose_peers(const struct told_world *world, struct random *random,
			 uint64_t bits[WORLD_WORDS])
{
	unsigned int i, j, k;

	memset(bits, 0, WORLD_WORDS * sizeof(*bits));
	want(bits, WORLD_FIRST);
	want(bits, WORLD_LAST);
	for (i = 0; i < world->count; i++)
		for (j = 0; j < world->rules[i].peer_count; j++)
			for (k = 0; k < 2; k++) {
				uint32_t border = world->rules[i].peers[j][k];

				want(bits, border);
				want(bits, k ? border + 1 : border - 1);
			}
	for (i = 0; i < RANDOM_PEERS; i++)
		want(bits, WORLD_FIRST + random_below(random, 65536));
}

/* Ports of a rule as often as the service's own: else most packets would meet no rule. */
static struct admission_question choose_ports(const struct told_world *world,
					      struct random *random)
{
	struct admission_question question = {
		.peers = { WORLD_FIRST, WORLD_LAST }, .port = 443,
		.peer_port = 32768 + random_below(random, 28000),
	};
	const struct told_rule *rule;
	unsigned int pick = random_below(random, 4);

	if (!world->count || pick == 0)
		return question;
	rule = &world->rules[random_below(random, world->count)];
	if (rule->port_count)
		question.port = rule->ports[0][pick % 2];
	if (pick == 3)
		question.peer_port = rule->sources[random_below(random, 2)];
	if (!question.port)
		question.port = 1;
	if (!question.peer_port)
		question.peer_port = 1;
	return question;
}

/* What the program says of the peers that are asked about. */
static bool predict(const struct list *atoms, const struct admission_question *question,
		    const uint64_t asked[WORLD_WORDS], uint64_t bits[WORLD_WORDS])
{
	struct list pieces = { .count = 0 };
	bool good = admission_sweep(atoms, question, &pieces) == 0;
	size_t i;

	memset(bits, 0, WORLD_WORDS * sizeof(*bits));
	for (i = 0; i < pieces.count; i++) {
		const struct admission_piece *piece =
			LIST_AT(&pieces, struct admission_piece, i);

		if (piece->admitted)
			world_fill(bits, piece->peers.first, piece->peers.last);
	}
	for (i = 0; i < WORLD_WORDS; i++)
		bits[i] &= asked[i];
	admission_release(&pieces);
	return good;
}

static bool ask(const struct wire *wire, const struct told_world *world, const struct list *atoms,
		struct random *random)
{
	struct admission_question question = choose_ports(world, random);
	uint64_t asked[WORLD_WORDS], told[WORLD_WORDS], seen[WORLD_WORDS] = { 0 };
	uint32_t peer;

	choose_peers(world, random, asked);
	if (!predict(atoms, &question, asked, told))
		return false;
	for (peer = WORLD_FIRST; peer <= WORLD_LAST; peer++) {
		if (!(asked[(peer & 0xffff) / 64] >> (peer & 63) & 1))
			continue;
		if (!wire_send(wire, peer, question.port, question.peer_port))
			return false;
		(void)wire_gather(wire, seen);
	}
	if (!wire_finish(wire, seen))
		return false;
	for (peer = WORLD_FIRST; peer <= WORLD_LAST; peer++) {
		bool says = told[(peer & 0xffff) / 64] >> (peer & 63) & 1;
		bool came = seen[(peer & 0xffff) / 64] >> (peer & 63) & 1;

		if (says == came)
			continue;
		printf("# peer %08x to port %u from port %u: %s, and the program says %s\n", peer,
		       question.port, question.peer_port, came ? "came through" : "was dropped",
		       says ? "admitted" : "refused");
		return false;
	}
	return true;
}

static int compile(const struct told_world *world, bool acl, struct list *atoms)
{
	struct group_question groups = { .facts = &world->facts, .groups = &world->attached };
	struct acl_question acls = { .facts = &world->facts };

	if (acl) {
		acls.acl = LIST_AT(&world->facts.acls, struct network_acl_fact, 0);
		return admission_acls(&acls, atoms);
	}
	if (address_parse(WORLD_LOCAL, &groups.local) < 0)
		return -EINVAL;
	return admission_groups(&groups, atoms);
}

static bool run_set(const struct wire *wire, struct random *random, bool acl)
{
	struct told_world *world = calloc(1, sizeof(*world));
	struct list atoms = { .count = 0 };
	bool good = false;
	unsigned int i;

	world_must(world != NULL);
	if (acl)
		world_acl(world, random);
	else
		world_groups(world, random);
	if (compile(world, acl, &atoms) == 0)
		good = load_filter(world);
	for (i = 0; good && i < QUESTIONS; i++)
		good = ask(wire, world, &atoms, random);
	admission_release(&atoms);
	world_release(world);
	free(world);
	return good;
}

static int run_sets(const struct wire *wire, const char *name, unsigned long sets, bool acl)
{
	struct random random = random_seeded(name);
	unsigned long i;

	for (i = 0; i < sets; i++) {
		if (run_set(wire, &random, acl))
			continue;
		printf("FAIL cloud packets-%s: set %lu of %lu\n", name, i + 1, sets);
		return 1;
	}
	printf("ok cloud packets-%s (%lu sets)\n", name, sets);
	return 0;
}

int main(int count, char **arguments)
{
	unsigned long sets = count > 1 ? strtoul(arguments[1], NULL, 10) : SETS;
	struct wire wire;
	int status;

	if (!sets)
		return 64;
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (!namespace_enter() || !wire_open(&wire)) {
		printf("SKIP cloud packets: no network namespace with a veth pair here\n");
		return SKIPPED;
	}
	status = run_sets(&wire, "groups", sets, false);
	return run_sets(&wire, "acls", (sets + 2) / 3, true) || status;
}
