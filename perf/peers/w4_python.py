#!/usr/bin/env python3
"""W4, the WebSocket clients of Python, on uvloop where it is installed.

usage: w4_python.py PORT blast|paced|echo COUNT picows|websockets|aiohttp|nautilus [RATE] [plain]
"""

import asyncio
import json
import os
import resource
import ssl
import sys
import time
from importlib.metadata import version
from typing import Any

MESSAGE = "x" * 300
WARM_UP = 200
now_ns = time.monotonic_ns

port, mode, count, library = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
rate = sys.argv[5] if len(sys.argv) > 5 else "0"
plain = len(sys.argv) > 6
echoes, paced = mode == "echo", mode == "paced"
first_message = MESSAGE if echoes else "go"
path = {"echo": "/echo", "blast": f"/blast/{count}", "paced": f"/paced/{count}/{rate}"}[mode]
url = f"{'ws' if plain else 'wss'}://127.0.0.1:{port}{path}"


def tls() -> ssl.SSLContext | None:
    if plain:
        return None
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def processor_ns() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e9


class Meter:
    def __init__(self):
        self.received, self.sent, self.samples, self.done = 0, 0, [], asyncio.Event()

    def message(self, message: Any) -> bool:
        """Takes one whole message, bytes or text; True when it was the last."""
        received = self.received
        self.received = received + 1
        if echoes:
            if received >= WARM_UP:
                self.samples.append(now_ns() - self.sent)
            return received + 1 == count + WARM_UP
        if received == 0:
            self.began, self.processor_began = now_ns(), processor_ns()
        elif paced:
            self.samples.append(now_ns() - int(message[5:24]))
        if received + 1 == count:
            self.ended, self.processor_ended = now_ns(), processor_ns()
            return True
        return False

    def report(self, peer: str, release: str):
        kind = f"{mode} {'plain' if plain else 'TLS'}" + (f" {rate}/s" if paced else "")
        figures = {"workload": "W4", "peer": peer, "version": release, "variant": kind, "n": count}
        if mode == "blast":
            figures["msgs_per_s"] = round((count - 1) * 1e9 / (self.ended - self.began))
        if not echoes:
            figures["cpu_ns_per_msg"] = round((self.processor_ended - self.processor_began) / (count - 1))
        ordered, name = sorted(self.samples), "rtt" if echoes else "oneway"
        for share, label in ((0.5, "p50"), (0.99, "p99"), (0.999, "p999")) if ordered else ():
            figures[f"{name}_{label}_us"] = round(ordered[int(share * len(ordered))] / 1e3, 2)
        print(json.dumps(figures), flush=True)
        os._exit(0)  # closing is not measured, and not every library does it at once


async def picows(meter: Meter):
    from picows import WSListener, WSMsgType, ws_connect

    encoded = MESSAGE.encode()

    class Listener(WSListener):
        def on_ws_connected(self, transport):
            meter.sent = now_ns()
            transport.send(WSMsgType.TEXT, first_message.encode())

        def on_ws_frame(self, transport, frame):
            if frame.msg_type != WSMsgType.TEXT:
                return
            if meter.message(frame.get_payload_as_bytes() if paced else frame):
                meter.done.set()
            elif echoes:
                meter.sent = now_ns()
                transport.send(WSMsgType.TEXT, encoded)

    await ws_connect(Listener, url, ssl_context=tls(), websocket_handshake_timeout=10)
    await meter.done.wait()


async def websockets(meter: Meter):
    from websockets import connect

    async with connect(url, ssl=tls(), compression=None, max_queue=None) as connection:
        meter.sent = now_ns()
        await connection.send(first_message)
        async for message in connection:
            if meter.message(message):
                meter.report("websockets", version("websockets"))
            if echoes:
                meter.sent = now_ns()
                await connection.send(MESSAGE)


async def aiohttp(meter: Meter):
    from aiohttp import ClientSession

    async with ClientSession() as session, session.ws_connect(
        url, ssl=tls() or False, compress=0
    ) as connection:
        meter.sent = now_ns()
        await connection.send_str(first_message)
        while not meter.message((await connection.receive()).data):
            if echoes:
                meter.sent = now_ns()
                await connection.send_str(MESSAGE)
        meter.report("aiohttp", version("aiohttp"))


async def nautilus(meter: Meter):
    """Its Rust client trusts no authority of ours, hence without TLS."""
    from nautilus_trader.core.nautilus_pyo3 import WebSocketClient, WebSocketConfig

    loop = asyncio.get_running_loop()
    encoded = MESSAGE.encode()

    async def send_again():
        meter.sent = now_ns()
        await client.send_text(encoded)

    def received(message):
        if meter.message(message):
            loop.call_soon_threadsafe(meter.done.set)
        elif echoes:
            asyncio.run_coroutine_threadsafe(send_again(), loop)

    client = await WebSocketClient.connect(
        loop_=loop, config=WebSocketConfig(url=url, headers=[]), handler=received
    )
    meter.sent = now_ns()
    await client.send_text(first_message.encode())
    await meter.done.wait()


async def main():
    meter = Meter()
    await {"picows": picows, "websockets": websockets, "aiohttp": aiohttp, "nautilus": nautilus}[library](
        meter
    )
    name, package = (
        ("nautilus WebSocketClient", "nautilus_trader") if library == "nautilus" else (library, library)
    )
    meter.report(name, version(package))


try:
    import uvloop

    uvloop.install()
except ImportError:  # NautilusTrader brings it along; without it asyncio's own loop is what there is
    pass
asyncio.run(main())
