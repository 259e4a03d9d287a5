#!/usr/bin/env python3
"""Kills, stops, starves and damages a real node that trades against real venue doubles, and judges what is left.

Every process is real: four `arbsim serve` over TLS on loopback and one `arbnode run --live`. The judge reads the
venues' journals and the node's write-ahead log itself. Prints progress on stderr and one JSON object on stdout at the
end; exits with 1 when anything failed. Touches nothing outside its scratch directory, needs no network.

    python3 Tests/Chaos/chaos.py --arbnode .build/release/arbnode --arbsim .build/release/arbsim
    python3 Tests/Chaos/chaos.py --kills 5 --quick
    python3 Tests/Chaos/chaos.py --rounds storm --storm 600
"""
import argparse
import os
import random
import shutil
import sys
import tempfile
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

import children
import damage
import disks
import kills
import stops
import storm
from figures import Figures
from stand import Tools

FULL = {"kills": 60, "stops": 20, "venue_stops": 4, "cuts": 500, "flips": 1000, "deletes": 20, "samples": 20,
        "disks": 20, "storm": 0.0, "longest": 20.0}
LIMIT_SECONDS, QUICK_LIMIT_SECONDS = 1_500, 150
QUICK = {"kills": 5, "stops": 2, "venue_stops": 1, "cuts": 20, "flips": 40, "deletes": 5, "samples": 1, "disks": 1,
         "storm": 0.0, "longest": 1.5}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arbnode", default=".build/release/arbnode")
    parser.add_argument("--arbsim", default=".build/release/arbsim")
    parser.add_argument("--rounds", default="kill,stop,damage,disk,storm", help="which, in order")
    parser.add_argument("--quick", action="store_true", help="small counts, rounds side by side, under a minute")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--stops", type=int, help="SIGSTOPs of the node")
    parser.add_argument("--venue-stops", type=int)
    parser.add_argument("--longest", type=float, help="longest stop, in seconds")
    parser.add_argument("--cuts", type=int)
    parser.add_argument("--flips", type=int)
    parser.add_argument("--deletes", type=int)
    parser.add_argument("--samples", type=int, help="real starts on damaged stores")
    parser.add_argument("--disks", type=int, help="full disks")
    parser.add_argument("--storm", type=float, metavar="SECONDS", help="length of the storm; none by default")
    parser.add_argument("--ready-ms", type=float, help="bound on ready_p99_ms: 2000, with --quick 8000")
    parser.add_argument("--limit", type=float, help="seconds after which everything is ended, unfinished")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scratch", help="a directory to work in; a new one by default")
    parser.add_argument("--keep", action="store_true", help="keep the scratch directory")
    given = parser.parse_args()
    for name, count in (QUICK if given.quick else FULL).items():
        if getattr(given, name) is None:
            setattr(given, name, count)
    if given.ready_ms is None:
        given.ready_ms = 8_000 if given.quick else 2_000  # side by side, rounds take each other's processor
    if given.limit is None:
        given.limit = (QUICK_LIMIT_SECONDS if given.quick else LIMIT_SECONDS) + given.storm
    unknown = set(given.rounds.split(",")) - {"kill", "stop", "damage", "disk", "storm"}
    if unknown:
        parser.error(f"--rounds {','.join(sorted(unknown))}: there are kill, stop, damage, disk, storm")
    return given


def plan(given, tools, scratch, figures):
    """The rounds asked for; each draws from a generator of its own, so that leaving one out changes no other."""
    def chance(name):
        return random.Random(f"{given.seed} {name}")

    rounds = {
        "kill": lambda: given.kills and kills.run(tools, scratch, figures, chance("kill"), given.kills),
        "stop": lambda: (given.stops or given.venue_stops) and stops.run(
            tools, scratch, figures, chance("stop"), given.stops, given.venue_stops, given.longest),
        "damage": lambda: (given.cuts + given.flips + given.deletes + given.samples) and damage.run(
            tools, scratch, figures, chance("damage"), given.cuts, given.flips, given.deletes, given.samples),
        "disk": lambda: given.disks and disks.run(tools, scratch, figures, chance("disk"), given.disks),
        "storm": lambda: given.storm and storm.run(tools, scratch, figures, chance("storm"), given.storm),
    }
    return [(name, rounds[name]) for name in given.rounds.split(",")]


def perform(name, round_, figures):
    try:
        round_()
    except Exception as fault:  # a round that breaks must not hide what the others find
        figures.fail(name, f"the round itself broke: {fault}", trace=traceback.format_exc()[-1500:])


def stop_at(limit: float, figures):
    """Nothing hangs for ever: at the limit the figures so far are told, and the run has failed."""
    def end():
        figures.fail("chaos", f"not done after {limit:.0f} s")
        print(figures.json(), flush=True)
        children.leave_at_once(1)

    timer = threading.Timer(limit, end)
    timer.daemon = True
    timer.start()


def main() -> int:
    given = arguments()
    children.guard()
    figures = Figures()
    repository = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    tools = Tools(os.path.abspath(given.arbnode), os.path.abspath(given.arbsim), repository)
    for program in (tools.arbnode, tools.arbsim):
        if not os.access(program, os.X_OK):
            print(f"chaos: {program} is not there: make build, or name it", file=sys.stderr)
            return 69
    scratch = os.path.abspath(given.scratch) if given.scratch else tempfile.mkdtemp(prefix="arbnode-chaos-")
    os.makedirs(scratch, exist_ok=True)
    if os.listdir(scratch):
        print(f"chaos: {scratch} is not empty: two runs in one place would judge each other", file=sys.stderr)
        return 73
    figures.set("seed", given.seed)
    stop_at(given.limit, figures)
    chosen = plan(given, tools, scratch, figures)
    with ThreadPoolExecutor(len(chosen) if given.quick else 1) as pool:
        for done in [pool.submit(perform, name, round_, figures) for name, round_ in chosen]:
            done.result()
    children.kill_all()
    measured = figures.samples.get("ready")
    if measured:
        worst = figures.percentile_of("ready", 99)
        if worst > given.ready_ms:
            figures.fail("kill", f"ready_p99_ms {worst:.0f} is above {given.ready_ms:.0f}")
    if given.keep or figures.failures:
        figures.set("scratch", scratch)
    else:
        children.clean_up()
        shutil.rmtree(scratch, ignore_errors=True)
    print(figures.json(), flush=True)
    return 1 if figures.failures else 0


if __name__ == "__main__":
    sys.exit(main())
