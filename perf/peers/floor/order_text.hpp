// Writes an order message into a buffer, number by number: the least that building order bytes can cost.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

class OrderText {
    char text[512];
    char *end = text;

public:
    const char *bytes() const { return text; }
    size_t length() const { return end - text; }
    void clear() { end = text; }

    template <size_t size> inline void literal(const char (&characters)[size]) {
        memcpy(end, characters, size - 1);
        end += size - 1;
    }
    inline void character(char value) { *end++ = value; }
    inline void integer(int64_t value) {
        char reversed[24];
        int count = 0;
        do {
            reversed[count++] = '0' + value % 10;
            value /= 10;
        } while (value);
        while (count)
            *end++ = reversed[--count];
    }
    // `value` is scaled by 10 to the power of `decimals`.
    inline void fixed(int64_t value, int decimals) {
        int64_t scale = 1;
        for (int i = 0; i < decimals; i++)
            scale *= 10;
        integer(value / scale);
        *end++ = '.';
        padded(value % scale, decimals);
    }
    inline void padded(int64_t value, int digits) {
        for (int i = digits - 1; i >= 0; i--) {
            end[i] = '0' + value % 10;
            value /= 10;
        }
        end += digits;
    }
    inline void hexadecimal(const unsigned char *bytes, int count) {
        for (int i = 0; i < count; i++) {
            *end++ = "0123456789abcdef"[bytes[i] >> 4];
            *end++ = "0123456789abcdef"[bytes[i] & 15];
        }
    }
};
