/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nsexec_run() for Node.js, as a promise: it runs on a thread of Node's pool, and the event
 * loop goes on.  Node-API, so one build serves all versions of Node.js.
 *
 *	run(options, argv, timeoutMs) -> Promise of { status, timedOut, out, err }
 *
 * A rejection is an Error with step, errno, subject and hint.
 */
#include <nsexec.h>

#define NAPI_VERSION 6
#include <node_api.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* One call, from JavaScript to the pool and back. */
struct call {
	char **options;
	char **argv;
	int timeout_ms;
	struct nsexec_io io;
	struct nsexec_error e;
	int result;
	napi_deferred deferred;
	napi_async_work work;
};

static void free_strings(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

static void free_call(struct call *c)
{
	free_strings(c->options);
	free_strings(c->argv);
	nsexec_io_free(&c->io);
	free(c);
}

/* NULL: it is no array of strings. */
static char **copy_strings(napi_env env, napi_value array)
{
	char **list = NULL;
	uint32_t n;

	if (napi_get_array_length(env, array, &n) == napi_ok)
		list = calloc((size_t)n + 1, sizeof(*list));
	for (uint32_t i = 0; list && i < n; i++) {
		napi_value s;
		size_t length;

		if (napi_get_element(env, array, i, &s) == napi_ok &&
		    napi_get_value_string_utf8(env, s, NULL, 0, &length) == napi_ok)
			list[i] = malloc(length + 1);
		if (!list[i] ||
		    napi_get_value_string_utf8(env, s, list[i], length + 1, NULL) != napi_ok) {
			free_strings(list);
			return NULL;
		}
	}
	return list;
}

/* On a thread of the pool, where nothing of JavaScript may be touched. */
static void execute(napi_env env, void *data)
{
	struct call *c = data;
	const struct nsexec_options how = {
		.size = sizeof(how),
		.words = (const char *const *)c->options,
	};
	const struct nsexec_program program = {
		.size = sizeof(program),
		.argv = (const char *const *)c->argv,
	};

	(void)env;
	c->io.size = sizeof(c->io);
	c->io.timeout_ms = c->timeout_ms;
	c->result = nsexec_run(&how, &program, &c->io, &c->e);
}

static void set_number(napi_env env, napi_value object, const char *name, int number)
{
	napi_value value;

	napi_create_int32(env, number, &value);
	napi_set_named_property(env, object, name, value);
}

static void set_text(napi_env env, napi_value object, const char *name, const char *text)
{
	napi_value value;

	napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
	napi_set_named_property(env, object, name, value);
}

static void set_buffer(napi_env env, napi_value object, const char *name, const char *bytes,
		       size_t n)
{
	napi_value value;

	napi_create_buffer_copy(env, n, bytes, NULL, &value);
	napi_set_named_property(env, object, name, value);
}

static napi_value error_of(napi_env env, const struct nsexec_error *e)
{
	napi_value text, error;
	char whole[512];

	nsexec_error_text(e, whole, sizeof(whole));
	napi_create_string_utf8(env, whole, NAPI_AUTO_LENGTH, &text);
	napi_create_error(env, NULL, text, &error);
	set_text(env, error, "step", e->step);
	set_number(env, error, "errno", e->err);
	set_text(env, error, "subject", e->subject);
	set_text(env, error, "hint", e->hint);
	return error;
}

static napi_value result_of(napi_env env, const struct nsexec_io *io)
{
	int status = WIFEXITED(io->status) ? WEXITSTATUS(io->status) : 128 + WTERMSIG(io->status);
	napi_value result, timed_out;

	napi_create_object(env, &result);
	set_number(env, result, "status", status);
	napi_get_boolean(env, io->timed_out != 0, &timed_out);
	napi_set_named_property(env, result, "timedOut", timed_out);
	set_buffer(env, result, "out", io->out, io->out_bytes);
	set_buffer(env, result, "err", io->err, io->err_bytes);
	return result;
}

/* Back on the thread of JavaScript. */
static void complete(napi_env env, napi_status status, void *data)
{
	struct call *c = data;

	(void)status; /* nobody cancels */
	if (c->result)
		napi_reject_deferred(env, c->deferred, error_of(env, &c->e));
	else
		napi_resolve_deferred(env, c->deferred, result_of(env, &c->io));
	napi_delete_async_work(env, c->work);
	free_call(c);
}

static napi_value run(napi_env env, napi_callback_info info)
{
	napi_value arg[3], promise, name;
	struct call *c = calloc(1, sizeof(*c));
	size_t n = 3;

	if (!c)
		return NULL;
	napi_get_cb_info(env, info, &n, arg, NULL, NULL);
	c->options = copy_strings(env, arg[0]);
	c->argv = copy_strings(env, arg[1]);
	if (!c->options || !c->argv ||
	    napi_get_value_int32(env, arg[2], &c->timeout_ms) != napi_ok) {
		free_call(c);
		napi_throw_type_error(env, NULL, "run(options, argv, timeoutMs)");
		return NULL;
	}
	napi_create_promise(env, &c->deferred, &promise);
	napi_create_string_utf8(env, "nsexec", NAPI_AUTO_LENGTH, &name);
	napi_create_async_work(env, NULL, name, execute, complete, c, &c->work);
	napi_queue_async_work(env, c->work);
	return promise;
}

NAPI_MODULE_INIT()
{
	napi_value function;

	napi_create_function(env, "run", NAPI_AUTO_LENGTH, run, NULL, &function);
	napi_set_named_property(env, exports, "run", function);
	return exports;
}
