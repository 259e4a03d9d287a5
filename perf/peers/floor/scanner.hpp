// A scanner bound to the shape of a Binance depth frame: it relies on the order in which the venue sends the
// fields and validates nothing. No parser of this format can do less, which makes it the floor.
#pragma once
#include "decimal.hpp"
#include <cstring>
#include <string_view>

// W1 finds its book by the symbol; W2 knows it by the connection, and needs the event time instead.
template <bool event_times> struct Scanner {
    // The caller's `found(symbol, event time, update id)` answers with the book that takes the levels.
    template <class Found> inline auto *decode(const char *text, size_t, Found found) {
        const char *at = text;
        int64_t event_time = 0;
        std::string_view symbol;
        if constexpr (event_times) {
            at = after(at, "\"E\":");
            event_time = integer(at);
        } else {
            const char *name = at = after(at, "\"s\":") + 1;
            while (*at != '"')
                at++;
            symbol = std::string_view(name, at - name);
        }
        at = after(at, "\"u\":");
        int64_t update = integer(at);
        auto *book = found(symbol, event_time, update);
        at = levels(after(at, "\"b\":") + 1,
                    [&](int64_t price, int64_t quantity) { book->bid(price, quantity); });
        levels(after(at, "\"a\":") + 1, [&](int64_t price, int64_t quantity) { book->ask(price, quantity); });
        return book;
    }

private:
    // Behind the first place of a four-byte key that is known to be there; memmem costs a third more a frame.
    static inline const char *after(const char *at, const char *key) {
        uint32_t wanted, word;
        memcpy(&wanted, key, 4);
        for (;; at++) {
            memcpy(&word, at, 4);
            if (word == wanted)
                return at + 4;
        }
    }
    static inline int64_t integer(const char *&at) {
        int64_t value = 0;
        while (*at >= '0')
            value = value * 10 + (*at++ - '0');
        return value;
    }
    // From the first digit to the closing quote, in units of 1e-8.
    static inline int64_t number(const char *&at) {
        int64_t value = 0;
        const char *point = nullptr;
        for (;; at++) {
            unsigned character = (unsigned char)*at;
            if (character - '0' < 10)
                value = value * 10 + (character - '0');
            else if (character == '.')
                point = at;
            else
                break;
        }
        return value * power_of_ten[point ? at - point - 1 : 0];
    }
    // ["price","quantity"],["price","quantity"] … up to the closing bracket.
    template <class Use> static inline const char *levels(const char *at, Use use) {
        while (*at == '[') {
            at += 2;
            int64_t price = number(at);
            at += 3;
            int64_t quantity = number(at);
            at += 2;
            use(price, quantity);
            if (*at == ',')
                at++;
        }
        return at;
    }
};
