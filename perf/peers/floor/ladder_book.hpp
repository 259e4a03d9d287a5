// A book indexed by tick, with a bitmap of the levels that are there: setting a level takes constant time,
// the next best is found by walking the bitmap from the old one.
#pragma once
#include "best.hpp"
#include <algorithm>
#include <vector>

struct LadderBook {
    static constexpr int width = 1 << 16;      // ticks around the first price seen
    static constexpr uint64_t tick = 10000000; // 0.1
    std::vector<int64_t> bid_quantities, ask_quantities;
    std::vector<uint64_t> bid_map, ask_map;
    int64_t base = 0;
    int best_bid = -1, best_ask = width;

    LadderBook() : bid_quantities(width), ask_quantities(width), bid_map(width / 64), ask_map(width / 64) {}

    void clear() {
        std::fill(bid_quantities.begin(), bid_quantities.end(), 0);
        std::fill(ask_quantities.begin(), ask_quantities.end(), 0);
        std::fill(bid_map.begin(), bid_map.end(), 0);
        std::fill(ask_map.begin(), ask_map.end(), 0);
        base = 0;
        best_bid = -1;
        best_ask = width;
    }

    inline void bid(int64_t price, int64_t quantity) {
        int at = index(price);
        if (at < 0)
            return;
        bid_quantities[at] = quantity;
        if (quantity) {
            bid_map[at >> 6] |= 1ull << (at & 63);
            if (at > best_bid)
                best_bid = at;
            return;
        }
        bid_map[at >> 6] &= ~(1ull << (at & 63));
        if (at != best_bid)
            return;
        int word = at >> 6;
        uint64_t levels = bid_map[word] & ((2ull << (at & 63)) - 1);
        while (!levels && word > 0)
            levels = bid_map[--word];
        best_bid = levels ? (word << 6) + 63 - __builtin_clzll(levels) : -1;
    }

    inline void ask(int64_t price, int64_t quantity) {
        int at = index(price);
        if (at < 0)
            return;
        ask_quantities[at] = quantity;
        if (quantity) {
            ask_map[at >> 6] |= 1ull << (at & 63);
            if (at < best_ask)
                best_ask = at;
            return;
        }
        ask_map[at >> 6] &= ~(1ull << (at & 63));
        if (at != best_ask)
            return;
        int word = at >> 6;
        uint64_t levels = ask_map[word] & ~((1ull << (at & 63)) - 1);
        while (!levels && word < width / 64 - 1)
            levels = ask_map[++word];
        best_ask = levels ? (word << 6) + __builtin_ctzll(levels) : width;
    }

    inline Best best() const {
        bool bids = best_bid >= 0, asks = best_ask < width;
        return {bids ? (base + best_bid) * int64_t(tick) : 0, bids ? bid_quantities[best_bid] : 0,
                asks ? (base + best_ask) * int64_t(tick) : 0, asks ? ask_quantities[best_ask] : 0};
    }

private:
    // Negative outside the ladder. The division is by a constant, so it costs a multiplication.
    inline int index(int64_t price) {
        int64_t ticks = int64_t(uint64_t(price) / tick);
        if (!base)
            base = ticks - width / 2;
        int64_t at = ticks - base;
        return at < 0 || at >= width ? -1 : int(at);
    }
};
