#!/usr/bin/env python3
"""W1, NautilusTrader's fastest way: its Rust OKX adapter, live over a loopback WebSocket without TLS.

usage: w1_nautilus_okx.py FRAMES.jsonl

Rust WebSocket client, decoding and parsing -> capsule -> OrderBook.apply_deltas -> best bid and ask:
adapters/okx/data.py, _handle_msg, and the book. The frames are the same updates in the envelope of OKX's
`books` channel. Client on core 1, server on core 0; wall time and the client's own processor time a frame.
"""

import asyncio
import base64
import hashlib
import json
import multiprocessing
import os
import resource
import socket
import struct
import sys
import time

import timing

INSTRUMENT = "BTC-USDT-SWAP"


def websocket_frame(payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes([0x81, size]) + payload
    if size < 65536:
        return b"\x81\x7e" + struct.pack(">H", size) + payload
    return b"\x81\x7f" + struct.pack(">Q", size) + payload


def okx_levels(levels: list) -> list:
    """OKX spells a delete "0"; spelled "0.000" it aborts the adapter's process."""
    return [[p, "0", "0", "0"] if float(q) == 0 else [p, q, "0", "1"] for p, q in levels]


def okx_message(frame: bytes, snapshot: bool) -> bytes:
    data = json.loads(frame)["data"]
    book = {
        "asks": okx_levels(data["a"]),
        "bids": okx_levels(data["b"]),
        "ts": str(data["E"]),
        "checksum": 0,
        "seqId": data["u"],
        "prevSeqId": -1 if snapshot else data["pu"],
    }
    argument = {"channel": "books", "instId": INSTRUMENT}
    message = {"arg": argument, "action": "snapshot" if snapshot else "update", "data": [book]}
    return json.dumps(message, separators=(",", ":")).encode()


def handshake(connection: socket.socket):
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536)
    lines = request.split(b"\r\n")
    key = next(
        line.split(b":", 1)[1].strip() for line in lines if line.lower().startswith(b"sec-websocket-key")
    )
    accept = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def serve(path: str, ready, go):
    """Sends the snapshot at once and, when told to go, everything else in one piece."""
    os.sched_setaffinity(0, {0})
    frames = [websocket_frame(okx_message(line, number == 0)) for number, line in enumerate(open(path, "rb"))]
    rest = b"".join(frames[1:])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        ready.put((listener.getsockname()[1], len(frames)))
        connection, _ = listener.accept()
    handshake(connection)
    connection.recv(65536)  # the subscription
    subscribed = {"event": "subscribe", "arg": {"channel": "books", "instId": INSTRUMENT}, "connId": "x"}
    connection.sendall(websocket_frame(json.dumps(subscribed).encode()))
    connection.sendall(frames[0])
    go.wait()
    connection.sendall(rest)
    time.sleep(20)  # until the client ends this process


def perpetual(rust):
    usdt, bitcoin = rust.Currency.from_str("USDT"), rust.Currency.from_str("BTC")
    return rust.CryptoPerpetual(
        instrument_id=rust.InstrumentId.from_str(INSTRUMENT + ".OKX"),
        raw_symbol=rust.Symbol(INSTRUMENT),
        base_currency=bitcoin,
        quote_currency=usdt,
        settlement_currency=usdt,
        is_inverse=False,
        price_precision=2,
        size_precision=3,
        price_increment=rust.Price.from_str("0.01"),
        size_increment=rust.Quantity.from_str("0.001"),
        ts_event=0,
        ts_init=0,
    )


class Receiver:
    """Applies what the adapter hands over, and keeps the best prices: their checksum is computed
    afterwards."""

    def __init__(self, rust, book, count: int):
        from nautilus_trader.model.data import capsule_to_data

        self.is_capsule, self.to_data = rust.is_pycapsule, capsule_to_data
        self.book, self.count, self.seen = book, count, []
        self.loop = asyncio.get_running_loop()
        self.first, self.done = asyncio.Event(), asyncio.Event()

    def __call__(self, message):
        if not self.is_capsule(message):
            return
        book = self.book
        book.apply_deltas(self.to_data(message))
        bid, ask = book.best_bid_price(), book.best_ask_price()
        self.seen.append((bid, book.best_bid_size(), ask, book.best_ask_size()))
        if len(self.seen) == 1:
            self.loop.call_soon_threadsafe(self.first.set)  # 1.221 calls back on a thread of its own
        elif len(self.seen) == self.count:
            self.ended = timing.clock()
            self.loop.call_soon_threadsafe(self.done.set)


async def connect(rust, port: int, receiver: Receiver):
    client = rust.OKXWebSocketClient(url=f"ws://127.0.0.1:{port}")
    arguments = {"instruments": [perpetual(rust)], "callback": receiver}
    if "loop_" in (rust.OKXWebSocketClient.connect.__text_signature__ or ""):
        arguments["loop_"] = receiver.loop
    await client.connect(**arguments)
    await client.wait_until_active(timeout_secs=10.0)
    await client.subscribe_book(rust.InstrumentId.from_str(INSTRUMENT + ".OKX"))
    return client


def processor_ns() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e9


async def main(path: str):
    import nautilus_trader
    from nautilus_trader.core import nautilus_pyo3 as rust
    from nautilus_trader.model.book import OrderBook
    from nautilus_trader.model.enums import BookType
    from nautilus_trader.model.identifiers import InstrumentId

    spawning = multiprocessing.get_context("spawn")
    ready, go = spawning.Queue(), spawning.Event()
    server = spawning.Process(target=serve, args=(path, ready, go), daemon=True)
    server.start()
    port, count = ready.get()
    os.sched_setaffinity(0, {1})
    receiver = Receiver(rust, OrderBook(InstrumentId.from_str(INSTRUMENT + ".OKX"), BookType.L2_MBP), count)
    client = await connect(rust, port, receiver)  # kept: without a reference it closes
    await asyncio.wait_for(receiver.first.wait(), 20)
    processor_began, began = processor_ns(), timing.clock()
    go.set()
    await asyncio.wait_for(receiver.done.wait(), 120)
    processor = processor_ns() - processor_began
    updates = [json.loads(line)["data"] for line in list(open(path, "rb"))[1:]]
    levels, checksum = sum(len(data["b"]) + len(data["a"]) for data in updates), 0
    for best in receiver.seen[1:]:
        checksum = timing.best_checksum(checksum, best)
    ns = (receiver.ended - began) / len(updates)
    figures = {
        "workload": "W1",
        "peer": "nautilus_trader",
        "variant": "Rust OKX adapter, live over loopback + OrderBook",
        "version": nautilus_trader.__version__,
        "frames": len(updates),
        "levels": levels,
        "ns_per_frame": round(ns, 1),
        "ns_per_level": round(ns * len(updates) / levels, 2),
        "frames_per_s": round(1e9 / ns),
        "cpu_ns_per_frame": round(processor / len(updates)),
        "bbo_crc": f"{checksum:08x}",
    }
    print(json.dumps(figures), flush=True)
    del client
    server.terminate()
    os._exit(0)  # the adapter's threads would keep the process


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
