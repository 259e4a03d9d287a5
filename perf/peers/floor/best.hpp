// The top of a book, in units of 1e-8; an empty side is 0. Its bytes go into the checksum.
#pragma once
#include <cstdint>

struct Best {
    int64_t bid_price, bid_quantity, ask_price, ask_quantity;
};
