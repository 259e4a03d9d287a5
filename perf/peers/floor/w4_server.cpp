// W4, the server of every client: WebSocket over TLS 1.3, one connection at a time.
// usage: w4_server CERTIFICATE KEY PORT_FILE [plain] [spin]
//   spin             polls the socket, for clients that do too
//   GET /blast/N     N text frames of 300 bytes, a TLS record each, all encrypted before the client's first
//                    message asks for them: the server's own speed does not bound the client
//   GET /paced/N/R   N frames, R a second, a write each; they begin with {"t":CLOCK_MONOTONIC in ns
//   GET /echo        every text frame is sent back
#include "clock.hpp"
#include "tls.hpp"
#include "websocket.hpp"
#include <cstdio>
#include <openssl/evp.h>
#include <openssl/sha.h>

struct Message {
    char frame[message_size + 4];
    size_t header = put_text_header(frame, message_size, false);

    Message() {
        memset(frame + header, 'x', message_size);
        memcpy(frame + header, "{\"t\":0000000000000000000,\"b\":\"", 30);
        memcpy(frame + header + message_size - 2, "\"}", 2);
    }
    void stamp() {
        char digits[24];
        snprintf(digits, sizeof digits, "%019lu", (unsigned long)now_ns());
        memcpy(frame + header + 5, digits, 19);
    }
    size_t size() const { return header + message_size; }
};

class Connection {
    Link link;
    std::string received;

    void read_more() {
        char bytes[16384]; // one TLS record: a client sends no second before the answer
        received.append(bytes, link.read(bytes, sizeof bytes));
    }
    // False when the client says it closes.
    bool next_message(std::string &message) {
        for (;;) {
            size_t header, length;
            if (!frame_lengths(received.data(), received.size(), header, length) ||
                received.size() < header + 4 + length) {
                read_more();
                continue;
            }
            int operation = received[0] & 15;
            message.resize(length);
            for (size_t i = 0; i < length; i++)
                message[i] = received[header + 4 + i] ^ received[header + (i & 3)];
            received.erase(0, header + 4 + length);
            if (operation == 8)
                return false;
            if (operation != 9 && operation != 10)
                return true;
        }
    }
    void echo() {
        std::string message, frame;
        while (next_message(message)) {
            frame.resize(message.size() + 4);
            size_t header = put_text_header(&frame[0], message.size(), false);
            memcpy(&frame[header], message.data(), message.size());
            link.write(frame.data(), header + message.size());
            link.flush();
        }
    }
    void blast(long count, bool plain) {
        Message message;
        std::string all, request;
        for (long i = 0; i < count; i++)
            if (plain)
                all.append(message.frame, message.size());
            else
                link.write(message.frame, message.size());
        if (!plain)
            all = link.take_encrypted();
        if (!next_message(request))
            return;
        link.send_raw(all);
        while (next_message(request)) {
        }
    }
    void pace(long count, long rate) {
        Message message;
        std::string request;
        if (!next_message(request))
            return;
        uint64_t began = now_ns();
        for (long i = 0; i < count; i++) {
            uint64_t due = began + i * 1000000000ull / rate;
            while (now_ns() < due) {
            }
            message.stamp();
            link.write(message.frame, message.size());
            link.flush();
        }
        while (next_message(request)) {
        }
    }
    static std::string accept_key(std::string key) {
        key += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 4.2.2
        unsigned char digest[20], text[40];
        SHA1((const unsigned char *)key.data(), key.size(), digest);
        EVP_EncodeBlock(text, digest, sizeof digest);
        return (const char *)text;
    }
    // Names of header fields have any case; `lower` is the request in lower case.
    static std::string field(const std::string &request, const std::string &lower, const std::string &name) {
        size_t at = lower.find("\r\n" + name + ":");
        if (at == std::string::npos)
            return "";
        at += name.size() + 3;
        while (request[at] == ' ')
            at++;
        return request.substr(at, request.find("\r\n", at) - at);
    }

public:
    Connection(int socket_, SSL_CTX *context, bool spins) : link(socket_, context, true, spins) {}

    void serve(bool plain) {
        link.shake_hands();
        size_t end;
        while ((end = received.find("\r\n\r\n")) == std::string::npos)
            read_more();
        std::string request = received.substr(0, end + 2), lower = request;
        received.erase(0, end + 4);
        for (auto &character : lower)
            character = tolower(character);
        std::string path = request.substr(4, request.find(' ', 4) - 4);
        std::string protocol = field(request, lower, "sec-websocket-protocol");
        std::string response =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: " +
            accept_key(field(request, lower, "sec-websocket-key")) + "\r\n";
        if (!protocol.empty())
            response += "Sec-WebSocket-Protocol: " + protocol + "\r\n";
        response += "\r\n";
        link.write(response.data(), response.size());
        link.flush();
        long count = 0, rate = 0;
        if (path == "/echo")
            echo();
        else if (sscanf(path.c_str(), "/blast/%ld", &count) == 1)
            blast(count, plain);
        else if (sscanf(path.c_str(), "/paced/%ld/%ld", &count, &rate) == 2 && rate > 0)
            pace(count, rate);
    }
};

int main(int count, char **arguments) {
    if (count < 4) {
        fprintf(stderr, "usage: w4_server CERTIFICATE KEY PORT_FILE [plain] [spin]\n");
        return 2;
    }
    bool plain = false, spins = false;
    for (int i = 4; i < count; i++) {
        plain |= !strcmp(arguments[i], "plain");
        spins |= !strcmp(arguments[i], "spin");
    }
    SSL_CTX *context = nullptr;
    if (!plain) {
        context = SSL_CTX_new(TLS_server_method());
        SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
        SSL_CTX_set_num_tickets(context, 0); // tickets would arrive in the middle of what is measured
        if (SSL_CTX_use_certificate_chain_file(context, arguments[1]) != 1 ||
            SSL_CTX_use_PrivateKey_file(context, arguments[2], SSL_FILETYPE_PEM) != 1) {
            ERR_print_errors_fp(stderr);
            return 1;
        }
    }
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(listener, (sockaddr *)&address, length) || listen(listener, 4) ||
        getsockname(listener, (sockaddr *)&address, &length)) {
        perror("w4_server");
        return 1;
    }
    FILE *file = fopen(arguments[3], "w");
    if (!file) {
        perror(arguments[3]);
        return 1;
    }
    fprintf(file, "%d\n", ntohs(address.sin_port));
    fclose(file);
    for (;;) {
        int client = accept(listener, nullptr, nullptr);
        if (client < 0)
            return 1;
        try {
            Connection(client, context, spins).serve(plain);
        } catch (Closed) { // the client has had what it came for
        }
    }
}
