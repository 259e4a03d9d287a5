// W3, Redis as a store of orders: SETs over loopback. The policy is the server's, which w3_redis starts.
// usage: w3_redis_client POLICY PORT VERSION [seconds=2] [pipeline=1]
#include "commits.hpp"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static int connected(int port) {
    int socket_ = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, (sockaddr *)&address, sizeof address))
        fail("connect");
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return socket_;
}

int main(int count, char **arguments) {
    if (count < 4) {
        fprintf(stderr, "usage: w3_redis_client POLICY PORT VERSION [seconds] [pipeline]\n");
        return 2;
    }
    double seconds = count > 4 ? atof(arguments[4]) : 2;
    int pipeline = count > 5 ? atoi(arguments[5]) : 1;
    int server = connected(atoi(arguments[2]));
    std::string variant = std::string("aof-") + arguments[1];
    if (pipeline > 1)
        variant += "-batch" + std::to_string(pipeline);
    std::string request;
    char reply[65536];
    Record record;
    time_commits("redis", arguments[3], variant, seconds, pipeline, [&](uint64_t number) {
        request.clear();
        for (int i = 0; i < pipeline; i++) {
            char key[24];
            int length = snprintf(key, sizeof key, "o%020lu", (unsigned long)(number * pipeline + i));
            record.fill(number);
            request += "*3\r\n$3\r\nSET\r\n$" + std::to_string(length) + "\r\n" + std::string(key, length) +
                       "\r\n$200\r\n" + std::string(record.bytes, record_size) + "\r\n";
        }
        if (send(server, request.data(), request.size(), 0) != (ssize_t)request.size())
            fail("send");
        static constexpr int ok_length = 5; // "+OK\r\n"
        for (int got = 0; got < ok_length * pipeline;) {
            int length = recv(server, reply, sizeof reply, 0);
            if (length <= 0)
                fail("recv");
            got += length;
        }
    });
}
