#!/usr/bin/env python3
"""Measures arbnode, the floor and the peers on the same work in the same run, round robin, and says which
gates are met.

Prints a table, writes perf/results/DATE-COMMIT.json and .html, and ends with one JSON object on its last
line. Exits with 0 however the gates turn out, unless --strict is given. `make peers` makes what it compares
with.

    python3 perf/compare.py --rounds 5
    python3 perf/compare.py --rounds 1 --only W1,W3
"""

import argparse
import json
import sys
import time
from pathlib import Path

from compare import gates, machine, page, plan, proof, running, table
from compare.figures import BUSY, Collection

ROOT = Path(__file__).resolve().parent.parent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default=",".join(plan.WORKLOADS), help="workloads, as in W1,W3")
    parser.add_argument(
        "--out", type=Path, default=ROOT / "perf" / "results", help="directory of the results"
    )
    parser.add_argument("--arbnode", type=Path, default=ROOT / ".build" / "release" / "arbnode")
    parser.add_argument("--peers", type=Path, default=ROOT / "perf" / ".peers", help="what `make peers` made")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a gate is not met")
    given = parser.parse_args()
    given.only = given.only.split(",")
    if unknown := set(given.only) - set(plan.WORKLOADS):
        parser.error(f"--only {','.join(sorted(unknown))}: there are {', '.join(plan.WORKLOADS)}")
    if given.rounds < 1:
        parser.error("--rounds: at least 1")
    return given


def row_json(row) -> dict:
    spreads = {name: row.spread(name) for name in row.figures()}
    return {
        "workload": row.workload,
        "group": row.group,
        "role": row.role,
        "peer": row.peer,
        "version": row.version,
        "variant": row.variant,
        "invalid": row.invalid,
        "figures": {
            name: {"median": it.median, "min": it.lowest, "max": it.highest, "runs": it.count}
            for name, it in spreads.items()
        },
    }


def versions(collection: Collection) -> list[str]:
    return sorted({f"{row.peer} {row.version}" for row in collection.rows.values() if row.version})


def main() -> int:
    given = arguments()
    given.out.mkdir(parents=True, exist_ok=True)
    places = plan.Places(ROOT / "perf" / "peers", given.peers.resolve(), given.arbnode.absolute())
    about = machine.description(ROOT)
    recorded = time.strftime("%Y-%m-%d %H:%M:%S")
    collection = running.rounds(places, given.rounds, given.only)
    proof.check(collection)
    verdicts = [gates.judge(gate, collection) for gate in gates.GATES if gate.workload in given.only]
    lost = collection.lost_share()
    summary = {
        "workloads": {it.gate.name: it.json() for it in verdicts},
        "lost_pct": lost,
        "rounds": given.rounds,
    }
    run = {
        "recorded": recorded,
        "rounds": given.rounds,
        "machine": about,
        "versions": versions(collection),
        "lost_pct": lost,
    }

    stem = given.out / f"{recorded[:10]}-{about['commit']}"
    rows = [row_json(row) for row in collection.rows.values()]
    whole = {**run, **summary, "rows": rows, "not_run": collection.failures}
    Path(f"{stem}.json").write_text(json.dumps(whole, indent=1) + "\n")
    Path(f"{stem}.html").write_text(page.page(collection, verdicts, run))

    print("\n".join(table.lines_of_rows(collection) + table.lines_of_gates(verdicts)))
    if lost is not None and lost > BUSY:
        print(f"\nBUSY: other work took {lost:.0f} % of a core; measure again on an idle machine")
    print(f"\nmedians of {given.rounds} rounds; {stem}.json and .html\n")
    print(json.dumps(summary))
    return 1 if given.strict and not all(verdict.met for verdict in verdicts) else 0


if __name__ == "__main__":
    sys.exit(main())
