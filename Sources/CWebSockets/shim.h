#include <libwebsockets.h>
/* Kernel facilities the lanes use that Swift's Glibc module does not cover. */
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/timerfd.h>
