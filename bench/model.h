/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the model share; see model.c. */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum model_level { MODEL_FATAL = 1, MODEL_INFO = 4, MODEL_DEBUG = 5 };

/* @fd: negative: no log */
void model_log_to(int fd, int level);

/* As which process. */
void model_log_as(const char *prefix);

bool model_logs(enum model_level level);

__attribute__((format(printf, 2, 3))) void model_say(enum model_level level, const char *format,
						     ...);

#define model_die(...) (model_say(MODEL_FATAL, __VA_ARGS__), exit(1))

struct model_request {
	char *data;
	uint32_t clone_flags;
	char *paths;
	char *oom;
	size_t oom_length;
	bool rootless;
};

void model_read_request(int fd, struct model_request *rq);
void model_write_oom(const struct model_request *rq);

/* @list: KIND:PATH,... */
void model_join(char *list);

#endif
