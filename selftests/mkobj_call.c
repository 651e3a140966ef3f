// SPDX-License-Identifier: GPL-2.0
/* mkobj_call.c - processes that sleep in a system call which a dump ends, or does not. */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

#define LONG	100000	/* seconds; longer than any test */

static const struct timespec long_time = { .tv_sec = LONG };

static void sleep_nanosleep(void)
{
	syscall(SYS_nanosleep, &long_time, NULL);
}

static void sleep_clock(void)
{
	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &long_time, NULL);
}

static void sleep_clock_until(void)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LONG;
	syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static void sleep_poll(void)
{
	poll(NULL, 0, -1);
}

static void sleep_ppoll(void)
{
	ppoll(NULL, 0, &long_time, NULL);
}

static void sleep_select(void)
{
	struct timeval time = { .tv_sec = LONG };

	select(0, NULL, NULL, NULL, &time);
}

static unsigned int word;

static void sleep_futex(void)
{
	syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, &long_time);
}

static void sleep_futex_until(void)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LONG;
	syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 0, &until, NULL,
		FUTEX_BITSET_MATCH_ANY);
}

static void sleep_futex_for_ever(void)
{
	syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL);
}

static const struct {
	const char *call;
	void (*sleep)(void);
} sleeps[] = {
	{ "nanosleep", sleep_nanosleep },
	{ "clock_nanosleep", sleep_clock },
	{ "poll", sleep_poll },
	{ "futex", sleep_futex },
	{ "futex", sleep_futex_until },
	{ NULL, sleep_clock_until },
	{ NULL, sleep_ppoll },
	{ NULL, sleep_select },
	{ NULL, sleep_futex_for_ever },
};

enum { NANOSLEEP, CLOCK, POLL, FUTEX, FUTEX_UNTIL, CLOCK_UNTIL, PPOLL, SELECT, FUTEX_FOR_EVER };

static void sleep_now(struct mkobj *m)
{
	if (sleeps[m->c->num].call)
		mkobj_key(m, "call=%s", sleeps[m->c->num].call);
	mkobj_channel_close();
	sleeps[m->c->num].sleep();
	mkobj_pause();
}

static pid_t start_sleeper(struct mkobj *m)
{
	pid_t pid = mkobj_fork();

	if (!pid)
		sleep_now(m);
	mkobj_await(pid, 'S');
	return pid;
}

static void make_sleeper(struct mkobj *m)
{
	start_sleeper(m);
}

static void make_stopped(struct mkobj *m)
{
	pid_t pid = start_sleeper(m);

	mkobj_try(kill(pid, SIGSTOP), "SIGSTOP");
	mkobj_await(pid, 'T');
}

#define BLOCK	"task-restart-block"

const struct mkobj_case mkobj_call_cases[] = {
	{ .name = BLOCK, .rule = BLOCK, .make = make_sleeper, .num = NANOSLEEP,
	  .flags = MKOBJ_EACH },
	{ .name = BLOCK ".clock", .rule = BLOCK, .make = make_sleeper, .num = CLOCK,
	  .flags = MKOBJ_EACH },
	{ .name = BLOCK ".poll", .rule = BLOCK, .make = make_sleeper, .num = POLL,
	  .flags = MKOBJ_EACH },
	{ .name = BLOCK ".futex", .rule = BLOCK, .make = make_sleeper, .num = FUTEX,
	  .flags = MKOBJ_EACH },
	{ .name = BLOCK ".futex-until", .rule = BLOCK, .make = make_sleeper, .num = FUTEX_UNTIL,
	  .flags = MKOBJ_EACH },
	{ .name = BLOCK ".stopped", .rule = BLOCK, .make = make_stopped, .num = NANOSLEEP,
	  .flags = MKOBJ_EACH },
	{ .name = BLOCK ".miss", .rule = BLOCK, .make = make_sleeper, .num = CLOCK_UNTIL,
	  .flags = MKOBJ_EACH },
	{ .name = BLOCK ".miss-ppoll", .rule = BLOCK, .make = make_sleeper, .num = PPOLL,
	  .flags = MKOBJ_EACH },
	{ .name = BLOCK ".miss-select", .rule = BLOCK, .make = make_sleeper, .num = SELECT,
	  .flags = MKOBJ_EACH },
	{ .name = BLOCK ".miss-futex", .rule = BLOCK, .make = make_sleeper, .num = FUTEX_FOR_EVER,
	  .flags = MKOBJ_EACH },
	{ }
};
