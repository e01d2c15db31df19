/* SPDX-License-Identifier: Apache-2.0 */
#include "carrier.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static struct nsx_words_store *store;
static struct nsx_carrier carrier;
static struct nsx_words words;
static struct nsx_error error;
static char text[512];

#define FIND(...) nsx_carrier_find((char *[]){ __VA_ARGS__, NULL }, &carrier)

static void finds_what_is_ours(void)
{
	check(FIND("A=1", "NSEXEC=-t 1", "B=2"));
	check_text(carrier.words, "-t 1");
	check_text(carrier.fd, NULL);
	check_text(carrier.log, NULL);
	check(FIND("NSEXEC_LOG=debug", "NSEXEC_FD=3"));
	check_text(carrier.words, NULL);
	check_text(carrier.fd, "3");
	check_text(carrier.log, "debug");
}

static void finds_nothing_else(void)
{
	check(!nsx_carrier_find((char *[]){ NULL }, &carrier));
	check(!FIND("A=1", "NSEXEC", "NSEXECX=1", "XNSEXEC=1", "NSEXEC_FDS=3", "NSEXEC_=1"));
	check(!FIND("NSEXEC=", "NSEXEC_FD="));
	check(!FIND("NSEXEC_LOG=debug"));
	check_text(carrier.log, "debug");
	check(!carrier.words && !carrier.fd);
}

/* Read from @fd, or from what @text says is one. */
static int receive(const char *fd)
{
	memset(store, 'x', sizeof(*store));
	memset(&error, 0, sizeof(error));
	words = (struct nsx_words){ 0 };
	carrier = (struct nsx_carrier){ .fd = fd };
	return nsx_carrier_read(&carrier, store, &words, &error);
}

static int receive_fd(int fd)
{
	static char number[16];

	(void)snprintf(number, sizeof(number), "%d", fd);
	return receive(number);
}

static const char *shown(void)
{
	nsx_error_text(&error, text, sizeof(text));
	return text;
}

static void check_two_words(void)
{
	check_int(words.n, 2);
	if (words.n != 2)
		return;
	check_text(words.word[0], "-t");
	check_text(words.word[1], "1234");
	check(words.word[2] == NULL);
}

static const char message[] = "-t\0001234"; /* and the NUL that ends it */

static void splits_nsexec(void)
{
	memset(&error, 0, sizeof(error));
	carrier = (struct nsx_carrier){ .words = "-t '1234'" };
	check_int(nsx_carrier_read(&carrier, store, &words, &error), 0);
	check_two_words();
}

static void reads_a_pipe_to_its_end_and_closes_it(void)
{
	int fds[2];

	check_int(pipe(fds), 0);
	check_int(write(fds[1], message, sizeof(message)), sizeof(message));
	(void)close(fds[1]);
	check_int(receive_fd(fds[0]), 0);
	check_two_words();
	check_int(fcntl(fds[0], F_GETFD), -1);
}

static void reads_a_socket(void)
{
	int fds[2];

	check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	check_int(write(fds[1], message, sizeof(message)), sizeof(message));
	(void)close(fds[1]);
	check_int(receive_fd(fds[0]), 0);
	check_two_words();
}

static void reads_a_file_from_where_it_stands(void)
{
	FILE *file = tmpfile();

	check_int(fwrite("skipped\0", 1, 8, file), 8);
	check_int(fwrite(message, 1, sizeof(message), file), sizeof(message));
	(void)fflush(file);
	(void)lseek(fileno(file), 8, SEEK_SET);
	check_int(receive_fd(dup(fileno(file))), 0);
	check_two_words();
	(void)fclose(file);
}

/* A child that writes byte by byte; with @flags the reader would not wait by itself. */
static void check_slow_writer(int flags)
{
	int fds[2], child, status;

	check_int(pipe2(fds, flags), 0);
	child = fork();
	if (child == 0) {
		(void)close(fds[0]);
		for (size_t i = 0; i < sizeof(message); i++)
			if (usleep(1000) < 0 || write(fds[1], message + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	(void)close(fds[1]);
	check_int(receive_fd(fds[0]), 0);
	check_two_words();
	check_int(waitpid(child, &status, 0), child);
	check_int(status, 0);
}

static void waits_for_a_slow_writer(void)
{
	check_slow_writer(0);
	check_slow_writer(O_NONBLOCK);
}

static void refuses_a_writer_that_ends_half_way(void)
{
	int fds[2];

	check_int(pipe(fds), 0);
	check_int(write(fds[1], message, sizeof(message) - 1), sizeof(message) - 1);
	(void)close(fds[1]);
	check_int(receive_fd(fds[0]), -1);
	check_text(shown(), "words: byte 7: the last word has no NUL: the writer ended half-way");
	check_int(pipe(fds), 0);
	(void)close(fds[1]);
	check_int(receive_fd(fds[0]), -1);
	check_text(shown(), "words: nothing arrived before end of file");
}

static void refuses_more_than_64_kib(void)
{
	char *bytes = calloc(1, NSX_WORDS_MAX + 1000);
	FILE *file = tmpfile();

	memset(bytes, 'a', NSX_WORDS_MAX - 1);
	check_int(fwrite(bytes, 1, NSX_WORDS_MAX, file), NSX_WORDS_MAX);
	rewind(file);
	check_int(receive_fd(dup(fileno(file))), 0);
	check_int(words.n, 1);
	(void)fseek(file, 0, SEEK_END);
	check_int(fwrite(bytes, 1, NSX_WORDS_MAX, file), NSX_WORDS_MAX);
	rewind(file);
	check_int(receive_fd(dup(fileno(file))), -1);
	check_text(shown(), "words too long (more than 65536 bytes): E2BIG Argument list too long");
	(void)fclose(file);
	free(bytes);
}

static void refuses_what_is_no_descriptor(void)
{
	static const char *const values[] = { "x",  "-1", "+3",	 " 3",	      "3 ",
					      "3x", "",	  "0x3", "2147483648" };
	int fds[2];
	char want[128];

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		unit_case = values[i];
		check_int(receive(values[i]), -1);
		check_int(error.step, NSX_STEP_READ);
		check_int(error.err, 0);
	}
	receive("x");
	check_text(shown(), "read: NSEXEC_FD is not a descriptor (x)");
	check_int(receive("1234567"), -1);
	check_text(shown(), "read NSEXEC_FD (1234567): EBADF Bad file descriptor");
	check_int(pipe(fds), 0);
	check_int(receive_fd(fds[1]), -1); /* the end that cannot be read */
	(void)snprintf(want, sizeof(want), "read NSEXEC_FD (%d): EBADF Bad file descriptor",
		       fds[1]);
	check_text(shown(), want);
	check_int(receive_fd(open("/", O_RDONLY)), -1);
	check_int(error.err, EISDIR);
}

static void refuses_two_carriers(void)
{
	memset(&error, 0, sizeof(error));
	carrier = (struct nsx_carrier){ .words = "-n", .fd = "3" };
	check_int(nsx_carrier_read(&carrier, store, &words, &error), -1);
	check_text(shown(), "read: both NSEXEC and NSEXEC_FD are set");
}

int main(void)
{
	store = malloc(sizeof(*store));
	unit("our variables are found among others", finds_what_is_ours);
	unit("names that only look like ours, and empty values, ask for nothing",
	     finds_nothing_else);
	unit("the words of NSEXEC are split", splits_nsexec);
	unit("a pipe is read to its end and closed", reads_a_pipe_to_its_end_and_closes_it);
	unit("a socket will do", reads_a_socket);
	unit("a file is read from where it stands", reads_a_file_from_where_it_stands);
	unit("a slow writer is waited for, also where reads do not block", waits_for_a_slow_writer);
	unit("a writer that ends half-way, or writes nothing, is refused",
	     refuses_a_writer_that_ends_half_way);
	unit("64 KiB are read, more is refused", refuses_more_than_64_kib);
	unit("what is no descriptor that can be read is refused", refuses_what_is_no_descriptor);
	unit("two carriers at once are refused", refuses_two_carriers);
	free(store);
	return unit_end();
}
