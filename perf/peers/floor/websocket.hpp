// The least of RFC 6455 that still talks: single-frame messages shorter than 64 KiB, masked from the client.
#pragma once
#include <cstdint>
#include <cstring>

static constexpr size_t message_size = 300;

// Lengths of the frame's header without a mask and of its payload; false while too little has arrived.
static inline bool frame_lengths(const char *bytes, size_t available, size_t &header, size_t &payload) {
    if (available < 4)
        return false;
    header = 2;
    payload = (unsigned char)bytes[1] & 127;
    if (payload == 126) {
        payload = (unsigned char)bytes[2] << 8 | (unsigned char)bytes[3];
        header = 4;
    }
    return true;
}

// Writes the header of a text frame; answers with its length. The mask bit is set for clients.
static inline size_t put_text_header(char *frame, size_t length, bool masked) {
    char bit = masked ? char(0x80) : 0;
    frame[0] = char(0x81);
    if (length < 126) {
        frame[1] = bit | char(length);
        return 2;
    }
    frame[1] = bit | 126;
    frame[2] = char(length >> 8);
    frame[3] = char(length & 255);
    return 4;
}
