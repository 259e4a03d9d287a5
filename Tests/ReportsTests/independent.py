"""Sharpe, Sortino and drawdown once more, from their definitions and with NumPy.

Reads series as JSON (argument 1), writes figures as JSON to stdout. It shares no code with the node.
"""

import json
import sys

import numpy


def figures(case):
    returns = numpy.array(case["returns"], dtype=float)
    root = numpy.sqrt(case["periods"])
    spread = returns.std(ddof=1)
    downside = numpy.sqrt(numpy.mean(numpy.minimum(0, returns - case["target"]) ** 2))
    curve = numpy.concatenate([[0.0], numpy.cumsum(returns)])
    highs = numpy.maximum.accumulate(curve)
    return {
        "sharpe": float((returns.mean() - case["target"]) / spread * root),
        "sortino": float((returns.mean() - case["target"]) / downside * root) if downside > 0 else None,
        "drawdown": float((highs - curve).max()),
    }


print(json.dumps([figures(case) for case in json.load(open(sys.argv[1]))]))
