#ifndef CLOCK_H
#define CLOCK_H
#include <stdint.h>

/// How far the kernel believes the wall clock to be off, in nanoseconds, where something keeps it
/// synchronised (ntpd, chronyd, timesyncd). Changes nothing. Answers 1 when it is synchronised, 0 when it is
/// not (the offset then says nothing), or a negative errno.
int arbnode_clock_offset(int64_t *nanoseconds);

#endif
