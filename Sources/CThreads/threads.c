// Affinity stands behind _GNU_SOURCE, which Swift's Glibc module does not set.
#define _GNU_SOURCE
#include "threads.h"
#include <errno.h>
#include <sched.h>

int arbnode_keep_on_core(pthread_t thread, int core) {
    if (core < 0 || core >= CPU_SETSIZE) return EINVAL;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    return pthread_setaffinity_np(thread, sizeof cores, &cores);
}
