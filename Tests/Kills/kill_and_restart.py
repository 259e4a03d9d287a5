#!/usr/bin/env python3
"""Kills the demo at random moments and starts it again on the same data directory.

Each round: start, kill -9 after 1 to 6 seconds, start again for a few seconds. The second run must reconcile with the
venues before it trades and end with a ledger equal to theirs, no order of unknown fate and no open exposure. Ends with
one JSON object; exit 1 when a round failed.
"""
import argparse, json, os, random, signal, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--arbnode", default=".build/release/arbnode")
parser.add_argument("--kills", type=int, default=20)
parser.add_argument("--seconds", type=float, default=5, help="how long the second run trades")
parser.add_argument("--seed", type=int, default=1)
arguments = parser.parse_args()
chance = random.Random(arguments.seed)
failures = []
directory = None
recovered = []
for number in range(arguments.kills):
    if number % 5 == 0:  # a fresh data directory every fifth round, so that both young and grown ones are tried
        directory = tempfile.mkdtemp(prefix="arbnode-kill-")
    command = [arguments.arbnode, "demo", "--seed", str(arguments.seed), "--data", directory, "--json"]
    first = subprocess.Popen(
        command + ["--seconds", "60"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    moment = chance.uniform(1, 6)
    time.sleep(moment)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    second = subprocess.run(command + ["--seconds", str(arguments.seconds)], capture_output=True, text=True, timeout=120)
    try:
        report = json.loads(second.stdout)
        good = (
            second.returncode == 0
            and report["ledger_equals_venues"] is True
            and report["orders"]["unknown_open"] == 0
            and float(report["unhedged_notional"]) == 0
            and report["mode"] == "NORMAL"
        )
        recovered.append(report["recovered_rows"])
    except (ValueError, KeyError) as fault:
        report, good = {"fault": str(fault), "stderr": second.stderr[-400:]}, False
    print(f"kill {number + 1:2} after {moment:.2f} s: {'ok' if good else 'FAILED'}", file=sys.stderr)
    if not good:
        failures.append({"round": number + 1, "after_s": round(moment, 3), "directory": directory, "report": report})
print(json.dumps({"kills": arguments.kills, "reconciled": arguments.kills - len(failures),
                  "recovered_rows": recovered, "failures": failures}))
sys.exit(1 if failures else 0)
