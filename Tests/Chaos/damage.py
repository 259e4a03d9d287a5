"""Round 3: stores are damaged after a stop: tails cut, bits flipped, files deleted.

Every case works on a copy. `arbnode audit verify` judges them all; real node starts judge a sample. A case is silent
when the node calls its history good although a row it had acknowledged is missing or altered.
"""
import json
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import List, NamedTuple

import node as nodes
import store_log
from node import HELD
from stand import Stand

ROUND = "damage"
APART = ("ballast", "outbox.lock", "control.sock")
VERIFY_SECONDS = 30
SETTLE_SECONDS = 25
COUNTERS = {"cut": "tail_cuts", "flip": "bit_flips", "delete": "files_deleted"}


class Base(NamedTuple):
    """A store as a stop left it, and what is known of it."""
    path: str
    acknowledged: int
    rows: int
    head: object


class Case(NamedTuple):
    number: int
    kind: str
    seed: int


# MARK: Damaging a copy


def files(store: str) -> List[str]:
    found = []
    for directory, _, names in os.walk(store):
        found += [os.path.join(directory, name) for name in names if name not in APART]
    return sorted(found)


def tails(store: str) -> List[str]:
    """Files that grow: the last log and table, and whatever lies beside the store."""
    outbox = os.path.join(store, "outbox")
    found = store_log.logs(store)[-1:]
    tables = sorted(path for path in files(store) if path.endswith(".sst"))
    beside = [path for path in files(store) if os.path.dirname(path) != outbox]
    return [path for path in found + tables[-1:] + beside if os.path.getsize(path)]


def telling(store: str) -> List[str]:
    """Files that say something about rows; RocksDB's own chatter and options do not."""
    chatter = ("LOG", "OPTIONS", "IDENTITY", "LOCK")
    return [path for path in files(store) if not os.path.basename(path).startswith(chatter)]


def damage(store: str, kind: str, chance) -> str:
    """Does it; says what was done."""
    if kind == "delete":
        path = chance.choice(files(store))
        os.unlink(path)
        return f"deleted {os.path.relpath(path, store)}"
    if kind == "cut":
        path = chance.choice(tails(store))
        size = os.path.getsize(path)
        cut = chance.randint(1, min(size, 600) if chance.random() < 0.5 else size)
        os.truncate(path, size - cut)
        return f"cut {cut} of {size} bytes off {os.path.relpath(path, store)}"
    path = chance.choice(telling(store) if chance.random() < 0.75 else files(store))
    if not os.path.getsize(path):
        return damage(store, kind, chance)
    offset, bit = chance.randrange(os.path.getsize(path)), chance.randrange(8)
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))
    return f"flipped bit {bit} of byte {offset} of {os.path.relpath(path, store)}"


def copy(base: str, to: str):
    shutil.copytree(base, to, ignore=lambda _, names: [name for name in names if name in APART])


# MARK: Judging by `audit verify`


def verify(arbnode: str, store: str):
    """(exit code, answer); the answer is empty when it was no JSON, the code None when it hung."""
    try:
        done = subprocess.run(
            [arbnode, "audit", "verify", store, "--json"], capture_output=True, text=True, timeout=VERIFY_SECONDS)
    except subprocess.TimeoutExpired:
        return None, {}
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        return done.returncode, {"stderr": done.stderr[-300:]}


def verdict(base: Base, code, answer: dict) -> str:
    """`intact`, `repaired`, `detected`, `silent`, or what else happened."""
    if code is None:
        return "hung"
    if code < 0:
        return "crashed"
    if code in (1, 65):
        return "detected"
    if code != 0:
        return "unexpected"
    rows, head = answer.get("rows", 0), answer.get("head")
    if rows < base.acknowledged or rows > base.rows or (rows == base.rows and head != base.head):
        return "silent"
    known = {"intact": "intact", "repairable": "repaired", "repaired": "repaired"}
    return known.get(answer.get("condition"), "unexpected")


class Mass:
    """All cases but the sample, on a few threads."""

    def __init__(self, tools, scratch, figures, bases):
        self.tools, self.scratch, self.figures, self.bases = tools, scratch, figures, bases

    def run(self, chance, cases: List[Case], workers: int):
        with ThreadPoolExecutor(workers) as pool:
            for outcome in pool.map(lambda case: self._judge(case, type(chance)(case.seed)), cases):
                self._count(*outcome)

    def _judge(self, case: Case, chance):
        base = self.bases[case.number % len(self.bases)]
        place = os.path.join(self.scratch, f"case-{case.number}")
        copy(base.path, place)
        done = damage(place, case.kind, chance)
        code, answer = verify(self.tools.arbnode, place)
        found = verdict(base, code, answer)
        if found in ("intact", "repaired", "detected"):
            shutil.rmtree(place)
        return case, done, found, code, answer

    def _count(self, case, done, found, code, answer):
        self.figures.add(COUNTERS[case.kind])
        self.figures.add(f"damage_{found}")
        if found == "silent":
            self.figures.add("silent")
        if found not in ("intact", "repaired", "detected"):
            self.figures.fail(ROUND, f"{found}: {done}", case=case.number, seed=case.seed, code=code, answer=answer)
        if (case.number + 1) % 200 == 0:
            self.figures.say(f"damage: {case.number + 1} cases judged")


# MARK: The round


def make_bases(stand, scratch, figures, chance, count=3):
    """Stores after a kill (log alone), after a restart and a kill (table and log), and after an orderly end."""
    paths = []
    for index in range(count):
        if not stand.start_ready(ROUND, measured=None):
            return []
        time.sleep(chance.uniform(1.5, 3))
        stand.node.end() if index == count - 1 else stand.node.kill()
        stand.settle(ROUND)
        path = os.path.join(scratch, f"base-{index}")
        copy(stand.store, path)
        paths.append((path, store_log.acknowledged(path, is_killed=index < count - 1), stand.judgement.durable))
    return paths


def reference(tools, scratch, figures, path, acknowledged, known) -> Base:
    """What `audit verify` says of the undamaged store must be what the harness read in it.

    A kill in the middle of an append leaves its batch in the reserve file alone: repairable, and acknowledged to
    nobody."""
    place = path + "-verified"
    copy(path, place)
    code, answer = verify(tools.arbnode, place)
    if code != 0 or answer.get("condition") not in ("intact", "repaired", "repairable"):
        figures.fail(ROUND, "an undamaged store is not called good", code=code, answer=answer)
        return None
    if not acknowledged <= answer.get("rows", 0) <= known:
        figures.fail(ROUND, "an undamaged store has other rows than its log", answer=answer, known=known,
                     acknowledged=acknowledged)
    return Base(path, acknowledged, answer.get("rows", 0), answer.get("head"))


def run(tools, scratch, figures, chance, cuts: int, flips: int, deletes: int, samples: int):
    place = os.path.join(scratch, "damage")
    os.makedirs(place)
    stand = Stand(tools, os.path.join(scratch, "damaged"), seed=chance.randrange(1, 1 << 31), figures=figures)
    try:
        stand.start_venues()
        made = make_bases(stand, place, figures, chance, count=3 if cuts + flips > 100 else 2)
        if not made:
            return
        bases = [reference(tools, place, figures, *each) for each in made]
        kinds = ["cut"] * cuts + ["flip"] * flips + ["delete"] * deletes
        cases = [Case(number, kind, chance.randrange(1 << 31)) for number, kind in enumerate(kinds)]
        last_path, acknowledged, known = made[-1]
        with ThreadPoolExecutor(1) as beside:
            mass = None
            if all(bases):
                mass = beside.submit(Mass(tools, place, figures, bases).run, chance, cases, 2)
            for number in range(samples):
                sample(stand, place, figures, chance, number, last_path, acknowledged)
            if mass:
                mass.result()
    finally:
        stand.abandon()


def sample(stand, place, figures, chance, number: int, base: str, acknowledged: int):
    """A real start on a damaged copy, by a node that will not trade: it must hold, or have lost nothing."""
    kind = ["cut", "flip", "delete"][number % 3]
    data = os.path.join(place, f"sample-{number}")
    copy(base, os.path.join(data, "live"))
    done = damage(os.path.join(data, "live"), kind, chance)
    stand.rest()
    stand._last_start = time.monotonic()
    config = stand.write_config(f"sample-{number}.yaml", data, edge="1000bps")
    started = nodes.Node(
        stand.tools.arbnode, config, os.path.join(stand.directory, f"sample-{number}.log"), stand.environment())
    found = outcome(started, acknowledged, done)
    figures.add("damaged_starts")
    figures.add(f"damaged_start_{found}")
    if found == "silent":
        figures.add("silent")
    if found not in ("intact", "held", "refused"):
        figures.fail(ROUND, f"start on a damaged store: {found}: {done}", code=started.child.process.poll(),
                     recovered=started.recovered_rows, said=started.said()[-500:])
    figures.say(f"damage: start {number + 1}: {done}: {found}")
    started.kill()


def outcome(started, acknowledged: int, done: str) -> str:
    """Of a node that holds, or does not start, a person must learn what is damaged."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while started.is_alive and time.monotonic() < deadline:
        if started.page("/readyz")[0] == 200:
            return "intact" if (started.recovered_rows or 0) >= acknowledged else "silent"
        if started.status().get("mode") in HELD:
            code = held_for(done)
            return "held" if f'code="{code}"' in started.page("/metrics")[1] else f"held without {code}"
        time.sleep(0.05)
    if started.is_alive:
        return "neither ready nor held"
    return "refused" if names_damage(started.said(), done) else "refused without a word of it"


def held_for(done: str) -> str:
    """The incident that a damage, as `damage` told it, must be told as."""
    return "AUDIT_BROKEN" if is_audit(done) else "DIRTY_START"


def is_audit(done: str) -> bool:
    return " audit/" in done


def names_damage(said: str, done: str) -> bool:
    """A node starts with no outbox it cannot mend a history of; the audit log's key is no history."""
    return is_audit(done) and done.split()[-1] in said
