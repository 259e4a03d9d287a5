#!/usr/bin/env python3
"""Counts allocations on the hot path and fails where there are more than there were.

usage: allocations.py --arbnode .build/release/arbnode

Allocations are counted by the program itself, on the thread that works, and repeat exactly: a frame, a tick
and an order cost the same number on every machine. Whoever makes them fewer lowers the limits below.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

FRAMES = 4_000  # a venue: enough orders to count, little to wait for
LIMITS = {
    # workload, variant, field: (most that may be, what it counts)
    ("W1", "live decoder + book", "allocations_per_frame"): (0.0, "a frame, decoded and in its book"),
    ("W2", "engine, risk, orders", "allocations_per_tick"): (0.236, "a tick, fills of its orders included"),
}


def measured(arbnode: str, *words: str) -> list[dict]:
    done = subprocess.run([arbnode, "bench", *words], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--arbnode", required=True)
    arbnode = options.parse_args().arbnode
    generator = Path(__file__).parent / "peers" / "generate_frames.py"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, str(generator), folder, str(FRAMES)], check=True, stdout=subprocess.DEVNULL
        )
        rows = measured(arbnode, "w1", "--frames", f"{folder}/gen_a.jsonl", "--passes", "2")
        rows += measured(arbnode, "w2", "--frames", f"{folder}/w2.txt", "--passes", "2")
    failed = False
    for row in rows:
        for (workload, variant, field), (limit, what) in LIMITS.items():
            if (row["workload"], row["variant"]) != (workload, variant):
                continue
            count = row[field]
            verdict = "ok" if count <= limit else "FAILED"
            failed |= count > limit
            print(f"allocations: {workload} {count:.3f} (at most {limit:.3f}) {what}: {verdict}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
