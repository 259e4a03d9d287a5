// A file of raw frames, one a line, in one piece of memory; simdjson asks for 64 bytes of slack behind each.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

struct Frames {
    std::string bytes;
    struct Place {
        size_t offset, length;
        char venue; // 'A' or 'B' where the file says so
    };
    std::vector<Place> places;

    size_t count() const { return places.size(); }
    const char *text(size_t i) const { return bytes.data() + places[i].offset; }
    size_t length(size_t i) const { return places[i].length; }
};

// `tagged`: each line begins with its venue and a tab.
static inline Frames load_frames(const char *path, bool tagged) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    std::string all;
    char buffer[1 << 16];
    size_t got;
    while ((got = fread(buffer, 1, sizeof buffer, file)) > 0)
        all.append(buffer, got);
    fclose(file);

    Frames frames;
    frames.bytes.reserve(all.size() + all.size() / 4 + 1000000);
    for (size_t start = 0; start < all.size();) {
        size_t end = all.find('\n', start);
        if (end == std::string::npos)
            end = all.size();
        size_t first = tagged ? start + 2 : start;
        if (end > first) {
            frames.places.push_back({frames.bytes.size(), end - first, tagged ? all[start] : '\0'});
            frames.bytes.append(all, first, end - first);
            frames.bytes.append(64, ' ');
        }
        start = end + 1;
    }
    return frames;
}
