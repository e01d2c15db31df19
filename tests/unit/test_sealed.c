/* SPDX-License-Identifier: Apache-2.0 */
#include "sealed.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit.h"

static int fd;

static bool can_be_written(void)
{
	const bool grows = write(fd, "x", 1) == 1;
	const bool shrinks = ftruncate(fd, 0) == 0;
	void *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (page != MAP_FAILED)
		(void)munmap(page, 1);
	return grows || shrinks || page != MAP_FAILED;
}

static void a_new_file_is_open_to_all(void)
{
	fd = nsx_sealed_open("test");
	check(fd > 2);
	check_int(fcntl(fd, F_GETFD), FD_CLOEXEC);
	check(!nsx_sealed_is(fd));
	check(can_be_written());
}

static void a_closed_one_is_written_no_more(void)
{
	check_int(write(fd, "text", 4), 4);
	nsx_sealed_close(fd);
	check(!can_be_written());
	check(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) < 0);
}

static void nor_does_who_may_execute_it_change(void)
{
	if (access("/proc/sys/vm/memfd_noexec", F_OK) < 0) {
		check(!nsx_sealed_is(fd));
		unit_skip("needs Linux 6.3");
	} else {
		check(nsx_sealed_is(fd));
		check(fchmod(fd, 0) < 0);
	}
	(void)close(fd);
}

static void all_seals_are_needed(void)
{
	fd = nsx_sealed_open("test");
	check_int(fcntl(fd, F_ADD_SEALS, NSX_SEAL_CONTENT), 0);
	check(!nsx_sealed_is(fd));
	(void)close(fd);
	fd = nsx_sealed_open("test");
	check_int(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), 0);
	check(!nsx_sealed_is(fd));
	(void)close(fd);
}

static void what_has_no_seals_has_none(void)
{
	int pair[2];

	check_int(pipe(pair), 0);
	check(!nsx_sealed_is(pair[0]));
	(void)close(pair[0]);
	(void)close(pair[1]);
	check(!nsx_sealed_is(-1));
}

int main(void)
{
	unit("a new file is open to all", a_new_file_is_open_to_all);
	unit("a closed one is written no more", a_closed_one_is_written_no_more);
	unit("nor does who may execute it change", nor_does_who_may_execute_it_change);
	unit("all seals are needed", all_seals_are_needed);
	unit("what has no seals has none", what_has_no_seals_has_none);
	return unit_end();
}
