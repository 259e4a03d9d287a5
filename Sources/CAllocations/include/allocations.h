#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H
#include <stdint.h>

/// How many times the calling thread has asked the C library for memory since it began.
uint64_t arbnode_allocations(void);

/// Bytes of the process's heap that are in use, over all arenas and mappings.
uint64_t arbnode_heap_in_use(void);

#endif
