/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readers of the helper program: formats whose libraries the main program does not load.
 */
#ifndef PROBES_CONFIG_HELPER_H
#define PROBES_CONFIG_HELPER_H

#include "probes/config_source.h"

/* Command lines in a manifest of Kubernetes, and the keys of a k3s or rke2 configuration. */
int helper_read_yaml(const char *bytes, size_t length, struct config_sink *sink);
/* Destinations of netplan's routes. */
int helper_read_netplan(const char *bytes, size_t length, struct config_sink *sink);
/* <ip> and <route> of a libvirt network. */
int helper_read_libvirt(const char *bytes, size_t length, struct config_sink *sink);

#endif
