#!/usr/bin/env python3
"""Depth frames in the format of Binance futures, for two venues of one instrument, from a seed.

usage: generate_frames.py DIRECTORY [frames_per_venue=20000] [seed=7]

Writes, one raw JSON frame a line, as it would come off the socket:

  gen_a.jsonl, gen_b.jsonl   venue A or B alone; first its snapshot of 1000 levels a side
  w2.txt                     both, merged by time: `A` or `B`, a tab, the frame; first the snapshots

The mix of frames is fitted to real captures (cryptofeed's sample_data: 16 levels in the mean, 12 in the
median, 110 at most, 240 to 2000 bytes). Only Random.random() is drawn from, so that every Python 3 writes the
same bytes.
"""

import math
import random
import sys
import zlib
from pathlib import Path

TICKS = 10  # prices are kept in ticks of 0.1
MIDDLE = 600_000
FIRST_TIME = 1_735_689_600_000
EXPECTED = {
    "gen_a.jsonl": 0x59715662,
    "gen_b.jsonl": 0x795FB512,
    "w2.txt": 0x48EAEF1D,
}  # 20000 frames, seed 7


class Chance:
    def __init__(self, seed: int):
        self.draw = random.Random(seed).random

    def normal(self) -> float:
        return math.sqrt(-2.0 * math.log(1.0 - self.draw())) * math.cos(2.0 * math.pi * self.draw())

    def geometric(self, mean: float) -> int:
        return int(-mean * math.log(1.0 - self.draw()))

    def quantity(self) -> int:
        return 1 + self.geometric(1500)


def price_text(ticks: int) -> str:
    return f"{ticks // TICKS}.{ticks % TICKS}0"  # '60000.10', as Binance prints it


def quantity_text(lots: int) -> str:
    return f"{lots // 1000}.{lots % 1000:03d}"


def levels_text(levels: list[tuple[int, int]]) -> str:
    return ",".join(f'["{price_text(price)}","{quantity_text(quantity)}"]' for price, quantity in levels)


class Venue:
    """A book that moves, and the frames that tell of it."""

    def __init__(self, name: str, chance: Chance, density: float = 0.65):
        self.name, self.chance, self.density = name, chance, density
        self.best_bid, self.best_ask = MIDDLE, MIDDLE + 1
        self.update = 1_000_000_000 if name == "A" else 2_000_000_000
        self.bids = self._first_levels(self.best_bid, -1)
        self.asks = self._first_levels(self.best_ask, 1)

    def _first_levels(self, price: int, step: int) -> dict[int, int]:
        levels: dict[int, int] = {}
        while len(levels) < 1000:
            if not levels or self.chance.draw() < self.density:
                levels[price] = self.chance.quantity()
            price += step
        return levels

    def frame(self, time: int, bids: list[tuple[int, int]], asks: list[tuple[int, int]]) -> str:
        first, previous = self.update + 1, self.update
        self.update += len(bids) + len(asks) + 1 + self.chance.geometric(20)
        return (
            f'{{"stream":"btcusdt@depth@100ms","data":{{"e":"depthUpdate","E":{time},"T":{time - 3},'
            f'"s":"BTCUSDT","U":{first},"u":{self.update},"pu":{previous},'
            f'"b":[{levels_text(bids)}],"a":[{levels_text(asks)}]}}}}'
        )

    def snapshot(self, time: int) -> str:
        return self.frame(time, sorted(self.bids.items(), reverse=True), sorted(self.asks.items()))

    def move(self, time: int, new_bid: int) -> str:
        """The best bid goes to `new_bid`; the frame tells what changed."""
        changed_bids: dict[int, int] = {}
        changed_asks: dict[int, int] = {}
        draw = self.chance.draw
        spread = 1 if draw() < 0.8 else 1 + self.chance.geometric(2)
        new_ask = new_bid + spread
        self._remove_crossed(new_bid, new_ask, changed_bids, changed_asks)
        self._refill(new_bid, new_ask, changed_bids, changed_asks)
        if new_bid not in self.bids or draw() < 0.5:
            changed_bids[new_bid] = self.bids[new_bid] = self.chance.quantity()
        if new_ask not in self.asks or draw() < 0.5:
            changed_asks[new_ask] = self.asks[new_ask] = self.chance.quantity()
        self.best_bid, self.best_ask = new_bid, new_ask
        self._scatter(new_bid, new_ask, changed_bids, changed_asks)
        if not changed_bids and not changed_asks:  # venues do not send empty frames
            changed_bids[new_bid] = self.bids[new_bid] = self.chance.quantity()
        return self.frame(time, sorted(changed_bids.items(), reverse=True), sorted(changed_asks.items()))

    def _remove_crossed(self, new_bid: int, new_ask: int, changed_bids: dict, changed_asks: dict):
        for price in range(self.best_ask, new_ask):
            if self.asks.pop(price, None) is not None:
                changed_asks[price] = 0
        for price in range(self.best_bid, new_bid, -1):
            if self.bids.pop(price, None) is not None:
                changed_bids[price] = 0

    def _refill(self, new_bid: int, new_ask: int, changed_bids: dict, changed_asks: dict):
        for price in range(self.best_bid + 1, new_bid):
            if price not in self.bids and self.chance.draw() < self.density:
                changed_bids[price] = self.bids[price] = self.chance.quantity()
        for price in range(new_ask + 1, self.best_ask):
            if price not in self.asks and self.chance.draw() < self.density:
                changed_asks[price] = self.asks[price] = self.chance.quantity()

    def _scatter(self, new_bid: int, new_ask: int, changed_bids: dict, changed_asks: dict):
        """Updates all over the book, most of them near the touch."""
        draw = self.chance.draw
        count = int(math.exp(1.75 + 0.85 * self.chance.normal()))
        for _ in range(min(count, 110)):
            deep = draw() < 0.06
            distance = 1 + (int(draw() * 900) if deep else self.chance.geometric(18))
            if draw() < 0.5:
                price, levels, changed = new_bid - distance, self.bids, changed_bids
            else:
                price, levels, changed = new_ask + distance, self.asks, changed_asks
            if price in levels and draw() < 0.35:
                del levels[price]
                changed[price] = 0
            else:
                changed[price] = levels[price] = self.chance.quantity()


def write(directory: Path, per_venue: int, seed: int):
    chance = Chance(seed)
    venues = [Venue("A", chance), Venue("B", chance)]
    time, shared = FIRST_TIME, 0.0
    own, sent = [0.0, 0.0], [1, 1]
    with open(directory / "w2.txt", "w") as merged, open(directory / "gen_a.jsonl", "w") as a, open(
        directory / "gen_b.jsonl", "w"
    ) as b:
        files = [a, b]

        def put(which: int, frame: str):
            files[which].write(frame + "\n")
            merged.write(f"{venues[which].name}\t{frame}\n")

        for which in (0, 1):
            put(which, venues[which].snapshot(time))
        while min(sent) < per_venue:
            time += 25 + chance.geometric(25)
            shared += 1.2 * chance.normal() - 0.0003 * shared
            first = chance.draw() < 0.5 and sent[0] < per_venue
            which = 0 if first or sent[1] >= per_venue else 1
            own[which] += 5.5 * chance.normal() - 0.004 * own[which]
            put(which, venues[which].move(time, MIDDLE + int(shared + own[which])))
            sent[which] += 1


def main():
    directory = Path(sys.argv[1])
    per_venue = int(sys.argv[2]) if len(sys.argv) > 2 else 20_000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 7
    directory.mkdir(parents=True, exist_ok=True)
    write(directory, per_venue, seed)
    for name, expected in EXPECTED.items():
        found = zlib.crc32((directory / name).read_bytes())
        print(f"{name} crc32 {found:08x}")
        if (per_venue, seed) == (20_000, 7) and found != expected:
            sys.exit(
                f"{name}: crc32 {expected:08x} expected: these are not the frames the peers are compared on"
            )


if __name__ == "__main__":
    main()
