/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents made from the tables: each writer adds one whole document.
 */
#ifndef CMD_DOCS_H
#define CMD_DOCS_H

#include "cmd/option.h"
#include "rules/text.h"

void docs_man(const struct settings *settings, struct text *out);
void docs_bash(const struct settings *settings, struct text *out);
void docs_zsh(const struct settings *settings, struct text *out);
void docs_fish(const struct settings *settings, struct text *out);
void docs_rules(const struct settings *settings, struct text *out);
void docs_options(const struct settings *settings, struct text *out);
void docs_probes(const struct settings *settings, struct text *out);
void docs_facts(const struct settings *settings, struct text *out);
void docs_ram_policy(const struct settings *settings, struct text *out);
void docs_actions(const struct settings *settings, struct text *out);

#endif
