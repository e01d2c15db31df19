/* SPDX-License-Identifier: Apache-2.0 */
/* The log of the model, in JSON. */
#include "model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = { "panic", "fatal", "error", "warning", "info", "debug" };

static int log_fd = -1;
static int log_level = MODEL_DEBUG;
static const char *log_prefix = "nsexec";

void model_log_to(int fd, int level)
{
	log_fd = fd;
	log_level = level;
}

void model_log_as(const char *prefix)
{
	log_prefix = prefix;
}

bool model_logs(enum model_level level)
{
	return log_fd >= 0 && (int)level <= log_level;
}

/* Worst case six bytes for one. */
static char *json_escaped(const char *text)
{
	char *out = malloc(strlen(text) * 6 + 1);
	char *put = out;

	if (!out)
		return NULL;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\') {
			*put++ = '\\';
			*put++ = (char)c;
		} else if (c < 0x20 || c == 0x7f) {
			put += sprintf(put, "\\u%04x", c);
		} else {
			*put++ = (char)c;
		}
	}
	*put = '\0';
	return out;
}

void model_say(enum model_level level, const char *format, ...)
{
	char *text = NULL, *escaped = NULL, *line = NULL;
	va_list args;
	int n;

	if (!model_logs(level))
		return;
	va_start(args, format);
	n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return;
	escaped = json_escaped(text);
	n = escaped ? asprintf(&line, "{\"level\":\"%s\", \"msg\": \"%s[%d]: %s\"}\n",
			       level_names[level], log_prefix, getpid(), escaped)
		    : -1;
	if (n >= 0 && write(log_fd, line, (size_t)n) < 0)
		errno = 0; /* best effort: nobody is there to be told */
	free(line);
	free(escaped);
	free(text);
}
