/* SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct command commands[RACE_CONTESTANTS_MAX];

pid_t command_start(const struct command *c)
{
	const pid_t pid = vfork();

	if (pid < 0)
		err(2, "vfork");
	if (pid == 0) {
		(void)execve(c->argv[0], c->argv, c->env); /* returns only if it fails */
		_exit(127);
	}
	return pid;
}

void command_wait(const struct command *c, pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || status)
		errx(1, "%s: %s has failed: status 0x%x", c->name, c->argv[0], (unsigned)status);
}

/* Our environment with @n variables more, for good. */
static char **environment(char **more, size_t n)
{
	size_t have = 0;
	char **env;

	while (environ[have])
		have++;
	env = calloc(have + n + 1, sizeof(*env));
	if (!env)
		err(2, "memory");
	memcpy(env, environ, have * sizeof(*env));
	memcpy(env + have, more, n * sizeof(*env));
	return env;
}

/* NAME[@EVERY]; what it runs is in @c already. */
static void enter(struct race *r, struct command *c, char *name, void (*run)(void *))
{
	char *at = strchr(name, '@');
	struct contestant *it;

	if (at)
		*at++ = '\0';
	c->name = name;
	it = race_add(r, name, run, c);
	it->programs = true;
	if (at)
		it->every = race_number(at, 1, 1000000);
}

/* Return: the words behind it. */
static char **take(struct race *r, char **words, void (*run)(void *))
{
	struct command *c = &commands[r->n % RACE_CONTESTANTS_MAX];
	char *name = *words++, **first = words;

	while (*words && **words != '/' && strchr(*words, '='))
		words++;
	c->env = environment(first, (size_t)(words - first));
	c->argv = words;
	while (*words && strcmp(*words, ";") != 0)
		words++;
	if (words == c->argv || c->argv[0][0] != '/' || !*words)
		errx(2, "%s: the words are NAME [VARIABLE=VALUE]... /COMMAND [ARGUMENT]... ';'",
		     name);
	*words++ = NULL;
	enter(r, c, name, run);
	return words;
}

void command_enter(struct race *r, char **words, void (*run)(void *command))
{
	while (*words)
		words = take(r, words, run);
}
