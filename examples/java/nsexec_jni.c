/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native method of JniRun.java.
 *
 *	cc -Wall -Wextra -shared -fPIC -o libnsexec_jni.so nsexec_jni.c \
 *		-I"$JAVA_HOME/include" -I"$JAVA_HOME/include/linux" \
 *		$(pkg-config --cflags --libs nsexec)
 */
#include <nsexec.h>

#include <jni.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* A list of strings that C can read, in one piece of memory; NULL: an exception waits. */
static const char **copy_strings(JNIEnv *env, jobjectArray array)
{
	jsize n = (*env)->GetArrayLength(env, array);
	size_t head = ((size_t)n + 1) * sizeof(char *), bytes = head;
	const char **list;
	char *end;

	for (jsize i = 0; i < n; i++) {
		jbyteArray s = (*env)->GetObjectArrayElement(env, array, i);

		bytes += (size_t)(*env)->GetArrayLength(env, s);
		(*env)->DeleteLocalRef(env, s);
	}
	list = malloc(bytes);
	if (!list) {
		(*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/OutOfMemoryError"), NULL);
		return NULL;
	}
	end = (char *)list + head;
	for (jsize i = 0; i < n; i++) {
		jbyteArray s = (*env)->GetObjectArrayElement(env, array, i);
		jsize length = (*env)->GetArrayLength(env, s);

		list[i] = end;
		(*env)->GetByteArrayRegion(env, s, 0, length, (jbyte *)end);
		(*env)->DeleteLocalRef(env, s);
		end += length;
	}
	list[n] = NULL;
	return list;
}

static jbyteArray bytes_of(JNIEnv *env, const char *bytes, size_t n)
{
	jbyteArray array = (*env)->NewByteArray(env, (jsize)n);

	if (array)
		(*env)->SetByteArrayRegion(env, array, 0, (jsize)n, (const jbyte *)bytes);
	return array;
}

static void throw_error(JNIEnv *env, const struct nsexec_error *e)
{
	jclass class = (*env)->FindClass(env, "JniRun$NsexecException");
	char text[512];
	jmethodID init;
	jobject thrown;

	if (!class)
		return;
	nsexec_error_text(e, text, sizeof(text));
	init = (*env)->GetMethodID(env, class, "<init>", "([B[BI[B[B)V");
	thrown = init ? (*env)->NewObject(env, class, init, bytes_of(env, text, strlen(text)),
					  bytes_of(env, e->step, strlen(e->step)), (jint)e->err,
					  bytes_of(env, e->subject, strlen(e->subject)),
					  bytes_of(env, e->hint, strlen(e->hint)))
		      : NULL;
	if (thrown)
		(*env)->Throw(env, thrown);
}

static jobject result_of(JNIEnv *env, const struct nsexec_io *io)
{
	jclass class = (*env)->FindClass(env, "JniRun$Result");
	jmethodID init = class ? (*env)->GetMethodID(env, class, "<init>", "(IZ[B[B)V") : NULL;
	int status = WIFEXITED(io->status) ? WEXITSTATUS(io->status) : 128 + WTERMSIG(io->status);

	if (!init)
		return NULL;
	return (*env)->NewObject(env, class, init, (jint)status, (jboolean)(io->timed_out != 0),
				 bytes_of(env, io->out, io->out_bytes),
				 bytes_of(env, io->err, io->err_bytes));
}

JNIEXPORT jobject JNICALL Java_JniRun_run(JNIEnv *env, jclass class, jobjectArray options,
					  jobjectArray argv, jint timeout_ms)
{
	struct nsexec_options how = { .size = sizeof(how) };
	struct nsexec_program program = { .size = sizeof(program) };
	struct nsexec_io io = { .size = sizeof(io), .timeout_ms = timeout_ms };
	const char **words = copy_strings(env, options);
	const char **args = words ? copy_strings(env, argv) : NULL;
	struct nsexec_error e;
	jobject result = NULL;

	(void)class;
	if (args) {
		how.words = words;
		program.argv = args;
		if (nsexec_run(&how, &program, &io, &e)) {
			throw_error(env, &e);
		} else {
			result = result_of(env, &io);
			nsexec_io_free(&io);
		}
	}
	free(args);
	free(words);
	return result;
}
