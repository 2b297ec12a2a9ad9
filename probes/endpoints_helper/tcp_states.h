/* SPDX-License-Identifier: Apache-2.0 */
/*
 * States in struct tcp_info, as tcp_states.h of the kernel numbers them. <linux/tcp.h>, which has
 * the whole of that struct, leaves them out, and goes with no <netinet/tcp.h>, which has them.
 */
#ifndef PROBES_ENDPOINTS_HELPER_TCP_STATES_H
#define PROBES_ENDPOINTS_HELPER_TCP_STATES_H

#define STATE_ESTABLISHED 1
#define STATE_CLOSE 7
#define STATE_CLOSE_WAIT 8

#endif
