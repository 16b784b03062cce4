/* The words for classes. */

#include "analysis/analysis.h"
#include "parse/value.h"

static const char *const classes[CLASS_COUNT] = {
	[CLASS_OWN] = "own",
	[CLASS_UNLISTED] = "unlisted",
	[CLASS_VENDOR] = "vendor",
	[CLASS_LIST] = "list",
	[CLASS_FORWARDER] = "forwarder",
	[CLASS_GATEWAY] = "gateway",
	[CLASS_RELAY] = "relay",
	[CLASS_SERVICE] = "service",
	[CLASS_SPOOF] = "spoof",
	[CLASS_UNKNOWN] = "unknown",
};

const char *sender_class_name(enum sender_class class)
{
	return classes[class];
}

bool
sender_class_parse(struct bytes name, enum sender_class *out)
{
	size_t i;

	for (i = 0; i < CLASS_COUNT; i++)
		if (text_is(name, classes[i])) {
			*out = (enum sender_class)i;
			return true;
		}
	return false;
}

const char *
confidence_name(enum confidence confidence)
{
	static const char *const names[] = { "low", "med", "high" };

	return names[confidence];
}

const char *
list_kind_name(enum list_kind kind)
{
	static const char *const names[] = {
		[KIND_INTACT] = "intact",
		[KIND_BREAKS] = "breaks",
		[KIND_RESIGN] = "resign",
		[KIND_ARC] = "arc",
		[KIND_STRIP] = "strip",
		[KIND_MIXED] = "mixed",
	};

	return names[kind];
}

const char *party_class_name(enum party_class class)
{
	static const char *const names[] = {
		[PARTY_NAMED] = "named",
		[PARTY_CROWD] = "crowd",
		[PARTY_GATE] = "gate",
	};

	return names[class];
}
