#include "parse/report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/limits.h"

const char *
report_kind_name(enum report_kind kind)
{
	return kind == REPORT_DMARC ? "dmarc" : "tlsrpt";
}

void
report_note(struct report *report, struct arena *arena, const char *code,
    const char *fmt, ...)
{
	const struct note **end = &report->notes;
	struct note *note;
	char detail[512];
	va_list args;

	if (report->note_count++ >= MAX_NOTES)
		return;
	/* The list is short; its pointers are ours to change. */
	while (*end != NULL)
		end = (const struct note **)&(*end)->next;
	va_start(args, fmt);
	vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	note = arena_alloc(arena, 1, sizeof(*note));
	note->code = code;
	note->detail = arena_copy(arena, bytes_of(detail));
	*end = note;
}
