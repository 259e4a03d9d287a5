"""Round 5: everything at once, in random order, for as long as asked."""
import os
import signal
import time

from disks import SmallDisk
from node import HELD
from stand import MIB, Stand

ROUND = "storm"


class Storm:
    def __init__(self, tools, scratch, figures, chance):
        self.figures = figures
        self.chance = chance
        self.disk = SmallDisk(os.path.join(scratch, "disk-storm"))
        self.stand = Stand(
            tools, os.path.join(scratch, "storm"), seed=chance.randrange(1, 1 << 31), figures=figures,
            data=os.path.join(self.disk.path, "data"), low_water=self.disk.low_water, ballast=8 * MIB)
        self.intervals = []

    def run(self, seconds: float):
        self.stand.start_venues()
        self.restart()
        until = time.monotonic() + seconds
        actions = [self.kill_node, self.stop_node, self.stop_venue, self.kill_venue, self.fill_disk]
        weights = [3, 4, 3, 3, 1]
        while time.monotonic() < until:
            time.sleep(self.chance.uniform(0.3, 3))
            action = self.chance.choices(actions, weights)[0]
            self.figures.add("storm_events")
            self.figures.say(f"storm: {action.__name__}, {max(0, until - time.monotonic()):.0f} s to go")
            action()
            self.keep_going()
        self.calm()
        self.stand.finish(ROUND)
        for stopped, continued in self.intervals:
            for text in self.stand.judgement.stale(self.stand.orders(), stopped, continued):
                self.figures.add("stale_sends")
                self.figures.fail(ROUND, f"stale send: {text}")

    def restart(self):
        self.stand.start_ready(ROUND, measured=None, resume="chaos: the storm goes on", is_watched=True)

    def keep_going(self):
        """What a supervisor and an operator would do: start a node that ended, resume one that holds."""
        node = self.stand.node
        if node.is_alive and node.status().get("mode") not in HELD:
            return
        node.end() if node.is_alive else node.kill()
        self.stand.settle(ROUND)
        self.restart()

    def calm(self):
        """All venues run, the disk has room, and the node has had time to reconcile."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.stand.node.page("/readyz")[0] != 200:
            self.keep_going()
            time.sleep(0.2)
        if self.stand.node.page("/readyz")[0] != 200:
            self.figures.fail(ROUND, "not ready after the storm", readyz=self.stand.node.page("/readyz")[1][:300])
        time.sleep(2)

    # MARK: What happens

    def kill_node(self):
        self.stand.node.kill()
        self.stand.settle(ROUND)
        self.figures.add("kills")
        self.restart()

    def stop_node(self):
        self.stand.node.child.signal(signal.SIGSTOP)
        stopped = time.time_ns()
        time.sleep(self.chance.choice([0.1, 0.3, 1, 3, 8]))
        self.intervals.append((stopped, time.time_ns()))
        self.stand.node.child.signal(signal.SIGCONT)
        self.figures.add("sigstops")

    def stop_venue(self):
        venue = self.chance.choice(self.stand.venues)
        venue.stop_clock()
        time.sleep(self.chance.choice([0.2, 1, 3, 6]))
        venue.continue_clock()
        self.figures.add("venue_stops")

    def kill_venue(self):
        venue = self.chance.choice(self.stand.venues)
        venue.kill()
        time.sleep(self.chance.uniform(0, 3))
        venue.start()
        self.figures.add("venue_kills")

    def fill_disk(self):
        self.disk.fill("creeping")
        time.sleep(1.5)
        self.disk.empty()
        self.figures.add("disk_full")


def run(tools, scratch, figures, chance, seconds: float):
    storm = Storm(tools, scratch, figures, chance)
    try:
        storm.run(seconds)
    finally:
        storm.stand.abandon()
        storm.disk.unmount()
