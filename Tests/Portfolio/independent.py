"""The portfolio's figures once more, from their definitions and with NumPy.

Reads cases as JSON (argument 1), writes figures as JSON to stdout. It shares no code with the node: covariances
come from numpy.cov and a quadratic form instead of a series of profits, the quantile of the normal distribution
from a bisection on math.erfc, the empirical quantile from counting.
"""

import json
import math
import sys
from fractions import Fraction

import numpy


def normal_quantile(percent):
    """z with P(Z > z) = 1 - percent/100, by bisection on the complementary error function."""
    tail = float(Fraction(100 - percent, 100))
    low, high = 0.0, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        if 0.5 * math.erfc(middle / math.sqrt(2.0)) > tail:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def complete_returns(case, values):
    """Rows of simple returns in which every asset that counts has both prices; newest window only."""
    prices = numpy.array(case["rows"], dtype=float)[-(case["window"] + 1):]
    counted = [i for i, value in enumerate(values) if value != 0] or list(range(len(values)))
    chosen = prices[:, counted]
    both = numpy.all((chosen[1:] > 0) & (chosen[:-1] > 0), axis=1)
    with numpy.errstate(divide="ignore", invalid="ignore"):
        returns = (chosen[1:] - chosen[:-1]) / chosen[:-1]
    return returns[both], numpy.array(values, dtype=float)[counted]


def value_at_risk(case, values):
    returns, weights = complete_returns(case, values)
    count = len(returns)
    if count < case["least"]:
        return {"have": count}
    scale = math.sqrt(Fraction(case["horizon_s"], case["step_s"]))
    covariance = numpy.atleast_2d(numpy.cov(returns, rowvar=False, ddof=1))
    variance = float(weights @ covariance @ weights)
    losses = -(returns @ weights)
    reached = [
        loss for loss in losses
        if Fraction(int(numpy.count_nonzero(losses <= loss)), count) >= Fraction(case["confidence"], 100)
    ]
    return {
        "have": count,
        "parametric": normal_quantile(case["confidence"]) * math.sqrt(max(0.0, variance)) * scale,
        "historical": max(0.0, float(min(reached)) * scale),
    }


class Stress:
    def __init__(self, case):
        self.case = case
        assets = case["assets"]
        self.mid = numpy.array([a["mid"] for a in assets])
        self.longest = numpy.array([a["longest"] for a in assets])
        self.shortest = numpy.array([a["shortest"] for a in assets])
        self.spread = numpy.array([a["spread"] for a in assets])
        self.depth = numpy.array([a["depth"] for a in assets])
        self.accounts = case["accounts"]
        self.margined = [a for a in self.accounts if a["leverage"] > 0]
        self.spare = math.fsum(max(0.0, a["cash"]) for a in self.accounts if a["leverage"] == 0)
        self.worst = numpy.maximum(abs(self.longest), abs(self.shortest))

    def closing(self, quantity, price):
        factor = self.case["spread_factor"]
        value = abs(quantity) * price
        with numpy.errstate(divide="ignore", invalid="ignore"):
            times = numpy.where(self.depth > 0, 1 + abs(quantity) * factor / self.depth, numpy.inf)
        share = numpy.where(quantity == 0, 0.0, numpy.minimum(1.0, self.spread * factor / 2 * times))
        return math.fsum(value * share)

    def margin_call(self, prices, funding=0.0):
        calls = []
        for account in self.margined:
            values = numpy.array(account["base"]) * prices
            equity = account["cash"] + math.fsum(values) - funding * math.fsum(abs(values))
            calls.append(max(0.0, math.fsum(abs(values)) / account["leverage"] - equity)
                         if numpy.any(values != 0) else 0.0)
        call = math.fsum(calls)
        return call, max(0.0, call - self.spare)

    def moved(self, share):
        position = numpy.maximum(0, self.longest) if share < 0 else numpy.minimum(0, self.shortest)
        price = self.mid * (1 + share)
        call, uncovered = self.margin_call(price)
        closing = self.closing(position, price)
        return math.fsum(position * (self.mid - price)) + closing + uncovered, closing, call

    def all(self):
        case = self.case
        result = {}
        result["crash"] = self.moved(-case["crash"])
        result["surge"] = self.moved(case["crash"])
        _, uncovered = self.margin_call(self.mid / (1 - case["depeg"]))
        cash = max(0.0, math.fsum(a["cash"] for a in self.accounts))
        result["depeg"] = (cash * case["depeg"] + uncovered * (1 - case["depeg"]), 0.0, None)
        losses = []
        for account in self.accounts:
            base = numpy.array(account["base"])
            equity = max(0.0, account["cash"] + math.fsum(base * self.mid))
            closing = self.closing(base, self.mid) if account["leverage"] > 0 else 0.0
            losses.append(equity * case["venue_loss"] + closing)
        result["venue_loss"] = (max(losses), None, None)
        gross = sum((abs(numpy.array(a["base"])) for a in self.margined), numpy.zeros(len(self.mid)))
        call, uncovered = self.margin_call(self.mid, case["funding_spike"])
        result["funding_spike"] = (math.fsum(gross * self.mid) * case["funding_spike"] + uncovered, 0.0, call)
        closing = self.closing(self.worst + 2 * gross, self.mid)
        result["spread"] = (closing, closing, None)
        alone = []
        for index, value in enumerate(self.worst * self.mid):
            values = [0.0] * len(self.mid)
            values[index] = float(value)
            if value == 0:
                continue
            measured = value_at_risk(case, values)
            alone.append(measured.get("parametric", abs(value) * case["assumed_move"]))
        result["correlation"] = (math.fsum(alone), None, None)
        return result


def figures(case):
    mid = [a["mid"] for a in case["assets"]]
    net = [a["net"] * price for a, price in zip(case["assets"], mid)]
    owned = [math.fsum(account["base"][i] for account in case["accounts"]) * price for i, price in enumerate(mid)]
    capital = math.fsum(
        [account["cash"] for account in case["accounts"]]
        + [q * price for account in case["accounts"] for q, price in zip(account["base"], mid)])
    return {
        "capital": capital,
        "net": value_at_risk(case, net),
        "inventory": value_at_risk(case, owned),
        "assumed": math.fsum(abs(v) for v in net) * case["assumed_move"],
        "stress": {name: {"loss": loss, "closing": closing, "call": call}
                   for name, (loss, closing, call) in Stress(case).all().items()},
    }


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    json.dump([figures(case) for case in cases], sys.stdout)
