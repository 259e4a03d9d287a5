#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H
#include <stdint.h>

/// How many times the calling thread has asked the C library for memory since it began.
uint64_t arbnode_allocations(void);

#endif
