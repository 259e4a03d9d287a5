#!/usr/bin/env python3
"""Runs every benchmark of `arbnode bench` in its smallest size and looks for the figures it must print.

usage: smoke.py ARBNODE

Says nothing about speed: any build will do. What `make compare` reads of ours (perf/compare/gates.py) is
looked for as well, so that neither side can rename a figure alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from compare import gates  # noqa: E402
from compare.figures import lookup  # noqa: E402

HERE = Path(__file__).parent
LATENCY = ("p50", "p99", "p999", "max", "count")


@dataclass(frozen=True)
class Run:
    words: tuple[str, ...]
    # By line of output: the figures that stand in it; `{}.x` stands in every latency object.
    lines: tuple[tuple[str, ...], ...]
    workload: str = ""
    variants: tuple[str, ...] = field(default=())


def latency(name: str) -> tuple[str, ...]:
    return tuple(f"{name}.{part}" for part in LATENCY)


def runs(frames: Path, scratch: Path) -> list[Run]:
    one_pass = ("--passes", "1")
    return [
        Run(("book", "--quick", "--json"), (("book",),)),
        Run(
            ("decision", "--quick", "--json"),
            (("decision.frames_per_s", "decision.allocations_per_frame"),),
        ),
        Run(
            ("router", "--quick", "--json"),
            (
                (
                    "router.oracle_instances",
                    "router.suboptimal",
                    "router.infeasible",
                    *latency("router.route_us"),
                ),
            ),
        ),
        Run(
            ("outbox", "--quick", "--json"),
            (
                (
                    "outbox.records_per_s",
                    "outbox.recovery.seconds",
                    "outbox.single.ratio.p50",
                    *latency("outbox.single.outbox_us"),
                ),
            ),
        ),
        Run(
            ("wire", "--quick", "--json"),
            ((*latency("wire.decision_to_wire_us"), "wire.frame_to_decision_us.p50"),),
        ),
        Run(("hedge", "--quick", "--json"), (("hedge.completed", "hedge.late"),)),
        Run(
            ("w1", "--frames", str(frames / "gen_a.jsonl"), *one_pass),
            (("ns_per_frame", "p50_ns", "p99_ns", "allocations_per_frame", "bbo_crc"),),
            "W1",
        ),
        Run(
            ("w2", "--frames", str(frames / "w2.txt"), *one_pass),
            (("p50_ns", "order_p50_ns", "order_p99_ns", "sign_ns"),),
            "W2",
        ),
        Run(
            ("w3", "--directory", str(scratch), "--commits", "20", "--rows", "2000"),
            (
                ("p50_us", "p99_us", "records_per_s"),
                ("p50_us", "p99_us", "records_per_s"),
                ("p50_us", "p99_us", "records_per_s"),
                ("seconds_per_million_rows",),
            ),
            "W3",
            ("single", "pair", "batch64", "recovery"),
        ),
        Run(("w4", "--quick", "--mode", "blast"), (("msgs_per_s", "cpu_ns_per_msg"),), "W4"),
        Run(("w4", "--quick", "--mode", "echo"), (("rtt_p50_us", "rtt_p99_us"),), "W4"),
        Run(
            ("w4", "--quick", "--mode", "echo", "--busy-poll"), (("rtt_p50_us", "rtt_p99_us"),), "W4"
        ),
        Run(
            ("w5", "--frames", str(frames / "gen_a.jsonl"), *one_pass),
            (("deltas_per_s", "frames_per_s"),) * 3,
            "W5",
            ("decoded", "raw", "whole node"),
        ),
        Run(
            ("w6", "--quick", "--json"),
            (
                (
                    *gated("W6"),
                    *latency("fill_to_hedge_us"),
                    "loads",
                ),
            ),
            "W6",
        ),
        Run(("w7", "--quick", "--json"), ((*gated("W7"), "slopes", "seconds_per_million_rows"),), "W7"),
        Run(
            ("w8", "--quick", "--json"),
            ((*gated("W8"), "heap_fit_bytes_per_hour", "bytes.per_order", "bytes.per_row", "bytes.per_symbol"),),
            "W8",
        ),
    ]


def gated(workload: str) -> tuple[str, ...]:
    return tuple(gate.ours.figure for gate in gates.GATES if gate.workload == workload)


def problems(run: Run, output: str) -> list[str]:
    lines = []
    for text in output.splitlines():
        if text.startswith("{"):
            try:
                lines.append(json.loads(text))
            except json.JSONDecodeError as fault:
                return [f"prints no JSON: {fault}"]
    if len(lines) != len(run.lines):
        return [f"prints {len(lines)} objects, {len(run.lines)} expected"]
    found = []
    for number, (line, figures) in enumerate(zip(lines, run.lines), 1):
        found += [f"line {number} has no {name}" for name in figures if not there(line, name)]
        if run.workload and line.get("workload") != run.workload:
            found.append(f"line {number} is of workload {line.get('workload')}")
    if run.variants and tuple(line.get("variant") for line in lines) != run.variants:
        found.append(f"its variants are not {', '.join(run.variants)}")
    return found


def there(line: dict, name: str) -> bool:
    """A latency of which nothing was recorded has a count of 0 and no percentiles."""
    if lookup(line, name) is not None:
        return True
    parent = name.rpartition(".")[0]
    return bool(parent) and lookup(line, parent + ".count") == 0


def main() -> int:
    arbnode = sys.argv[1]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        frames, scratch = Path(folder) / "frames", Path(folder) / "scratch"
        scratch.mkdir()
        subprocess.run(
            [sys.executable, str(HERE / "peers/generate_frames.py"), str(frames), "4000"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for run in runs(frames, scratch):
            words = " ".join(word for word in run.words if "/" not in word)
            try:
                ended = subprocess.run(
                    [arbnode, "bench", *run.words], capture_output=True, text=True, timeout=400
                )
            except subprocess.TimeoutExpired:
                found = ["did not end within 400 s"]
            else:
                found = problems(run, ended.stdout)
                if ended.returncode:
                    said = [line for line in ended.stderr.splitlines() if line.strip()]
                    found = [f"exit code {ended.returncode}: {said[-1] if said else 'not a word'}"]
            for what in found:
                print(f"smoke: arbnode bench {words}: {what}", file=sys.stderr)
            failed += bool(found)
    if failed:
        return 1
    print("smoke: every benchmark prints its figures.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
