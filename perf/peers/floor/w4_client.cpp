// W4, the floor of a client: OpenSSL through memory BIOs and the least of WebSocket, nothing between.
// usage: w4_client PORT blast|paced|echo COUNT [RATE] [plain] [spin]
#include "percentiles.hpp"
#include "tls.hpp"
#include "websocket.hpp"
#include <cstdio>
#include <memory>
#include <sys/resource.h>

// Frames out of one buffer, without a copy.
class Client {
    Link link;
    std::vector<char> buffer = std::vector<char>(1 << 20);
    size_t filled = 0, used = 0;
    uint32_t mask = 0x12345678;

    void read_more() {
        if (used == filled) {
            used = filled = 0;
        } else if (filled > buffer.size() / 2) {
            memmove(buffer.data(), buffer.data() + used, filled - used);
            filled -= used;
            used = 0;
        }
        filled += link.read(buffer.data() + filled, buffer.size() - filled);
    }

public:
    Client(int socket_, SSL_CTX *context, bool spins, const std::string &path)
        : link(socket_, context, false, spins) {
        link.shake_hands();
        std::string request =
            "GET " + path +
            " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        link.write(request.data(), request.size());
        link.flush();
        for (std::string head; head.find("\r\n\r\n") == std::string::npos; head += buffer[used++])
            while (used == filled)
                read_more();
    }

    const char *next_message(size_t &length) {
        for (;;) {
            size_t header;
            if (frame_lengths(buffer.data() + used, filled - used, header, length) &&
                filled - used >= header + length) {
                const char *message = buffer.data() + used + header;
                used += header + length;
                return message;
            }
            read_more();
        }
    }

    void send_text(const char *text, size_t length) {
        static char frame[8192];
        size_t header = put_text_header(frame, length, true);
        mask = mask * 1664525 + 1013904223;
        memcpy(frame + header, &mask, 4);
        for (size_t i = 0; i < length; i++)
            frame[header + 4 + i] = text[i] ^ frame[header + (i & 3)];
        link.write(frame, header + 4 + length);
        link.flush();
    }
};

static double processor_ns() {
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3;
}

static void time_echoes(Client &client, const char *kind, long count) {
    static constexpr long warm_up = 200;
    char text[message_size];
    memset(text, 'x', sizeof text);
    std::vector<uint32_t> samples;
    samples.reserve(count);
    for (long i = 0; i < count + warm_up; i++) {
        size_t length;
        uint64_t began = ticks();
        client.send_text(text, sizeof text);
        client.next_message(length);
        if (i >= warm_up)
            samples.push_back(uint32_t(ticks() - began));
    }
    Percentiles at = percentiles(samples);
    printf("{\"workload\":\"W4\",\"peer\":\"openssl-floor\",\"variant\":\"echo "
           "%s\",\"n\":%ld,\"rtt_p50_us\":%.2f,"
           "\"rtt_p99_us\":%.2f,\"rtt_p999_us\":%.2f}\n",
           kind, count, at.p50 / 1e3, at.p99 / 1e3, at.p999 / 1e3);
}

// The first message arrives untimed: it says that the server has begun.
static void time_messages(Client &client, const char *kind, long count, bool paced, const char *rate) {
    size_t length;
    client.send_text("go", 2);
    client.next_message(length);
    std::vector<double> one_way;
    double processor_began = processor_ns();
    uint64_t began = now_ns(), bytes = 0;
    for (long i = 1; i < count; i++) {
        const char *message = client.next_message(length);
        bytes += length;
        if (paced)
            one_way.push_back(double(now_ns() - strtoull(message + 5, nullptr, 10)));
    }
    double elapsed = now_ns() - began, processor = (processor_ns() - processor_began) / (count - 1);
    if (!paced) {
        printf("{\"workload\":\"W4\",\"peer\":\"openssl-floor\",\"variant\":\"blast "
               "%s\",\"n\":%ld,\"msgs_per_s\":%.0f,"
               "\"cpu_ns_per_msg\":%.0f,\"bytes\":%lu}\n",
               kind, count, (count - 1) * 1e9 / elapsed, processor, (unsigned long)bytes);
        return;
    }
    std::sort(one_way.begin(), one_way.end());
    auto at = [&](double share) { return one_way[size_t(share * one_way.size())] / 1e3; };
    printf("{\"workload\":\"W4\",\"peer\":\"openssl-floor\",\"variant\":\"paced %s %s/s\",\"n\":%ld,"
           "\"cpu_ns_per_msg\":%.0f,\"oneway_p50_us\":%.2f,\"oneway_p99_us\":%.2f,\"oneway_p999_us\":%.2f}\n",
           kind, rate, count, processor, at(0.5), at(0.99), at(0.999));
}

int main(int count, char **arguments) {
    if (count < 4) {
        fprintf(stderr, "usage: w4_client PORT blast|paced|echo COUNT [RATE] [plain] [spin]\n");
        return 2;
    }
    std::string mode = arguments[2], messages = arguments[3], rate = count > 4 ? arguments[4] : "0";
    bool plain = false, spins = false;
    for (int i = 5; i < count; i++) {
        plain |= !strcmp(arguments[i], "plain");
        spins |= !strcmp(arguments[i], "spin");
    }
    ns_per_tick();
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(atoi(arguments[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, (sockaddr *)&address, sizeof address)) {
        perror("connect");
        return 1;
    }
    SSL_CTX *context = nullptr;
    if (!plain) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    }
    std::string path =
        mode == "echo" ? "/echo" : "/" + mode + "/" + messages + (mode == "paced" ? "/" + rate : "");
    std::string kind = std::string(plain ? "plain" : "TLS") + (spins ? " busy-poll" : "");
    try {
        auto client = std::make_unique<Client>(socket_, context, spins, path);
        if (mode == "echo")
            time_echoes(*client, kind.c_str(), atol(messages.c_str()));
        else
            time_messages(*client, kind.c_str(), atol(messages.c_str()), mode == "paced", rate.c_str());
    } catch (Closed) {
        fprintf(stderr, "w4_client: the server closed the connection\n");
        return 1;
    }
}
