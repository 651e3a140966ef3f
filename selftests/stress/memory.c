// SPDX-License-Identifier: GPL-2.0
/* memory.c - mappings that come, split, and go. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#include "stress.h"

#define PAGE	4096UL
#define PAGES	64UL

static void change_page(char *at, int fd)
{
	if (pick(4) == 0)
		munmap(at, PAGE);
	else if (pick(3) == 0)
		mprotect(at, PAGE, PROT_READ);
	else if (pick(2))
		mmap(at, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	else
		mmap(at, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		     -1, 0);
}

static void mappings(void)
{
	int fd = open("/etc/passwd", O_RDONLY), i;
	char *area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
			  MAP_ANONYMOUS | (pick(2) ? MAP_SHARED : MAP_PRIVATE), -1, 0);

	for (i = 0; area != MAP_FAILED && i < 40; i++)
		change_page(area + pick(PAGES) * PAGE, fd);
	if (area != MAP_FAILED)
		munmap(area, PAGES * PAGE);
	close(fd);
}

static void segments(void)
{
	int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT | 0600);
	void *at = shmat(id, NULL, 0);

	shmctl(id, IPC_RMID, NULL);
	nap(200);
	if (at != (void *)-1)
		shmdt(at);
}

static void memfds(void)
{
	int fd = memfd_create("stress", MFD_ALLOW_SEALING);
	void *at;

	if (ftruncate(fd, PAGE))
		return;
	at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	nap(200);
	if (at != MAP_FAILED)
		munmap(at, PAGE);
}

const struct churn churn_memory[] = {
	{ "mappings", mappings }, { "segments", segments }, { "memfds", memfds }, { }
};
