/* SPDX-License-Identifier: Apache-2.0 */
#include "initpipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bootstrap.h"
#include "fd.h"
#include "message.h"
#include "unit.h"

static struct nsx_initpipe pipe_;
static struct nsx_error error;
static char text[512];

static const char *shown(void)
{
	nsx_error_text(&error, text, sizeof(text));
	return text;
}

/* ---- the variables ---- */

#define FIND(...) nsx_initpipe_find((char *const[]){ __VA_ARGS__, NULL }, &pipe_)

static void variables_are_found(void)
{
	check(FIND("PATH=/bin", "_LIBCONTAINER_INITPIPE=3", "_LIBCONTAINER_LOGPIPE=4",
		   "_LIBCONTAINER_LOGLEVEL=5", "_LIBCONTAINER_SYNCPIPE=6"));
	check_text(pipe_.pipe, "3");
	check_text(pipe_.log, "4");
	check_text(pipe_.level, "5");
	check(FIND("_LIBCONTAINER_LOGLEVEL=0", "_LIBCONTAINER_INITPIPE=0"));
	check_text(pipe_.pipe, "0");
	check_text(pipe_.log, NULL);
	check_text(pipe_.level, "0");
	check(FIND("_LIBCONTAINER_INITPIPE=3", "_LIBCONTAINER_INITPIPE=4"));
	check_text(pipe_.pipe, "3");
}

static void without_a_pipe_nothing_is_asked(void)
{
	char *nothing[] = { NULL };

	check(!nsx_initpipe_find(nothing, &pipe_));
	check_text(pipe_.pipe, NULL);
	check(!FIND("PATH=/bin"));
	check(!FIND("_LIBCONTAINER_LOGPIPE=4", "_LIBCONTAINER_LOGLEVEL=5"));
	check(!FIND("_LIBCONTAINER_INITPIPE", "_LIBCONTAINER_INITPIPES=3",
		    "LIBCONTAINER_INITPIPE=3", "A_LIBCONTAINER_INITPIPE=3",
		    "_libcontainer_initpipe=3"));
	check_text(pipe_.pipe, NULL);
}

static void empty_variable_is_none(void)
{
	check(!FIND("_LIBCONTAINER_INITPIPE="));
	check(FIND(
		"_LIBCONTAINER_LOGPIPE=", "_LIBCONTAINER_LOGLEVEL=", "_LIBCONTAINER_INITPIPE=3"));
	check_text(pipe_.pipe, "3");
	check_text(pipe_.log, NULL);
	check_text(pipe_.level, NULL);
}

/* ---- the log ---- */

static struct nsx_log log_;
static char number[16]; /* of a descriptor that is open */

static int open_log(const char *log, const char *level)
{
	pipe_ = (struct nsx_initpipe){ .pipe = "3", .log = log, .level = level };
	memset(&error, 0, sizeof(error));
	memset(&log_, 0x55, sizeof(log_));
	return nsx_initpipe_log(&pipe_, &log_, &error);
}

static void without_a_log_pipe_only_errors_are_told(void)
{
	check_int(open_log(NULL, NULL), 0);
	check_int(log_.fd, NSX_NOFD);
	check_int(log_.level, NSX_LOG_ERROR);
	check_int(log_.form, NSX_LOG_RUNC);
	check_int(log_.stage, 0);
	check_int(open_log(NULL, "nonsense"), 0); /* runc does not read it either */
	check_int(log_.level, NSX_LOG_ERROR);
}

/* 0 panic, 1 fatal, 2 error, 3 warning, 4 info, 5 debug, 6 trace */
static void levels_of_runc_are_ours(void)
{
	static const struct {
		const char *value;
		enum nsx_level level;
	} rows[] = {
		{ "0", NSX_LOG_OFF },	 { "1", NSX_LOG_ERROR }, { "2", NSX_LOG_ERROR },
		{ "3", NSX_LOG_ERROR },	 { "4", NSX_LOG_ERROR }, { "5", NSX_LOG_DEBUG },
		{ "6", NSX_LOG_DEBUG },	 { "7", NSX_LOG_DEBUG }, { "2147483647", NSX_LOG_DEBUG },
		{ NULL, NSX_LOG_DEBUG },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		check_int(open_log(number, rows[i].value), 0);
		check_int(log_.level, rows[i].level);
		check_int(log_.fd, atoi(number));
		check_int(log_.form, NSX_LOG_RUNC);
	}
}

/* Its reader waits until nobody has it open any more. */
static void log_pipe_is_closed_by_exec(void)
{
	const int fd = atoi(number);

	check_int(fcntl(fd, F_SETFD, 0), 0);
	check_int(open_log(number, NULL), 0);
	check_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

static const char *const no_numbers[] = {
	"x",
	"-1",
	"+3",
	" 3",
	"3 ",
	"3x",
	"0x3",
	"3.0",
	"2147483648",
	"4294967299",
	"18446744073709551619",
};

#define NO_NUMBERS (sizeof(no_numbers) / sizeof(*no_numbers))

static void refused(const char *name, const char *what, const char *value)
{
	char want[128];

	(void)snprintf(want, sizeof(want), "read: _LIBCONTAINER_%s is not a %s (%s)", name, what,
		       value);
	check_int(error.step, NSX_STEP_READ);
	check_text(shown(), want);
}

/* And the log can be used for saying so. */
static void other_numbers_are_refused(void)
{
	for (size_t i = 0; i < NO_NUMBERS; i++) {
		check_int(open_log(no_numbers[i], NULL), -1);
		refused("LOGPIPE", "descriptor", no_numbers[i]);
		check_int(log_.fd, NSX_NOFD);
		check_int(log_.level, NSX_LOG_ERROR);
		check_int(open_log(number, no_numbers[i]), -1);
		refused("LOGLEVEL", "level", no_numbers[i]);
		check_int(log_.fd, atoi(number));
		check_int(log_.level, NSX_LOG_ERROR);
		check_int(log_.form, NSX_LOG_RUNC);
	}
}

static void closed_log_pipe_is_an_error(void)
{
	check_int(open_log("1234567", "5"), -1);
	check_text(shown(), "read _LIBCONTAINER_LOGPIPE (1234567): EBADF Bad file descriptor");
	check_int(log_.fd, NSX_NOFD);
	check_int(log_.level, NSX_LOG_ERROR);
	check_int(log_.form, NSX_LOG_RUNC);
}

/* ---- the message ---- */

static int ends[2]; /* of the pipe: ours, and the caller's */
static struct nsx_message got;
static int got_fd;

static void begin(void)
{
	check_int(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
}

static int read_it(void)
{
	char value[16];
	int rc;

	(void)snprintf(value, sizeof(value), "%d", ends[0]);
	pipe_ = (struct nsx_initpipe){ .pipe = value };
	memset(&error, 0, sizeof(error));
	memset(&got, 0x55, sizeof(got));
	got_fd = -7;
	rc = nsx_initpipe_read(&pipe_, &got_fd, &got, &error);
	pipe_.pipe = NULL;
	return rc;
}

static void end(void)
{
	nsx_message_free(&got);
	check(got.bytes == got.small && got.len == 0);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* Without the parts that are refused later, so it is any bytes. */
static void put(const char *bytes, size_t len)
{
	char front[NSX_BOOTSTRAP_HEADER];

	message_front(front, len, MESSAGE_INIT);
	check_int(write(ends[1], front, sizeof(front)), (int)sizeof(front));
	check_int(write(ends[1], bytes, len), (int)len);
}

static void message_arrives_whole(void)
{
	begin();
	put("abcdefgh", 8);
	check_int(write(ends[1], "more", 4), 4); /* what the host will read */
	check_int(read_it(), 0);
	check_int(got_fd, ends[0]);
	check_int(got.len, 8);
	check(got.bytes && memcmp(got.bytes, "abcdefgh", 8) == 0);
	check_int(read(ends[0], text, sizeof(text)), 4);
	end();
}

static void message_may_be_empty(void)
{
	begin();
	put("", 0);
	check_int(read_it(), 0);
	check_int(got.len, 0);
	check(got.bytes == got.small);
	end();
}

/* From a process of its own, which is slower than we are. */
static pid_t write_slowly(const char *bytes, size_t len, size_t piece)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	(void)close(ends[0]);
	for (size_t at = 0; at < len; at += piece) {
		const size_t n = len - at < piece ? len - at : piece;

		if (write(ends[1], bytes + at, n) != (ssize_t)n)
			_exit(1);
		(void)usleep(500);
	}
	_exit(0);
}

static void check_writer(pid_t pid)
{
	int status = -1;

	check_int(waitpid(pid, &status, 0), pid);
	check_int(status, 0);
}

static void check_pieces(int flags)
{
	char all[NSX_BOOTSTRAP_HEADER + 20];

	message_front(all, 20, MESSAGE_INIT);
	memcpy(all + NSX_BOOTSTRAP_HEADER, "abcdefghijklmnopqrst", 20);
	for (size_t piece = 1; piece < sizeof(all); piece += 5) {
		pid_t writer;

		begin();
		check_int(fcntl(ends[0], F_SETFL, flags), 0);
		writer = write_slowly(all, sizeof(all), piece);
		check_int(read_it(), 0);
		check_int(got.len, 20);
		check(got.bytes && memcmp(got.bytes, "abcdefghijklmnopqrst", 20) == 0);
		check_int(fcntl(ends[0], F_GETFL) & O_NONBLOCK, flags);
		check_writer(writer);
		end();
	}
}

static void message_may_come_in_pieces(void)
{
	check_pieces(0);
}

static void pipe_may_be_non_blocking(void)
{
	check_pieces(O_NONBLOCK);
}

/* Every length, that of nothing included, that is less than what was promised. */
static void end_inside_the_message_is_an_error(void)
{
	char all[NSX_BOOTSTRAP_HEADER + 4];

	message_front(all, 4, MESSAGE_INIT);
	memcpy(all + NSX_BOOTSTRAP_HEADER, "abcd", 4);
	for (size_t len = 0; len < sizeof(all); len++) {
		char want[96];

		begin();
		(void)snprintf(want, sizeof(want),
			       "read: _LIBCONTAINER_INITPIPE ended inside the message (%d)",
			       ends[0]);
		check_int(write(ends[1], all, len), (int)len);
		(void)shutdown(ends[1], SHUT_WR);
		check_int(read_it(), -1);
		check_text(shown(), want);
		end();
	}
}

static void message_may_have_a_mebibyte(void)
{
	const size_t len = NSX_BOOTSTRAP_MAX - NSX_BOOTSTRAP_HEADER;
	char *all = malloc(NSX_BOOTSTRAP_MAX);
	pid_t writer;

	for (size_t i = 0; i < NSX_BOOTSTRAP_MAX; i++)
		all[i] = (char)(i * 7);
	message_front(all, len, MESSAGE_INIT);
	begin();
	writer = write_slowly(all, NSX_BOOTSTRAP_MAX, 100000);
	check_int(read_it(), 0);
	check_int(got.len, len);
	check(got.bytes && memcmp(got.bytes, all + NSX_BOOTSTRAP_HEADER, len) == 0);
	check_writer(writer);
	end();
	message_front(all, len + 1, MESSAGE_INIT);
	begin();
	check_int(write(ends[1], all, NSX_BOOTSTRAP_HEADER), NSX_BOOTSTRAP_HEADER);
	check_int(read_it(), -1);
	check_text(shown(), "message longer than a mebibyte (length 1048577): "
			    "EMSGSIZE Message too long");
	end();
	free(all);
}

static void what_is_no_pipe_is_an_error(void)
{
	for (size_t i = 0; i < NO_NUMBERS; i++) {
		pipe_ = (struct nsx_initpipe){ .pipe = no_numbers[i] };
		memset(&error, 0, sizeof(error));
		check_int(nsx_initpipe_read(&pipe_, &got_fd, &got, &error), -1);
		refused("INITPIPE", "descriptor", no_numbers[i]);
		check(got.bytes == got.small);
	}
	pipe_.pipe = "1234567";
	memset(&error, 0, sizeof(error));
	check_int(nsx_initpipe_read(&pipe_, &got_fd, &got, &error), -1);
	check_text(shown(), "read _LIBCONTAINER_INITPIPE (1234567): EBADF Bad file descriptor");
	check_int(error.err, EBADF);
}

int main(void)
{
	int null = open("/dev/null", O_WRONLY);

	(void)snprintf(number, sizeof(number), "%d", null);
	unit("runc's variables are found wherever they are", variables_are_found);
	unit("without its pipe nothing is asked of us", without_a_pipe_nothing_is_asked);
	unit("an empty variable is none", empty_variable_is_none);
	unit("without a log pipe only errors are told", without_a_log_pipe_only_errors_are_told);
	unit("each of runc's levels is one of ours", levels_of_runc_are_ours);
	unit("the log pipe is closed by exec", log_pipe_is_closed_by_exec);
	unit("what is no number is refused, and that can be logged", other_numbers_are_refused);
	unit("a log pipe that is closed is an error", closed_log_pipe_is_an_error);
	unit("the message arrives whole, and nothing behind it is read", message_arrives_whole);
	unit("a message may be empty", message_may_be_empty);
	unit("a message may come in pieces of any size", message_may_come_in_pieces);
	unit("the pipe may be non-blocking, and stays so", pipe_may_be_non_blocking);
	unit("an end inside the header or the message is an error",
	     end_inside_the_message_is_an_error);
	unit("a message may have a mebibyte, and no byte more", message_may_have_a_mebibyte);
	unit("what is no open descriptor is an error", what_is_no_pipe_is_an_error);
	(void)close(null);
	return unit_end();
}
