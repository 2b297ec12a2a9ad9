/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first thing that a helper program does: what the probe's process gave up and the kernel gave
 * back by execve(2) is given up again (prctl(2): PR_SET_DUMPABLE, PR_SET_PDEATHSIG).
 */
#include "probes/helper.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int helper_begin(void)
{
	const struct rlimit none = { .rlim_cur = 0 };
	struct pollfd reader = { .fd = STDOUT_FILENO };

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ||
	    setrlimit(RLIMIT_CORE, &none))
		return -errno;
	/*
	 * Who started this program may have died before his death could be signalled. His pid is
	 * not known here, but he alone holds the reading end of the answer's pipe.
	 */
	if (poll(&reader, 1, 0) > 0 && reader.revents & POLLERR)
		return -EPIPE;
	return 0;
}
