// One end of a TCP connection, plain or TLS 1.3 through OpenSSL's memory BIOs, 64 KiB a read. With `spins` it
// polls the socket instead of sleeping in it.
#pragma once
#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

struct Closed {};

class Link {
    int socket_;
    bool spins;
    SSL *session = nullptr;
    BIO *received = nullptr, *to_send = nullptr;

    void send_all(const char *bytes, size_t length) {
        while (length) {
            ssize_t sent = ::send(socket_, bytes, length, MSG_NOSIGNAL);
            if (sent <= 0)
                throw Closed();
            bytes += sent;
            length -= sent;
        }
    }
    size_t receive(char *bytes, size_t capacity) {
        ssize_t got;
        do
            got = recv(socket_, bytes, capacity, spins ? MSG_DONTWAIT : 0);
        while (got < 0 && spins && errno == EAGAIN);
        if (got <= 0)
            throw Closed();
        return got;
    }
    void receive_encrypted() {
        char bytes[65536];
        BIO_write(received, bytes, receive(bytes, sizeof bytes));
    }

public:
    // `context` is null for a plain connection.
    Link(int socket_, SSL_CTX *context, bool accepts, bool spins) : socket_(socket_), spins(spins) {
        int one = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (!context)
            return;
        session = SSL_new(context);
        received = BIO_new(BIO_s_mem());
        to_send = BIO_new(BIO_s_mem());
        SSL_set_bio(session, received, to_send);
        accepts ? SSL_set_accept_state(session) : SSL_set_connect_state(session);
    }
    ~Link() {
        SSL_free(session);
        close(socket_);
    }
    Link(const Link &) = delete;

    void shake_hands() {
        if (!session)
            return;
        for (int result; (result = SSL_do_handshake(session)) != 1;) {
            if (SSL_get_error(session, result) != SSL_ERROR_WANT_READ) {
                ERR_print_errors_fp(stderr);
                throw Closed();
            }
            flush();
            receive_encrypted();
        }
        flush();
    }

    // At least one byte; with TLS as many as have arrived and fit.
    size_t read(char *bytes, size_t capacity) {
        if (!session)
            return receive(bytes, std::min(capacity, size_t(65536)));
        for (size_t total = 0;;) {
            int got = SSL_read(session, bytes + total, capacity - total);
            if (got > 0) {
                total += got;
                if (total + 20000 > capacity)
                    return total; // less than a TLS record of room left
            } else if (SSL_get_error(session, got) != SSL_ERROR_WANT_READ) {
                throw Closed();
            } else if (total) {
                return total;
            } else {
                flush();
                receive_encrypted();
            }
        }
    }
    // One TLS record; it leaves with `flush`, or as `take_encrypted`.
    void write(const char *bytes, size_t length) {
        if (!session)
            return send_all(bytes, length);
        if (SSL_write(session, bytes, length) != int(length))
            throw Closed();
    }
    void flush() {
        if (!session)
            return;
        char bytes[65536];
        for (int length; (length = BIO_read(to_send, bytes, sizeof bytes)) > 0;)
            send_all(bytes, length);
    }
    // What has been written and not sent, already encrypted; `send_raw` sends it.
    std::string take_encrypted() {
        std::string all;
        char bytes[65536];
        for (int length; (length = BIO_read(to_send, bytes, sizeof bytes)) > 0;)
            all.append(bytes, length);
        return all;
    }
    void send_raw(const std::string &bytes) { send_all(bytes.data(), bytes.size()); }
};
