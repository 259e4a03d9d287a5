"""Which commands a run consists of, in the order of a round.

Clients are pinned to core 1 and servers to core 0; where both ends share a core the idle wake-ups of the
machine are out of the figure. What a disk does is not pinned.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from .figures import FLOOR, OURS, PEER

WORKLOADS = ("W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8")
MESSAGES, ECHOES, PACED, RATE = "200000", "10000", "20000", "10000"
SECONDS_OF_COMMITS = "1.5"


@dataclass(frozen=True)
class Command:
    workload: str
    role: str
    group: str
    words: tuple[str, ...]
    core: int | None = 1
    groups: dict = field(default_factory=dict)  # for a program that prints several rows: group by variant
    once: bool = False  # in the first round alone: it makes its own statistics
    timeout: float = 300
    environment: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        return " ".join(Path(word).name if "/" in word else word for word in self.words)

    def group_of(self, variant: str) -> str:
        return self.groups.get(variant, self.group)


@dataclass(frozen=True)
class Places:
    peers: Path  # the scripts
    home: Path  # what `make peers` made
    arbnode: Path

    def frames(self, name: str) -> str:
        return str(self.home / "frames" / name)

    def floor(
        self, workload: str, group: str, program: str, *words: str, role: str = FLOOR, core=1, **more
    ) -> Command:
        return Command(workload, role, group, (str(self.home / "bin" / program), *words), core, **more)

    def python(
        self, workload: str, group: str, environment: str, script: str, *words: str, core=1
    ) -> Command:
        interpreter, extra = self.home / f"venv-{environment}/bin/python", {}
        if environment == "hummingbot" and (path := os.environ.get("HUMMINGBOT_PATH")):
            extra = {"PYTHONPATH": path}
            interpreter = interpreter if interpreter.exists() else Path("/usr/bin/env")
        start = (str(interpreter),) if interpreter.name != "env" else (str(interpreter), "python3")
        command = (*start, "-W", "ignore", str(self.peers / script), *words)
        return Command(workload, PEER, group, command, core, environment=extra)

    def ours(self, workload: str, group: str, *words: str, core=1, **more) -> Command:
        return Command(workload, OURS, group, (str(self.arbnode), "bench", *words), core, **more)


def decode_and_books(at: Places) -> list[Command]:
    commands = []
    for group, file, passes in (
        ("generated frames", "gen_a.jsonl", "20"),
        ("real frames", "real.jsonl", "5"),
    ):
        frames = at.frames(file)
        commands.append(at.ours("W1", group, "w1", "--frames", frames))
        for variant in ("simdjson-flat", "simdjson-ladder", "scanner-flat", "scanner-ladder"):
            commands.append(at.floor("W1", group, "w1_book", frames, variant, passes))
        commands += [
            at.python("W1", group, "hummingbot", "w1_hummingbot.py", frames),
            at.python("W1", group, "ccxt", "w1_ccxt.py", frames, "full"),
            at.python("W1", group, "ccxt", "w1_ccxt.py", frames, "classes"),
            at.python("W1", group, "cryptofeed", "w1_cryptofeed.py", frames),
            at.python("W1", group, "nautilus-1.231", "w1_nautilus.py", frames, "adapter"),
        ]
    frames = at.frames("gen_a.jsonl")
    for version in ("1.231", "1.221"):
        commands.append(
            at.python(
                "W1", "generated frames", f"nautilus-{version}", "w1_nautilus_okx.py", frames, core=None
            )
        )
    commands.append(at.python("W1", "book alone", "nautilus-1.231", "w1_nautilus.py", frames, "apply"))
    for decoder in ("simdjson-decode", "scanner-decode"):
        commands.append(at.floor("W1", "decode alone", "w1_book", frames, decoder, "10"))
    return commands


def orders(at: Places) -> list[Command]:
    frames = at.frames("w2.txt")
    floors = ("simdjson-flat", "simdjson-ladder", "scanner-flat", "scanner-ladder")
    return [
        at.ours("W2", "unsigned", "w2", "--frames", frames),
        *(at.floor("W2", "unsigned", "w2_orders", frames, variant) for variant in floors),
        at.floor("W2", "signed", "w2_orders", frames, "simdjson-flat", "10", "sign"),
        at.python("W2", "unsigned", "hummingbot", "w2_hummingbot.py", frames),
        at.python("W2", "unsigned", "ccxt", "w2_ccxt.py", frames),
        at.python("W2", "unsigned", "nautilus-1.231", "w2_nautilus_live.py", frames),
        at.python("W2", "unsigned", "nautilus-1.231", "w2_nautilus_engines.py", frames, "whole"),
        at.python("W2", "decode excluded", "nautilus-1.231", "w2_nautilus_engines.py", frames, "decoded"),
    ]


def durable_rows(at: Places) -> list[Command]:
    directory = str(at.home / "work")
    one, batch, pair, loose = "one record", "batch of 64", "pair", "not durable"
    groups = {"single": one, "batch64": batch, "pair": pair, "recovery": "recovery"}
    commands = [at.ours("W3", one, "w3", "--directory", directory, core=None, groups=groups)]

    def store(group: str, program: str, mode: str, role: str = PEER):
        commands.append(
            at.floor("W3", group, program, mode, directory, SECONDS_OF_COMMITS, role=role, core=None)
        )

    for mode in ("prealloc", "direct4k", "uring", "append"):
        store(one, "w3_file", mode, FLOOR)
    store(batch, "w3_file", "prealloc-batch64", FLOOR)
    store(pair, "w3_file", "prealloc-batch2", FLOOR)
    for mode in ("write-only", "mmap-only"):
        store(loose, "w3_file", mode, FLOOR)
    for group, mode in ((one, "sync"), (pair, "sync-batch2"), (batch, "sync-batch64"), (loose, "nosync")):
        store(group, "w3_rocksdb", mode)
    store("many writers", "w3_rocksdb", "sync-threads8")
    for group, mode in (
        (one, "wal-full"),
        (one, "delete-full"),
        (batch, "wal-full-batch64"),
        (loose, "wal-normal"),
    ):
        store(group, "w3_sqlite", mode)
    redis, client = str(at.peers / "w3_redis"), str(at.home / "bin" / "w3_redis_client")
    python, script = str(at.home / "venv-nautilus-1.231/bin/python"), str(at.peers / "w3_nautilus.py")
    for policy, group, many in (("always", one, batch), ("everysec", loose, "not durable, batch of 64")):
        run = (redis, policy, directory)
        arguments = (client, policy, "{port}", "{version}", SECONDS_OF_COMMITS)
        commands.append(Command("W3", PEER, group, (*run, *arguments), None))
        commands.append(Command("W3", PEER, many, (*run, *arguments, "64"), None))
        commands.append(Command("W3", PEER, "asynchronous", (*run, python, script, "{port}", policy), None))
    commands.append(at.python("W3", one, "hummingbot", "w3_hummingbot.py", directory, core=None))
    return commands


def receive_and_echo(at: Places) -> list[Command]:
    """{tls}, {plain} and {spin} are the ports of the three servers."""
    authority = str(at.home / "tls" / "ca.pem")
    commands = []
    kinds = (
        ("receive", "blast", MESSAGES, "0"),
        ("echo, two cores", "echo", ECHOES, "0"),
        ("paced", "paced", PACED, RATE),
    )
    for group, mode, count, rate in kinds:
        pace = ("--rate", rate) if mode == "paced" else ()
        ours = ("w4", "--port", "{tls}", "--ca", authority, "--mode", mode, "--count", count, *pace)
        half = str(int(count) // 2)
        commands += [
            at.ours("W4", group, *ours),
            at.floor("W4", group, "w4_client", "{tls}", mode, count, rate),
            at.floor("W4", group, "w4_libwebsockets", "{tls}", mode, count, rate, role=PEER),
            *(
                at.python("W4", group, "websockets", "w4_python.py", "{tls}", mode, count, library, rate)
                for library in ("picows", "aiohttp", "websockets")
            ),
            at.python(
                "W4",
                group,
                "nautilus-1.231",
                "w4_python.py",
                "{plain}",
                mode,
                half,
                "nautilus",
                rate,
                "plain",
            ),
            at.floor("W4", group + ", no TLS", "w4_client", "{plain}", mode, count, rate, "plain"),
        ]
    spin = ("w4", "--port", "{spin}", "--ca", authority, "--mode", "echo", "--count", ECHOES, "--busy-poll")
    group = "echo, busy-poll"
    commands.append(at.ours("W4", group, *spin))
    commands.append(at.floor("W4", group, "w4_client", "{spin}", "echo", ECHOES, "0", "spin"))
    group = "echo, one core"
    ours = ("w4", "--port", "{tls}", "--ca", authority, "--mode", "echo", "--count", ECHOES)
    commands += [
        at.ours("W4", group, *ours, core=0),
        at.floor("W4", group, "w4_client", "{tls}", "echo", ECHOES, core=0),
        at.floor("W4", group, "w4_libwebsockets", "{tls}", "echo", ECHOES, role=PEER, core=0),
        *(
            at.python("W4", group, "websockets", "w4_python.py", "{tls}", "echo", ECHOES, library, core=0)
            for library in ("picows", "aiohttp", "websockets")
        ),
    ]
    return commands


def replay(at: Places) -> list[Command]:
    frames = at.frames("gen_a.jsonl")
    groups = {"decoded": "decoded", "whole node": "whole engine", "raw": "raw frames"}
    commands = [at.ours("W5", "decoded", "w5", "--frames", frames, groups=groups)]
    for group, kind in (("decoded", "noop"), ("with orders", "orders")):
        commands += [at.floor("W5", group, "w5_replay", frames, book, kind) for book in ("ladder", "flat")]
    for group, kind in (("decoded", "feed"), ("with orders", "orders")):
        for book in ("roi", "hash"):
            commands.append(at.python("W5", group, "hftbacktest", "w5_hftbacktest.py", frames, book, kind))
    for version in ("1.231", "1.221"):
        for kind in ("noop", "orders"):
            commands.append(
                at.python("W5", "whole engine", f"nautilus-{version}", "w5_nautilus.py", frames, kind)
            )
    return commands


def ours_alone(at: Places) -> list[Command]:
    return [
        at.ours("W6", "whole node", "w6", "--json", core=None, timeout=600),
        at.ours("W7", "growth", "w7", "--json", core=None, once=True, timeout=1800),
        at.ours("W8", "memory", "w8", "--json", core=None, once=True, timeout=1800),
    ]


def commands(at: Places, only: list[str]) -> list[Command]:
    everything = [
        *decode_and_books(at),
        *orders(at),
        *durable_rows(at),
        *receive_and_echo(at),
        *replay(at),
        *ours_alone(at),
    ]
    return [command for command in everything if command.workload in only]


def noise(at: Places) -> list[Command]:
    """W0: how much of its time each core loses; in every round, beside what it may explain."""
    return [at.floor("W0", f"core {core}", "jitter", "2", core=core) for core in (0, 1)]
