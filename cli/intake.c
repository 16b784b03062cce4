#include "cli/intake.h"

#include "ingest/read.h"

void
intake_count(struct intake_counts *counts, const struct store_result *result)
{
	counts->inputs++;
	counts->outcomes[result->outcome]++;
	counts->stored += result->stored;
	counts->conflicts += result->conflicts;
	counts->duplicates += result->duplicates;
	counts->quarantined += result->quarantined;
}

void
intake_add_counts(
    struct intake_counts *counts, const struct intake_counts *more)
{
	size_t i;

	counts->inputs += more->inputs;
	for (i = 0; i <= STORE_OUTCOME_COUNT; i++)
		counts->outcomes[i] += more->outcomes[i];
	counts->stored += more->stored;
	counts->conflicts += more->conflicts;
	counts->duplicates += more->duplicates;
	counts->quarantined += more->quarantined;
}

bool
intake_add(struct store *store, const struct read_config *config,
    struct delivery *delivery, struct arena *arena, struct reading *reading,
    struct store_result *result, struct error *err)
{
	read_input(delivery->raw, config, arena, reading);
	delivery->reading = reading;
	return store_add(store, delivery, result, err);
}
