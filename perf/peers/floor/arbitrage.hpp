// The rules of W2, the same as in w2_rules.py and in the same floating-point arithmetic, so that the order
// bytes are equal: an edge after fees, nine risk rules, a pair of IOC orders.
#pragma once
#include "best.hpp"
#include "order_text.hpp"
#include <algorithm>
#include <cmath>
#include <openssl/hmac.h>

struct Arbitrage {
    static constexpr double fees[2] = {0.00017, 0.00015};
    static constexpr double minimum_edge = 0.00001, maximum_clip = 0.5, lot = 0.001;
    static constexpr double minimum_notional = 5, maximum_notional = 50000, maximum_position = 20;
    static constexpr double collar = 0.005, equity = 1000000, leverage = 10;
    static constexpr double orders_per_second = 20, burst = 20;
    static constexpr int64_t stale_ms = 2000;
    volatile bool killed = false; // read for every pair, as a kill switch must be
    bool signs = false;

    Best best[2] = {};
    int64_t event_ms[2] = {}, token_ms[2] = {};
    double average[2] = {}, position[2] = {}, tokens[2] = {burst, burst};
    int64_t pairs = 0, opportunities = 0, orders = 0, rejects = 0;
    OrderText text[2];

    // True when a pair of orders was written.
    bool book_changed(int venue, const Best &top, int64_t now_ms) {
        best[venue] = top;
        event_ms[venue] = now_ms;
        double middle = (double(top.bid_price) + double(top.ask_price)) * 0.5e-8;
        average[venue] = average[venue] == 0 ? middle : average[venue] + 0.05 * (middle - average[venue]);
        if (!best[0].bid_price || !best[1].bid_price)
            return false;
        for (int buy = 0; buy < 2; buy++) {
            int sell = 1 - buy;
            double ask = double(best[buy].ask_price) / 1e8, bid = double(best[sell].bid_price) / 1e8;
            double edge = bid * (1 - fees[sell]) - ask * (1 + fees[buy]);
            if (edge > minimum_edge * ask) {
                opportunities++;
                return take(buy, sell, ask, bid, now_ms);
            }
        }
        return false;
    }

private:
    bool take(int buy, int sell, double ask, double bid, int64_t now_ms) {
        double available =
            std::min(double(best[buy].ask_quantity) / 1e8, double(best[sell].bid_quantity) / 1e8);
        double quantity = std::min(available, maximum_clip);
        int64_t lots = int64_t(quantity / lot + 1e-9);
        quantity = lots * lot;
        if (!allowed(buy, sell, ask, bid, quantity, now_ms) || !within_rate(now_ms)) {
            rejects++;
            return false;
        }
        tokens[0] -= 1;
        tokens[1] -= 1;
        pairs++;
        write(buy, true, best[buy].ask_price, lots, now_ms);
        write(sell, false, best[sell].bid_price, lots, now_ms);
        position[buy] += quantity;
        position[sell] -= quantity;
        orders += 2;
        return true;
    }

    bool allowed(int buy, int sell, double ask, double bid, double quantity, int64_t now_ms) const {
        double notional = quantity * ask;
        double bought = std::fabs(position[buy] + quantity), sold = std::fabs(position[sell] - quantity);
        return !killed && quantity > 0 && notional >= minimum_notional && notional <= maximum_notional &&
               bought <= maximum_position && sold <= maximum_position &&
               std::fabs(ask - average[buy]) <= collar * average[buy] &&
               std::fabs(bid - average[sell]) <= collar * average[sell] &&
               now_ms - event_ms[buy] <= stale_ms && now_ms - event_ms[sell] <= stale_ms &&
               (bought * ask + sold * bid) / leverage <= equity;
    }

    bool within_rate(int64_t now_ms) {
        bool enough = true;
        for (int venue = 0; venue < 2; venue++) {
            double refill = double(now_ms - token_ms[venue]) * orders_per_second / 1000;
            tokens[venue] = std::min(burst, tokens[venue] + refill);
            token_ms[venue] = now_ms;
            if (tokens[venue] < 1)
                enough = false;
        }
        return enough;
    }

    void write(int venue, bool buys, int64_t price, int64_t lots, int64_t now_ms) {
        OrderText &order = text[venue];
        order.clear();
        order.literal("{\"id\":\"");
        order.integer(pairs);
        order.literal("\",\"method\":\"order.place\",\"params\":{\"symbol\":\"BTCUSDT\",\"side\":\"");
        if (buys)
            order.literal("BUY");
        else
            order.literal("SELL");
        order.literal("\",\"type\":\"LIMIT\",\"timeInForce\":\"IOC\",\"price\":\"");
        order.fixed(price / 10000000, 1);
        order.literal("\",\"quantity\":\"");
        order.fixed(lots, 3);
        order.literal("\",\"newClientOrderId\":\"");
        order.character(venue ? 'b' : 'a');
        order.character('-');
        order.padded(pairs, 10);
        order.literal("\",\"timestamp\":");
        order.integer(now_ms);
        if (signs)
            sign(order);
        order.literal("}}");
    }

    static void sign(OrderText &order) {
        static const char key[] = "0123456789abcdef0123456789abcdef";
        unsigned char digest[32];
        unsigned length = sizeof digest;
        HMAC(EVP_sha256(), key, 32, (const unsigned char *)order.bytes(), order.length(), digest, &length);
        order.literal(",\"signature\":\"");
        order.hexadecimal(digest, sizeof digest);
        order.character('"');
    }
};
