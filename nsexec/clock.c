/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

#include "sys_time.h"

/* 126 years: no machine runs so long, and the kernel counts nanoseconds up to 292. */
static const int64_t end_seconds = 4000000000;

int nsx_clock_open(struct nsx_clock *c)
{
	const struct nsx_itimerspec end = { .value = { .sec = end_seconds } };
	int rc = nsx_fd_lift(nsx_sys_timerfd());

	c->timer = rc;
	if (rc < 0) {
		c->timer = NSX_NOFD;
		return rc;
	}
	/* By the clock as it is here, and from now on it does not matter where. */
	rc = nsx_sys_timerfd_set(c->timer, &end);
	if (rc < 0)
		nsx_clock_close(c);
	else
		c->start = nsx_clock_now(c);
	return rc;
}

uint64_t nsx_clock_now(const struct nsx_clock *c)
{
	const uint64_t second = 1000000000;
	struct nsx_itimerspec left = { 0 };

	(void)nsx_sys_timerfd_get(c->timer, &left); /* cannot fail: it is a timer */
	return ((uint64_t)end_seconds - (uint64_t)left.value.sec) * second -
	       (uint64_t)left.value.nsec;
}
