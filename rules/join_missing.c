/* SPDX-License-Identifier: Apache-2.0 */
/* What one machine misses for the gate and another one supplies. */
#include "rules/join.h"

#include <errno.h>

static const struct join_machine *machine_at(const struct join *join, size_t place)
{
	return LIST_AT(&join->machines, struct join_machine, place);
}

static bool is_listed(const struct list *missing, const struct gate_missing *one)
{
	const struct gate_missing *other;
	size_t i;

	for (i = 0; i < missing->count; i++) {
		other = LIST_AT(missing, struct gate_missing, i);
		if (text_equal(other->vantage, one->vantage) &&
		    text_equal(other->needs, one->needs))
			return true;
	}
	return false;
}

/*
 * What traces supply is each host's own: what others miss is there once every one of the hosts has
 * it.
 */
static bool is_traced(const struct join *join, const struct judgement *judged, size_t place,
		      const struct gate_missing *one)
{
	bool any = false;
	size_t i;

	if (!one->traced || machine_at(join, place)->vantage == VANTAGE_GITLAB_HOST)
		return false;
	for (i = 0; i < join->machines.count; i++) {
		if (machine_at(join, i)->vantage != VANTAGE_GITLAB_HOST)
			continue;
		if (is_listed(&judged[i].missing, one))
			return false;
		any = true;
	}
	return any;
}

/*
 * Is there a machine of that very vantage that does not miss it? The cloud is the same for all who
 * ask it.
 */
static bool is_supplied(const struct join *join, const struct judgement *judged, size_t place,
			const struct gate_missing *one)
{
	bool cloud = text_equal(one->vantage, "cloud");
	size_t i;

	for (i = 0; i < join->machines.count; i++)
		if ((cloud ||
		     text_equal(vantage_words[machine_at(join, i)->vantage], one->vantage)) &&
		    !is_listed(&judged[i].missing, one))
			return true;
	return is_traced(join, judged, place, one);
}

/* What one machine needs is needed; it is accepted where all accept it. */
static void merge_missing(const struct list *missing, struct gate_missing *target)
{
	size_t i;

	for (i = 0; i < missing->count; i++) {
		const struct gate_missing *other = LIST_AT(missing, struct gate_missing, i);

		if (!text_equal(other->vantage, target->vantage) ||
		    !text_equal(other->needs, target->needs))
			continue;
		target->needed = target->needed || other->needed;
		target->accepted = target->accepted && other->accepted;
	}
}

int join_missing(const struct join *join, struct judgement *judged, size_t place,
		 struct judgement *out)
{
	struct list *missing = &judged[place].missing;
	struct gate_missing *one, *target;
	size_t i, j;

	for (i = 0; i < missing->count; i++) {
		one = LIST_AT(missing, struct gate_missing, i);
		if (one->open || is_listed(&out->missing, one) ||
		    is_supplied(join, judged, place, one))
			continue;
		target = list_add(&out->missing, sizeof(*target));
		if (!target)
			return -ENOMEM;
		*target = *one;
		*one = (struct gate_missing){ .needed = target->needed,
					      .accepted = target->accepted };
		one->vantage = text_copy(target->vantage);
		one->needs = text_copy(target->needs);
		if (!one->vantage || !one->needs)
			return -ENOMEM;
		for (j = 0; j < join->machines.count; j++)
			merge_missing(&judged[j].missing, target);
	}
	return 0;
}
