"""Writes vectors.json beside this file: samples and their figures as numpy and math.fsum see them.

Usage: python3 test/golden/stats/make-vectors.py   (needs numpy)
"""

import json
import math
import pathlib

import numpy

PROBABILITIES = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1]


def samples():
    random = numpy.random.default_rng(20260101)
    yield "one value", [3.25]
    yield "two values", [1.0, 2.0]
    yield "ties", [2.0, 2.0, 2.0, 1.0, 1.0]
    yield "negative and positive", [-5.0, 0.0, 2.5, -0.125, 9.0]
    yield "lost digits", [1e16, 1.0, 1.0, -1e16, 0.5]
    yield "one hundred integers", [float((i * 37) % 101) for i in range(1, 101)]
    yield "log-normal latencies", [float(v) for v in random.lognormal(-1.0, 1.5, 257)]
    yield "exponential waits", [float(v) for v in random.exponential(0.02, 1000)]


def figures(name, values):
    ordered = numpy.sort(numpy.array(values))
    return {
        "name": name,
        "values": values,
        "sum": math.fsum(values),
        "mean": math.fsum(values) / len(values),
        "quantiles": [
            [p, float(numpy.quantile(ordered, p, method="linear"))] for p in PROBABILITIES
        ],
    }


def histogram(name, values, bounds):
    counts = [sum(1 for value in values if value <= bound) for bound in bounds]
    return {"name": name, "bounds": bounds, "values": values, "counts": counts}


def main():
    everything = list(samples())
    vectors = {
        "samples": [figures(name, values) for name, values in everything],
        "histograms": [
            histogram("log-normal latencies", everything[6][1], [0.01 * 2**i for i in range(12)]),
            histogram("one hundred integers", everything[5][1], [0.0, 1.0, 50.0, 99.0, 100.0]),
        ],
    }
    path = pathlib.Path(__file__).with_name("vectors.json")
    path.write_text(json.dumps(vectors, indent=1) + "\n", encoding="utf-8")


main()
