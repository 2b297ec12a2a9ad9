/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds a world from its text: lines of ours are taken here, the others go to one `ip -batch`,
 * section by section, in their order.
 */
#include "tests/worlds/world.h"

#include "rules/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void set_sysctl(const char *name, const char *value)
{
	char path[256];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	file = fopen(path, "we");
	if (!file || fputs(value, file) < 0)
		printf("# cannot set %s\n", path);
	if (file)
		(void)fclose(file);
}

static int set_plan(struct plan *plan, const char *key, const char *value)
{
	plan->state = FACT_OK;
	if (!strcmp(key, "vantage"))
		return (plan->vantage = text_copy(value)) ? 0 : -ENOMEM;
	if (!strcmp(key, "vswitch_cidr"))
		return prefix_parse(value, &plan->link.vswitch_cidr);
	if (!strcmp(key, "return_next_hop"))
		return address_parse(value, &plan->datacenter.return_next_hop);
	if (!strcmp(key, "return_interface"))
		return (plan->datacenter.return_interface = text_copy(value)) ? 0 : -ENOMEM;
	if (!strcmp(key, "gitlab_ip"))
		return address_parse(value, &plan->link.gitlab_ip);
	if (!strcmp(key, "gitlab_url"))
		return (plan->gitlab.url = text_copy(value)) ? 0 : -ENOMEM;
	if (!strcmp(key, "cidr"))
		return strings_add(&plan->datacenter.cidrs, value);
	if (!strcmp(key, "maven_url")) {
		struct plan_maven *maven = list_add(&plan->maven, sizeof(*maven));

		return maven && (maven->url = text_copy(value)) ? 0 : -ENOMEM;
	}
	return -EINVAL;
}

static int add_service(struct world *world, const char *address, const char *port)
{
	struct probe_service *service = &world->services[world->service_count];
	uint64_t number;

	if (world->service_count == WORLD_SERVICES_MAX ||
	    address_parse(address, &service->address) || text_whole_number(port, 65535, &number))
		return -EINVAL;
	service->port = (uint32_t)number;
	world->service_count++;
	return 0;
}

/* listener ADDRESS PORT UID MARK [DEVICE] */
static int add_listener(struct world *world, const char *words)
{
	struct listener_fact *listener = list_add(&world->listeners.listeners, sizeof(*listener));
	char address[ADDRESS_TEXT_MAX] = "", device[16] = "";

	if (!listener || sscanf(words, "listener %47s %" SCNu32 " %" SCNu32 " %" SCNu32 " %15s",
				address, &listener->port, &listener->uid, &listener->mark.value,
				device) < 4 ||
	    address_parse(address, &listener->address))
		return -EINVAL;
	listener->mark.known = true;
	listener->dev = device[0] ? text_copy(device) : NULL;
	return 0;
}

/* published ADDRESS PORT CONTAINER PORT [BRIDGE] */
static int add_published(struct world *world, const char *words)
{
	struct published_fact *published =
		list_add(&world->listeners.published, sizeof(*published));
	char address[ADDRESS_TEXT_MAX] = "", container[ADDRESS_TEXT_MAX] = "", device[16] = "";

	if (!published || sscanf(words, "published %47s %" SCNu32 " %47s %" SCNu32 " %15s", address,
				 &published->port, container, &published->container_port,
				 device) < 4 ||
	    address_parse(address, &published->address) ||
	    address_parse(container, &published->container))
		return -EINVAL;
	published->diverts = true; /* as a NAT rule does */
	published->dev = device[0] ? text_copy(device) : NULL;
	return 0;
}

/* Did `ip` come to the end of its batch? It gives up at the first word that it does not know. */
static bool batch_ended(unsigned int mark)
{
	struct ifreq request = { .ifr_name = "lo" };
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ended = descriptor >= 0 && !ioctl(descriptor, SIOCGIFMTU, &request) &&
		     request.ifr_mtu == (int)mark;

	if (descriptor >= 0)
		(void)close(descriptor);
	return ended;
}

/* Runs `ip -force -batch` over what `lines` holds so far, and empties it. */
static int run_batch(FILE *lines)
{
	unsigned int mark;
	pid_t child;
	int status;

	mark = 10000 + (unsigned int)ftell(lines) % 50000;
	if (!ftell(lines))
		return 0;
	fprintf(lines, "link set lo mtu %u\n", mark);
	(void)fflush(lines);
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

		rewind(lines);
		(void)dup2(fileno(lines), STDIN_FILENO);
		(void)dup2(quiet, STDOUT_FILENO);
		(void)dup2(quiet, STDERR_FILENO);
		(void)execlp("ip", "ip", "-force", "-batch", "-", (char *)NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child)
		return -errno;
	rewind(lines);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 127 || ftruncate(fileno(lines), 0))
		return -ECHILD;
	return batch_ended(mark) ? 0 : -EINVAL;
}

static int take_line(struct world *world, char *line, FILE *lines)
{
	char copy[512];
	char *rest = copy;
	const char *word, *first, *second;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	copy[strcspn(copy, "\n")] = '\0';
	word = strsep(&rest, " ");
	if (!*word || *word == '#')
		return 0;
	first = strsep(&rest, " ");
	second = strsep(&rest, " ");
	if (!strcmp(word, "plan") && second)
		return set_plan(&world->plan, first, second);
	if (!strcmp(word, "listener"))
		return add_listener(world, line);
	if (!strcmp(word, "published"))
		return add_published(world, line);
	if (!strcmp(word, "expect")) {
		line[strcspn(line, "\n")] = '\0';
		return strings_add(&world->expected, line + strlen("expect "));
	}
	if (!strcmp(word, "service") && second)
		return add_service(world, first, second);
	if (strcmp(word, "sysctl")) {
		(void)fputs(line, lines);
		return 0;
	}
	/* a link's settings are there when the link is */
	if (run_batch(lines))
		return -ECHILD;
	if (second)
		set_sysctl(first, second);
	return 0;
}

int world_build(const char *path, struct world *world)
{
	FILE *lines = tmpfile();
	FILE *in = fopen(path, "re");
	char line[512];
	int code = lines && in ? 0 : -EIO;

	memset(world, 0, sizeof(*world));
	while (!code && fgets(line, sizeof(line), in)) {
		code = take_line(world, line, lines);
		if (code)
			printf("# %s: cannot take: %s", path, line);
	}
	if (!code)
		code = run_batch(lines);
	if (in)
		(void)fclose(in);
	if (lines)
		(void)fclose(lines);
	return code;
}

void world_release(struct world *world)
{
	plan_release(&world->plan);
	record_release(section_record(SECTION_LISTENERS), &world->listeners);
	strings_release(&world->expected);
	memset(world, 0, sizeof(*world));
}
