/* SPDX-License-Identifier: Apache-2.0 */
/* Loads an object, named by its argument, when it has a second thread already. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *stay(void *unused)
{
	pause();
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 2 || pthread_create(&thread, NULL, stay, NULL))
		return 1;
	if (!dlopen(argv[1], RTLD_NOW)) {
		printf("%s\n", dlerror());
		return 1;
	}
	puts("loaded");
	return 0;
}
