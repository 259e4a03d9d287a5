"""Round 2: SIGSTOP and SIGCONT, of the node and of its venues.

A process that was stopped does not know it: its deadlines have passed while its clocks stood still in its own eyes.
Nothing decided before the stop may reach a venue after it once its `sendBefore` has passed.
"""
import os
import signal
import time

from node import HELD
from stand import Stand

ROUND = "stop"
SHORTEST, LONGEST = 0.1, 20.0
RESUME_SECONDS = 60


def lengths(count: int, longest=LONGEST):
    """From the shortest to the longest in equal ratios."""
    if count < 2:
        return [SHORTEST] * count
    ratio = (longest / SHORTEST) ** (1 / (count - 1))
    return [SHORTEST * ratio ** index for index in range(count)]


def run(tools, scratch, figures, chance, stops: int, venue_stops: int, longest=LONGEST):
    stand = Stand(tools, os.path.join(scratch, "stops"), seed=chance.randrange(1, 1 << 31), figures=figures)
    intervals = []
    try:
        stand.start_venues()
        if not stand.start_ready(ROUND, measured=None):
            return
        planned = lengths(stops, longest)
        chance.shuffle(planned)
        for seconds in planned:
            intervals.append(stop_node(stand, figures, chance, seconds))
        for number in range(venue_stops):
            venue = stand.venues[number % len(stand.venues)]
            stop_venue(stand, venue, figures, chance, seconds=chance.choice([0.5, 2.0, 4.0, 8.0]))
        stand.finish(ROUND)
        judge(stand, figures, intervals)
    finally:
        stand.abandon()


def judge(stand, figures, intervals):
    orders = stand.orders()
    for stopped, continued in intervals:
        for text in stand.judgement.stale(orders, stopped, continued):
            figures.add("stale_sends")
            figures.fail(ROUND, f"stale send after a stop of {(continued - stopped) / 1e9:.2f} s: {text}")


def stop_node(stand, figures, chance, seconds: float):
    """Answers when the node was stopped and went on, in nanoseconds since 1970, as its venues count."""
    time.sleep(chance.uniform(0.4, 1.5))
    stand.node.child.signal(signal.SIGSTOP)
    stopped = time.time_ns()
    time.sleep(seconds)
    continued = time.time_ns()
    stand.node.child.signal(signal.SIGCONT)
    figures.add("sigstops")
    recover(stand, figures, f"node stopped for {seconds:.2f} s", "resumed")
    return stopped, continued


def stop_venue(stand, venue, figures, chance, seconds: float):
    time.sleep(chance.uniform(0.4, 1.5))
    venue.stop_clock()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if stand.node.page("/livez")[0] != 200:
            figures.fail(ROUND, f"/livez does not answer while {venue.name} hangs")
            break
        time.sleep(0.1)
    venue.continue_clock()
    figures.add("venue_stops")
    recover(stand, figures, f"{venue.name} stopped for {seconds:.2f} s", "venue_resumed")


def recover(stand, figures, what: str, measured: str):
    """The node must be ready again by itself; a mode that only an operator may leave is left by one, and counted."""
    began = time.monotonic()
    time.sleep(0.3)  # what the stop broke must have been noticed
    while time.monotonic() - began < RESUME_SECONDS and stand.node.is_alive:
        if stand.node.page("/readyz")[0] == 200:
            figures.sample(measured, (time.monotonic() - began) * 1000)
            figures.say(f"stop: {what}, ready {time.monotonic() - began:.2f} s later")
            return
        status = stand.node.status()
        if status and status["mode"] in HELD:
            figures.add("held_after_stop")
            reason = stand.node.page("/readyz")[1].strip().replace("\n", "; ")
            figures.say(f"stop: {what}, then {status['mode']}: {reason}")
            figures.values.setdefault("held_reasons", []).append(f"{what}: {reason[:160]}")
            stand.node.end()
            stand.settle(ROUND)
            stand.start_ready(ROUND, measured=None, resume="chaos: the stop is over", is_watched=True)
            return
        time.sleep(0.05)
    figures.fail(ROUND, f"not ready again after {what}", alive=stand.node.is_alive,
                 readyz=stand.node.page("/readyz")[1][:300], said=stand.node.said()[-600:])
    stand.node.kill()
    stand.settle(ROUND)
    stand.start_ready(ROUND, measured=None)
