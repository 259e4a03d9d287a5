"""A stand: four venues, one node on one data directory, and the judgement over both."""
import os
import time
from typing import NamedTuple

import doubles
import judgement
import node

MIB = 1 << 20
# A node's start costs about 9 of Kraken's request counter (20, minus 1 a second). A supervisor that restarts faster
# than the venue forgets makes the venue refuse; the rounds rest that long between two starts on one account.
REST_SECONDS = 9.5
TEMPLATE = """\
include: {repository}/config/limits.yaml
node: {number}
mode: live
data_directory: {data}
http: off
store: {{low_water: {low_water}KiB, ballast: {ballast}KiB}}
instruments:
  - {{symbol: BTC-USDT, price_scale: 2, quantity_scale: 8}}
  - {{symbol: ETH-USDT, price_scale: 2, quantity_scale: 8}}
venues:
{venues}
hedge:
  deadline: 120ms
  retry_every: 500ms
strategies:
  taker_taker:
    - {{instrument: BTC-USDT, owner: chaos, venues: all, minimum_edge: {edge}, pair_notional: 5000, depth_share: 80%, cooldown: 200ms, slippage: 2bps}}
    - {{instrument: ETH-USDT, owner: chaos, venues: all, minimum_edge: {edge}, pair_notional: 5000, depth_share: 80%, cooldown: 200ms, slippage: 2bps}}
"""
VENUE = """\
  - use: {repository}/venues/{name}.yaml
    ca: {ca}
    endpoints: {{rest: "{rest}", public: "{public_ws}", private: "{private_ws}"}}
"""


class Tools(NamedTuple):
    arbnode: str
    arbsim: str
    repository: str


class Stand:
    def __init__(self, tools: Tools, directory: str, seed: int, figures, data=None, low_water=64 * MIB,
                 ballast=16 * MIB, number=7):
        os.makedirs(directory)
        self.tools = tools
        self.directory = directory
        self.figures = figures
        self.number = number
        self.data = data or os.path.join(directory, "data")
        self.store = os.path.join(self.data, "live")
        self.limits = low_water // 1024, ballast // 1024
        doubles.write_accounts(os.path.join(directory, "accounts.json"))
        self.venues = [doubles.Venue(tools.arbsim, name, seed, directory) for name in doubles.VENUES]
        self.judgement = judgement.Judgement(self.store, number)
        self.node = None
        self._last_start = 0.0
        self._said = set()

    @property
    def name(self):
        return os.path.basename(self.directory)

    @property
    def journals(self):
        return [venue.journal for venue in self.venues]

    def start_venues(self):
        for venue in self.venues:
            venue.start()
        self.config = self.write_config("node.yaml", self.data, edge="1bps")
        return self

    def write_config(self, name: str, data: str, edge: str) -> str:
        """A configuration on `data`; an edge nobody ever sees makes a node that connects and never trades."""
        venues = "".join(
            VENUE.format(repository=self.tools.repository, name=venue.name, **venue.ready) for venue in self.venues)
        path = os.path.join(self.directory, name)
        with open(path, "w") as file:
            file.write(TEMPLATE.format(
                repository=self.tools.repository, number=self.number, data=data, low_water=self.limits[0],
                ballast=self.limits[1], venues=venues, edge=edge))
        return path

    def environment(self) -> dict:
        merged = {}
        for venue in self.venues:
            merged.update(venue.environment())
        return merged

    def rest(self):
        """Until the venues have forgotten the last start."""
        wait = self._last_start + REST_SECONDS - time.monotonic()
        if wait > 0:
            time.sleep(wait)

    def start_node(self, resume=""):
        self.rest()
        self._last_start = time.monotonic()
        self.node = node.Node(
            self.tools.arbnode, self.config, os.path.join(self.directory, "node.log"), self.environment(), resume)
        self.figures.add("node_starts")
        return self.node

    def start_ready(self, round_: str, measured="ready", resume="", is_watched=False, tries=3) -> bool:
        """Starts the node and waits for a green /readyz; counts what its outbox lost.

        A node that comes up held is resumed, as an operator would: counted where one is watching, a failure
        otherwise."""
        expected = self.judgement.durable
        held_for = self.judgement.held_for
        if held_for and not resume:
            # It was held before it was stopped: only an operator ends that.
            self.figures.add("held_before_stop")
            self.figures.values.setdefault("held_reasons", []).append(f"{round_}, while trading: {held_for}")
            self.figures.say(f"{round_}: {self.name} was held while it traded: {held_for}")
            resume = "chaos: resumed"
        self.start_node(resume)
        took = self.node.until_ready()
        if expected:
            lost = self.judgement.lost(self.node.recovered_rows)
            if lost:
                self.figures.add("acknowledged_lost", lost)
                self.figures.fail(round_, "acknowledged rows not recovered", expected=expected,
                                  recovered=self.node.recovered_rows)
        if took is None and self.node.is_held and self.node.is_alive:
            self.figures.add("held_after_start")
            reason = self.node.last_refusal
            if is_watched:
                self.figures.say(f"{round_}: {self.name} came up held: {reason}")
                self.figures.values.setdefault("held_reasons", []).append(f"start: {reason}")
            else:
                self.figures.fail(round_, f"the node came up held: {reason}", stand=self.name)
            if tries > 1:
                self.node.end()
                self.settle(round_)
                return self.start_ready(round_, None, "chaos: resumed", is_watched, tries - 1)
        if took is None:
            self.figures.fail(
                round_, "the node did not become ready", stand=self.name, alive=self.node.is_alive,
                readyz=self.node.page("/readyz")[1][:300], said=self.node.said()[-600:])
            return False
        if measured:
            self.figures.sample(measured, took)
            if took > 1_000:
                self.figures.values.setdefault("slow_starts", []).append(
                    {"round": round_, "ms": round(took), "waited_for": self.node.last_refusal})
        return True

    # MARK: Judging

    def settle(self, round_: str):
        """After the node stopped, before it starts again: reads its rows, holds them against the venues."""
        for fault in self.judgement.collect():
            self._once(round_, "acknowledged_lost", f"outbox: {fault}")
        orders = self.orders()
        for text in self.judgement.without_row(orders):
            self._once(round_, "sent_without_row", f"order without a row: {text}")
        for text in self.judgement.repeated(orders):
            self._once(round_, "duplicates", text)

    def orders(self):
        for journal in self.journals:
            journal.refresh()
        return self.judgement.ours(self.journals)

    def _once(self, round_, counter, text):
        if text not in self._said:
            self._said.add(text)
            self.figures.add(counter)
            self.figures.fail(round_, text, stand=self.name)

    def finish(self, round_: str):
        """Ends node and venues in order; their books must agree to the last unit, and the position be flat."""
        report = self.node.end()
        if report is None:
            self.figures.fail(round_, "no final report", stand=self.name, said=self.node.said()[-600:])
        self.settle(round_)
        ended = {venue.name: venue.end() for venue in self.venues}
        faults = []
        for journal in self.journals:
            journal.refresh()
            faults += judgement.unequal_truth(ended[journal.venue], journal, doubles.OPENING)
        faults += judgement.exposure(self.journals, doubles.OPENING)
        if report is not None:
            faults += judgement.unequal_balances(report, self.journals, doubles.OPENING)
            if report["orders"]["unknown_open"]:
                faults.append(f"{report['orders']['unknown_open']} orders of unknown fate")
        for fault in faults:
            self.figures.fail(round_, fault, stand=self.name)
        orders = self.orders()
        if not orders:
            self.figures.fail(round_, "nothing was traded: the round proves nothing", stand=self.name)
        self.figures.add("orders", len(orders))
        for late in self.judgement.lateness(orders):
            self.figures.add("late_arrivals")
            self.figures.sample("late_arrival", late)
        self.figures.add("fills", sum(journal.fill_count for journal in self.journals))
        self.figures.add("rows", len(self.judgement.chain))
        return report

    def abandon(self):
        """Ends everything at once."""
        if self.node:
            self.node.kill()
        for venue in self.venues:
            if venue.child:
                venue.kill()
