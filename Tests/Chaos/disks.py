"""Round 4: the disk fills while the node trades.

The data directory lies on a small tmpfs of its own, filled to the last byte or to just under the low-water mark. Where
mounting is not allowed, the mark itself is set just below what is free, and a filler crosses it.
"""
import os
import subprocess
import time

import children
from node import HELD
from stand import MIB, Stand

ROUND = "disk"
SIZE = 192 * MIB
LOW_WATER = 32 * MIB
FALL_SECONDS = 8


class SmallDisk:
    """A directory on its own small file system, or None of its own."""

    def __init__(self, path: str):
        os.makedirs(path)
        self.path = path
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs", path]
        self.is_mounted = subprocess.run(command, capture_output=True).returncode == 0
        self.low_water = LOW_WATER
        if self.is_mounted:
            children.on_exit(self.unmount)
        else:
            self.low_water = self.free() - 64 * MIB

    def free(self) -> int:
        found = os.statvfs(self.path)
        return found.f_bavail * found.f_frsize

    @property
    def filler(self):
        return os.path.join(self.path, "filler")

    def fill(self, how: str):
        """`full`: to the last byte at once; `creeping`: in steps; `low`: to just under the mark."""
        if not self.is_mounted:
            self._take(128 * MIB)
        elif how == "low":
            self._take(max(MIB, self.free() - self.low_water + 2 * MIB))
        elif how == "full":
            self._take(self.free())
        else:
            while self.free() > 4 * MIB:
                self._take(4 * MIB)
                time.sleep(0.02)
            self._take(self.free())

    def _take(self, size: int):
        descriptor = os.open(self.filler, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, os.fstat(descriptor).st_size, max(1, size))
        except OSError:
            pass  # fuller than full
        finally:
            os.close(descriptor)

    def empty(self):
        if os.path.exists(self.filler):
            os.unlink(self.filler)

    def unmount(self):
        if self.is_mounted:
            self.is_mounted = False
            subprocess.run(["umount", "--lazy", self.path], capture_output=True)


def run(tools, scratch, figures, chance, count: int):
    pairs = []
    try:
        for index in range(2 if count > 3 else 1):
            disk = SmallDisk(os.path.join(scratch, f"disk-{index}"))
            figures.set("disk_method", "tmpfs" if disk.is_mounted else "low-water mark")
            stand = Stand(
                tools, os.path.join(scratch, f"disks-{index}"), seed=chance.randrange(1, 1 << 31), figures=figures,
                data=os.path.join(disk.path, "data"), low_water=disk.low_water, ballast=8 * MIB)
            pairs.append((stand.start_venues(), disk))
        for number in range(count):
            stand, disk = pairs[number % len(pairs)]
            how = ["full", "creeping", "low"][number % 3]
            fill(stand, disk, figures, chance, how, number, count)
        for stand, _ in pairs:
            if stand.start_ready(ROUND, measured=None, resume="chaos: room was made", is_watched=True):
                time.sleep(1.5)
            stand.finish(ROUND)
    finally:
        for stand, disk in pairs:
            stand.abandon()
            disk.unmount()


def fill(stand, disk, figures, chance, how: str, number: int, count: int):
    resume = "chaos: room was made" if stand.judgement.chain else ""
    if not stand.start_ready(ROUND, measured=None, resume=resume, is_watched=True):
        stand.node.kill()
        stand.settle(ROUND)
        return
    time.sleep(chance.uniform(0.5, 2))
    disk.fill(how)
    watch(stand, figures, how)
    figures.add("disk_full")
    is_killed = chance.random() < 0.5
    if not stand.node.is_alive:
        figures.fail(ROUND, f"the node ended on a {how} disk", code=stand.node.child.process.returncode,
                     said=stand.node.said()[-600:])
    elif is_killed:
        stand.node.kill()
    else:
        stand.node.end()
    stand.settle(ROUND)
    if number % 5 == 0:
        start_on_full(stand, disk, figures)
    disk.empty()
    figures.say(f"disk {number + 1}/{count} on {stand.name}: {how}, {'killed' if is_killed else 'ended'}")


def watch(stand, figures, how: str):
    """The process lives and answers, and its mode falls as soon as a row is refused."""
    began = time.monotonic()
    while time.monotonic() - began < FALL_SECONDS:
        if not stand.node.is_alive:
            return
        if stand.node.page("/livez")[0] != 200:
            return figures.fail(ROUND, f"/livez does not answer on a {how} disk", stand=stand.name)
        if stand.node.status().get("mode") in HELD:
            figures.sample("mode_fell", (time.monotonic() - began) * 1000)
            time.sleep(1)  # what still leaves would leave now
            if stand.node.page("/livez")[0] != 200:
                figures.fail(ROUND, f"/livez does not answer in HOLD on a {how} disk", stand=stand.name)
            return
        time.sleep(0.02)
    figures.fail(ROUND, f"the mode did not fall within {FALL_SECONDS} s on a {how} disk", stand=stand.name,
                 status=stand.node.status(), said=stand.node.said()[-400:])


def start_on_full(stand, disk, figures):
    """A start that finds no room says so and ends, or comes up without new risk: it is never aborted."""
    disk.fill("full")
    stand.start_node()
    deadline = time.monotonic() + 8
    while stand.node.is_alive and time.monotonic() < deadline:
        if stand.node.status().get("mode") in HELD:
            break
        time.sleep(0.05)
    figures.add("full_starts")
    code = None if stand.node.is_alive else stand.node.child.process.returncode
    if code is not None and code not in (73, 75, 78):
        figures.fail(ROUND, f"a start on a full disk ended with {code}", said=stand.node.said()[-600:])
    if code is None and stand.node.status().get("mode") not in HELD:
        figures.fail(ROUND, "a start on a full disk is not held", status=stand.node.status())
    stand.node.kill()
    stand.settle(ROUND)
