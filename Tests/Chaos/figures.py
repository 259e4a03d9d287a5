"""What the rounds count, and what went wrong: one JSON object at the end, progress on stderr."""
import json
import math
import sys
import time

# Counts that are there even when their round did not run.
COUNTS = [
    "kills", "acknowledged_lost", "duplicates", "sigstops", "venue_stops", "stale_sends", "tail_cuts", "bit_flips",
    "files_deleted", "silent", "disk_full", "sent_without_row", "node_starts", "orders", "fills", "rows"]


class Figures:
    def __init__(self):
        self.values = {name: 0 for name in COUNTS}
        self.values["ready_p99_ms"] = None
        self.failures = []
        self.samples = {}
        self._began = time.monotonic()

    def add(self, name: str, count=1):
        self.values[name] = self.values.get(name, 0) + count

    def set(self, name: str, value):
        self.values[name] = value

    def sample(self, name: str, value: float):
        """One measurement of a distribution: becomes `<name>_p50_ms`, `_p99_ms`, `_max_ms`."""
        self.samples.setdefault(name, []).append(value)

    def percentile_of(self, name: str, share: float) -> float:
        return percentile(self.samples[name], share)

    def fail(self, round_: str, what: str, **detail):
        self.failures.append({"round": round_, "what": what, **detail})
        self.say(f"FAILED {round_}: {what} {detail if detail else ''}")

    def say(self, text: str):
        print(f"{time.monotonic() - self._began:7.1f} s  {text}", file=sys.stderr, flush=True)

    def json(self) -> str:
        result = dict(self.values)
        for name, found in self.samples.items():
            for label, share in (("p50", 50), ("p99", 99), ("max", 100)):
                result[f"{name}_{label}_ms"] = round(percentile(found, share), 1)
        result["seconds"] = round(time.monotonic() - self._began, 1)
        result["failures"] = self.failures
        return json.dumps(result)


def percentile(samples, share: float) -> float:
    """Nearest rank: of few samples the 99th percentile is the largest."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]
