#include "base/utf8.h"

#include <string.h>

size_t
utf8_len(const char *text, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t need, i;
	uint32_t c = bytes[0];

	if (c < 0x80)
		return 1;
	need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || need > len)
		return 0;
	c &= 0x7fU >> need;
	for (i = 1; i < need; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (bytes[i] & 0x3f);
	}
	if ((need == 3 && c < 0x800) || (need == 4 && c < 0x10000)
	    || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	return need;
}

void
utf8_mend(char *text)
{
	size_t len = strlen(text), step;

	for (; len > 0; text += step, len -= step) {
		step = utf8_len(text, len);
		if (step == 0) {
			*text = '?';
			step = 1;
		}
	}
}
