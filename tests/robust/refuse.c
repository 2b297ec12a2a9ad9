/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refuse FAMILY ERRNO COMMAND...: executes the command in a sandbox (seccomp) that answers every
 * socket(FAMILY, ...) with ERRNO. FAMILY: inet, inet6, netlink, unix. ERRNO: EPERM, EAFNOSUPPORT.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

struct word {
	const char *word;
	unsigned int number;
};

static const struct word families[] = {
	{ "inet", AF_INET }, { "inet6", AF_INET6 }, { "netlink", AF_NETLINK }, { "unix", AF_UNIX },
	{ NULL, 0 },
};
static const struct word errnos[] = {
	{ "EPERM", EPERM }, { "EAFNOSUPPORT", EAFNOSUPPORT }, { NULL, 0 },
};

static const struct word *find(const struct word *words, const char *word)
{
	while (words->word != NULL && strcmp(words->word, word) != 0)
		words++;
	return words->word != NULL ? words : NULL;
}

int main(int argc, char **argv)
{
	const struct word *family = argc > 3 ? find(families, argv[1]) : NULL;
	const struct word *answer = argc > 3 ? find(errnos, argv[2]) : NULL;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, family != NULL ? family->number : 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
			 SECCOMP_RET_ERRNO | (answer != NULL ? answer->number : 0)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	if (family == NULL || answer == NULL)
		return 64;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
		perror("refuse");
		return 77;
	}
	execv(argv[3], argv + 3);
	perror("refuse");
	return 126;
}
