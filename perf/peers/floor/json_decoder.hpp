// A Binance depth frame through simdjson On-Demand, which looks at the fields wanted and at nothing else.
#pragma once
#include "decimal.hpp"
#include <simdjson.h>
#include <string_view>

// The library's own macro is a bare 3.0.1, which only stringification makes printable.
#define SIMDJSON_TEXT_OF(version) #version
#define SIMDJSON_TEXT(version) SIMDJSON_TEXT_OF(version)
#define SIMDJSON_RELEASE SIMDJSON_TEXT(SIMDJSON_VERSION)

// W1 does not need the event time, so it is not made to pay for it.
template <bool event_times> struct JsonDecoder {
    // The caller's `found(symbol, event time, update id)` answers with the book that takes the levels.
    template <class Found> inline auto *decode(const char *text, size_t length, Found found) {
        auto document = parser.iterate(text, length, length + 64);
        auto data = document["data"];
        int64_t event_time = 0;
        if constexpr (event_times)
            event_time = data["E"].get_int64();
        std::string_view symbol = data["s"].get_string();
        int64_t update = data["u"].get_int64();
        auto *book = found(symbol, event_time, update);
        for (auto level : data["b"].get_array()) {
            auto [price, quantity] = pair(level);
            book->bid(price, quantity);
        }
        for (auto level : data["a"].get_array()) {
            auto [price, quantity] = pair(level);
            book->ask(price, quantity);
        }
        return book;
    }

private:
    simdjson::ondemand::parser parser;

    struct Level {
        int64_t price, quantity;
    };
    template <class Value> static inline Level pair(Value level) {
        int64_t numbers[2];
        int count = 0;
        for (auto number : level.get_array()) {
            auto raw = number.get_raw_json_string();
            const char *start = raw.value().raw(), *end = start;
            while (*end != '"')
                end++;
            if (count < 2)
                numbers[count++] = decimal(start, end);
        }
        return {numbers[0], numbers[1]};
    }
};
