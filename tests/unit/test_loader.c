/* SPDX-License-Identifier: Apache-2.0 */
#include "loader.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "sys_clone.h"
#include "sys_file.h"
#include "unit.h"

enum { ANSWER = 7 };

static struct nsx_loader loader;

static void fresh(void)
{
	loader = (struct nsx_loader){ .answer = ANSWER };
}

static struct nsx_call call(uint64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	return (struct nsx_call){ .nr = nr, .args = { a, b, c, d } };
}

static bool may(uint64_t nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
	const struct nsx_call it = call(nr, a, b, c, d);

	return nsx_loader_may(&loader, &it);
}

static void did(uint64_t nr, uint64_t a, int64_t result)
{
	const struct nsx_call it = call(nr, a, 0, 0, 0);

	nsx_loader_did(&loader, &it, result);
}

static void files_are_opened_for_reading_alone(void)
{
	fresh();
	check(may(__NR_openat, 0, 0, O_RDONLY, 0));
	check(may(__NR_openat, 0, 0, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY, 0));
	check(!may(__NR_openat, 0, 0, O_WRONLY, 0));
	check(!may(__NR_openat, 0, 0, O_RDWR, 0));
	check(!may(__NR_openat, 0, 0, O_RDONLY | O_CREAT, 0));
	check(!may(__NR_openat, 0, 0, O_RDONLY | O_TRUNC, 0));
	check(!may(__NR_openat, 0, 0, O_TMPFILE | O_RDWR, 0));
#ifdef __NR_open
	check(may(__NR_open, 0, O_RDONLY, O_CREAT, 0));
	check(!may(__NR_open, 0, O_RDONLY | O_CREAT, 0, 0));
#endif
}

static void only_its_own_files_are_read(void)
{
	fresh();
	for (uint64_t fd = 0; fd < 10; fd++)
		check(!may(__NR_read, fd, 0, 1, 0) && !may(__NR_close, fd, 0, 0, 0));
	did(__NR_openat, 0, 3);
	did(__NR_openat, 0, 1023);
	did(__NR_openat, 0, 1024);
	did(__NR_openat, 0, -2);
	check(may(__NR_read, 3, 0, 1, 0) && may(__NR_pread64, 3, 0, 1, 0));
	check(may(__NR_fcntl, 3, F_SETFD, FD_CLOEXEC, 0));
	check(!may(__NR_fcntl, 3, F_DUPFD, 0, 0) && !may(__NR_fcntl, 3, F_SETLK, 0, 0));
	check(may(__NR_read, 1023, 0, 1, 0));
	check(!may(__NR_read, 4, 0, 1, 0) && !may(__NR_read, 1024, 0, 1, 0));
	check(!may(__NR_read, UINT64_MAX, 0, 1, 0) && !may(__NR_read, 1ull << 32 | 3, 0, 1, 0));
	did(__NR_close, 3, -4);
	check(may(__NR_read, 3, 0, 1, 0));
	did(__NR_close, 3, 0);
	check(!may(__NR_read, 3, 0, 1, 0) && !may(__NR_close, 3, 0, 0, 0));
	check(may(__NR_read, 1023, 0, 1, 0));
	did(__NR_close, UINT64_MAX, 0);
	did(__NR_dup, 3, 5);
	check(!may(__NR_read, 5, 0, 1, 0));
}

static void errors_alone_are_written(void)
{
	fresh();
	did(__NR_openat, 0, 3);
	check(may(__NR_write, 2, 0, 1, 0) && may(__NR_writev, 2, 0, 1, 0));
	check(!may(__NR_write, 1, 0, 1, 0) && !may(__NR_writev, 1, 0, 1, 0));
	check(!may(__NR_write, 3, 0, 1, 0));
}

static void the_answer_is_sent_to_who_waits_for_it(void)
{
	const struct nsx_call answer = call(__NR_sendto, ANSWER, 0, 1, 0);
	const struct nsx_call other = call(__NR_sendto, ANSWER + 1, 0, 1, 0);
	const struct nsx_call reads = call(__NR_read, ANSWER, 0, 1, 0);

	fresh();
	check(nsx_loader_may(&loader, &answer) && nsx_loader_answers(&loader, &answer));
	check(!nsx_loader_may(&loader, &other) && !nsx_loader_answers(&loader, &other));
	check(!nsx_loader_may(&loader, &reads) && !nsx_loader_answers(&loader, &reads));
}

static void memory_is_private(void)
{
	const uint64_t rw = PROT_READ | PROT_WRITE;

	fresh();
	check(may(__NR_mmap, 0, 4096, rw, MAP_PRIVATE | MAP_ANONYMOUS));
	check(may(__NR_mmap, 0, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED));
	check(!may(__NR_mmap, 0, 4096, rw, MAP_SHARED));
	check(!may(__NR_mmap, 0, 4096, rw, MAP_SHARED | MAP_ANONYMOUS));
	check(!may(__NR_mmap, 0, 4096, rw, 3));
}

static void limits_are_asked_for(void)
{
	fresh();
	check(may(__NR_prlimit64, 0, 3, 0, 0x1000));
	check(!may(__NR_prlimit64, 0, 3, 0x1000, 0));
}

static void what_others_would_notice_is_no_loaders(void)
{
	static const uint64_t numbers[] = {
		__NR_clone,
		__NR_clone3,
		__NR_execve,
		__NR_execveat,
		__NR_kill,
		__NR_tgkill,
		__NR_socket,
		__NR_connect,
		__NR_sendmsg,
		__NR_ioctl,
		__NR_mount,
		__NR_unlinkat,
		__NR_mkdirat,
		__NR_renameat2,
		__NR_ftruncate,
		__NR_setsid,
		__NR_setuid,
		__NR_unshare,
		__NR_setns,
		__NR_ptrace,
		__NR_process_vm_writev,
		__NR_bpf,
		__NR_dup3,
		__NR_sendfile,
		__NR_splice,
		__NR_openat2,
		__NR_utimensat,
		__NR_rt_sigaction,
		425,
		5000,
		UINT64_MAX,
		0xffff,
		1ull << 32 | __NR_openat,
		0x40000000 | __NR_openat,
	};

	fresh();
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		check(!may(numbers[i], 0, 0, 0, 0));
	check(!may(__NR_prctl, 1, 9, 0, 0)); /* a signal at the parent's end */
	check(may(__NR_prctl, 0x53564d41, 0, 0, 0));
}

int main(void)
{
	unit("files are opened for reading alone", files_are_opened_for_reading_alone);
	unit("only its own files are read", only_its_own_files_are_read);
	unit("errors alone are written", errors_alone_are_written);
	unit("the answer is sent to who waits for it", the_answer_is_sent_to_who_waits_for_it);
	unit("memory is private", memory_is_private);
	unit("limits are asked for", limits_are_asked_for);
	unit("what others would notice is no loader's", what_others_would_notice_is_no_loaders);
	return unit_end();
}
