#ifndef THREADS_H
#define THREADS_H
#include <pthread.h>

/// Keeps a thread on one core, counted from 0. Answers 0, or the errno of the refusal.
int arbnode_keep_on_core(pthread_t thread, int core);

#endif
