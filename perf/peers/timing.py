"""What the Python peers share: percentiles, and the passes of W1. Python's collector stays on, as in
production."""

import gc
import json
import re
import struct
import time
import zlib
from typing import Any, Callable, Iterable

SYMBOL = re.compile(rb'"s":"([^"]+)"')
clock = time.perf_counter_ns

State, Book = Any, Any


def load_frames(path: str) -> tuple[list[bytes], list[bytes]]:
    """The leading frames, one a symbol, which are its snapshot, and the rest."""
    snapshots, rest, seen = [], [], set()
    for line in open(path, "rb"):
        line = line.rstrip(b"\n")
        if not line:
            continue
        symbol = SYMBOL.search(line).group(1)
        if symbol not in seen and not rest:
            seen.add(symbol)
            snapshots.append(line)
        else:
            rest.append(line)
    return snapshots, rest


def percentiles(
    samples: Iterable[float], name: str = "", unit: str = "ns", per_unit: float = 1
) -> dict[str, float]:
    """Samples in nanoseconds; `name` begins the names of the figures."""
    ordered = sorted(samples)
    if not ordered:
        return {}
    shares = {"p50": 0.5, "p99": 0.99, "p999": 0.999}
    last = len(ordered) - 1
    return {
        f"{name}{label}_{unit}": round(ordered[min(last, int(share * len(ordered)))] / per_unit, 2)
        for label, share in shares.items()
    }


def best_checksum(seed: int, best: Iterable[Any]) -> int:
    """CRC-32 over bid price, bid quantity, ask price, ask quantity in units of 1e-8, as the floor computes
    it."""
    return zlib.crc32(struct.pack("<4q", *(int(round(float(number) * 1e8)) for number in best)), seed)


def time_books(
    peer: str,
    variant: str,
    version: str,
    path: str,
    empty: Callable[[], State],
    apply: Callable[[State, bytes], Book],
    best: Callable[[Book], Iterable[Any]],
    passes: int = 3,
    latency_passes: int = 2,
):
    """W1. `apply(state, frame)` decodes, applies and reads the best bid and ask; `best(book)` tells them for
    the checksum, untimed."""
    snapshots, frames = load_frames(path)
    levels = sum(len(data["b"]) + len(data["a"]) for data in (json.loads(frame)["data"] for frame in frames))

    def fresh() -> State:
        state = empty()
        for frame in snapshots:
            apply(state, frame)
        gc.collect()
        return state

    state, checksum = fresh(), 0
    for frame in frames:  # the proof, and the warm-up
        checksum = best_checksum(checksum, best(apply(state, frame)))
    durations = []
    for _ in range(passes):
        state = fresh()
        began = clock()
        for frame in frames:
            apply(state, frame)
        durations.append((clock() - began) / len(frames))
    samples = []
    for _ in range(latency_passes):
        state = fresh()
        for frame in frames:
            began = clock()
            apply(state, frame)
            samples.append(clock() - began)
    ns = sorted(durations)[len(durations) // 2]
    figures = {
        "workload": "W1",
        "peer": peer,
        "variant": variant,
        "version": version,
        "frames": len(frames),
        "levels": levels,
        "ns_per_frame": round(ns, 1),
        "ns_per_level": round(ns * len(frames) / levels, 2),
        "frames_per_s": round(1e9 / ns),
        **percentiles(samples),
        "bbo_crc": f"{checksum:08x}",
    }
    print(json.dumps(figures))
