"""Round 1: SIGKILL in the middle of trading, restart on the same data.

Four stands take turns: while one is killed, restarted and measured, the venues of the others forget their last start.
At Kraken a start costs up to eight of twenty calls, of which one a second is forgotten, and two more for every hedge
that the last run may have sent under a warrant: two stands' turns of six seconds were measured to use them up, and then
the venue's limit is timed and not the node.
"""
import os
import time

from stand import Stand

ROUND = "kill"


def run(tools, scratch, figures, chance, kills: int):
    stands = [
        Stand(tools, os.path.join(scratch, f"kills-{index}"), seed=chance.randrange(1, 1 << 31), figures=figures)
        for index in range(min(4, max(1, kills // 2)))]
    try:
        for stand in stands:
            stand.start_venues()
        for number in range(kills):
            kill(stands[number % len(stands)], figures, chance, number, kills)
        for stand in stands:
            if stand.start_ready(ROUND):
                time.sleep(2)
            stand.finish(ROUND)
            figures.say(f"kill: {stand.name} ended; {len(figures.failures)} failures so far")
    finally:
        for stand in stands:
            stand.abandon()


def kill(stand, figures, chance, number: int, kills: int):
    is_ready = stand.start_ready(ROUND)
    moment = chance.uniform(0.5, 4)
    time.sleep(moment)
    stand.node.kill()
    stand.settle(ROUND)
    figures.add("kills")
    took = f"ready after {figures.samples['ready'][-1]:.0f} ms" if is_ready else "NOT READY"
    figures.say(f"kill {number + 1}/{kills} on {stand.name}: {took}, killed {moment:.2f} s later, "
                f"{len(stand.judgement.chain)} rows")
