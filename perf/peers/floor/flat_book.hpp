// A sorted array a side, the best level last: the book most C++ programs use.
#pragma once
#include "best.hpp"
#include <algorithm>
#include <cstring>

// Keys ascend: the price for bids, its negative for asks.
struct FlatSide {
    static constexpr int capacity = 8192;
    int64_t keys[capacity], quantities[capacity];
    int count = 0;

    inline void set(int64_t key, int64_t quantity) {
        int at = place(key);
        if (at < count && keys[at] == key) {
            if (quantity)
                quantities[at] = quantity;
            else
                remove(at);
        } else if (quantity) {
            insert(at, key, quantity);
        }
    }

private:
    // The first level whose key is not below `key`: most updates are near the best, so twelve steps from
    // there first.
    inline int place(int64_t key) const {
        int at = count, limit = count > 12 ? count - 12 : 0;
        while (at > limit && keys[at - 1] >= key)
            at--;
        if (at == limit && at > 0 && keys[at - 1] >= key)
            at = int(std::lower_bound(keys, keys + at, key) - keys);
        return at;
    }
    inline void remove(int at) {
        memmove(keys + at, keys + at + 1, (count - at - 1) * 8);
        memmove(quantities + at, quantities + at + 1, (count - at - 1) * 8);
        count--;
    }
    inline void insert(int at, int64_t key, int64_t quantity) {
        if (count == capacity) { // the worst level makes room
            memmove(keys, keys + 1, (count - 1) * 8);
            memmove(quantities, quantities + 1, (count - 1) * 8);
            count--;
            if (at)
                at--;
        }
        memmove(keys + at + 1, keys + at, (count - at) * 8);
        memmove(quantities + at + 1, quantities + at, (count - at) * 8);
        keys[at] = key;
        quantities[at] = quantity;
        count++;
    }
};

struct FlatBook {
    FlatSide bids, asks;

    void clear() { bids.count = asks.count = 0; }
    inline void bid(int64_t price, int64_t quantity) { bids.set(price, quantity); }
    inline void ask(int64_t price, int64_t quantity) { asks.set(-price, quantity); }
    inline Best best() const {
        int b = bids.count - 1, a = asks.count - 1;
        return {b < 0 ? 0 : bids.keys[b], b < 0 ? 0 : bids.quantities[b], a < 0 ? 0 : -asks.keys[a],
                a < 0 ? 0 : asks.quantities[a]};
    }
};
