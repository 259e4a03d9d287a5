// CRC-32 as in zlib: the proof that two programs did the same work.
#pragma once
#include <cstddef>
#include <cstdint>

static inline uint32_t crc32(uint32_t seed, const void *data, size_t length) {
    static uint32_t table[256];
    static bool ready = false;
    if (!ready) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t entry = i;
            for (int bit = 0; bit < 8; bit++)
                entry = entry & 1 ? 0xEDB88320u ^ (entry >> 1) : entry >> 1;
            table[i] = entry;
        }
        ready = true;
    }
    const uint8_t *bytes = static_cast<const uint8_t *>(data);
    uint32_t value = ~seed;
    while (length--)
        value = table[(value ^ *bytes++) & 255] ^ (value >> 8);
    return ~value;
}
