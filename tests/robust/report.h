/* SPDX-License-Identifier: Apache-2.0 */
/* Reports as text, made comparable: a run under disturbance against the undisturbed one. */
#ifndef ROBUST_REPORT_H
#define ROBUST_REPORT_H

/* Cuts out, in place, what differs from run to run: times, and values of counters. */
void report_normalise(char *text);
/* Prints the places where two of them part. */
void report_difference(const char *clean, const char *other);

#endif
