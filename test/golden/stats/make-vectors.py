"""Writes vectors.json beside this file: samples and their figures as numpy, scipy and math.fsum
see them.

Usage: python3 test/golden/stats/make-vectors.py   (needs numpy and scipy)
"""

import json
import math
import pathlib

import numpy
import scipy.stats

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


def differences():
    random = numpy.random.default_rng(20260202)
    yield "two differences", [0.5, 0.25]
    yield "all of one sign", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    yield "with zeros and ties", [0.0, 1.0, -1.0, 1.0, 0.0, 2.0, 1.0]
    yield "no effect", [float(v) for v in random.normal(0.0, 1.0, 12)]
    yield "an effect", [float(v) for v in random.normal(0.8, 1.0, 16)]
    yield "small values", [float(v) * 1e-6 for v in random.lognormal(0.0, 1.0, 10)]


def paired(name, values):
    """Exact sign-flip test, Cohen's d, and percentile bootstraps over given draws."""
    sample = numpy.array(values)
    test = scipy.stats.permutation_test(
        (sample,), numpy.mean, permutation_type="samples", n_resamples=numpy.inf
    )
    draws = numpy.random.default_rng(len(values)).integers(0, len(values), (200, len(values)))
    drawn = sample[draws]

    def interval(figures):
        return [float(numpy.quantile(figures, p, method="linear")) for p in (0.025, 0.975)]

    spread = float(numpy.std(sample, ddof=1)) if len(values) > 1 else 0.0
    return {
        "name": name,
        "values": values,
        "pValue": float(test.pvalue),
        "effectSize": float(numpy.mean(sample)) / spread if spread > 0 else None,
        "draws": [int(i) for i in draws.flatten()],
        "meanInterval": interval(drawn.mean(axis=1)),
        "medianInterval": interval(numpy.median(drawn, axis=1)),
    }


def series():
    """Values over time: a beginning that is unlike the rest, and what follows it."""
    random = numpy.random.default_rng(20260303)
    noise = lambda n, scale=1.0: random.normal(0.0, scale, n)
    yield "steady from the start", 5.0 + noise(200)
    yield "a climb", numpy.concatenate([numpy.linspace(0.0, 10.0, 60), 10.0 + noise(240, 0.5)])
    yield "a fall by halves", 3.0 + 40.0 * 0.5 ** (numpy.arange(250) / 12.0) + noise(250, 0.2)
    yield "a length that is no multiple of five", 1.0 + numpy.exp(-numpy.arange(183) / 9.0)
    yield "small values", 1e-6 * (2.0 + numpy.exp(-numpy.arange(120) / 15.0) + noise(120, 0.05))
    yield "a step late", numpy.concatenate([noise(90), 8.0 + noise(110)])
    yield "too short", numpy.arange(19.0)


def warm_up(name, values):
    """MSER-5 as its authors define it: the cut in the first half of the batches of five that gives
    the least variance of the mean of what is left, here over numpy's population variance."""
    batches = values[: len(values) // 5 * 5].reshape(-1, 5).mean(axis=1)
    cuts = range(0, len(batches) // 2 + 1) if len(batches) >= 4 else [0]
    left = [batches[cut:] for cut in cuts]
    best = int(numpy.argmin([numpy.var(rest) / len(rest) for rest in left])) if len(left) > 1 else 0
    return {
        "name": name,
        "values": [float(v) for v in values],
        "length": best * 5,
        "steadyMean": math.fsum(values[best * 5 :]) / (len(values) - best * 5),
    }


def holm(values):
    order = numpy.argsort(values, kind="stable")
    corrected = numpy.minimum(1, numpy.array(values)[order] * numpy.arange(len(values), 0, -1))
    result = numpy.empty(len(values))
    result[order] = numpy.maximum.accumulate(corrected)
    return {"values": values, "corrected": [float(p) for p in result]}


def main():
    everything = list(samples())
    vectors = {
        "samples": [figures(name, values) for name, values in everything],
        "histograms": [
            histogram("log-normal latencies", everything[6][1], [0.01 * 2**i for i in range(12)]),
            histogram("one hundred integers", everything[5][1], [0.0, 1.0, 50.0, 99.0, 100.0]),
        ],
    }
    vectors["paired"] = [paired(name, values) for name, values in differences()]
    vectors["warmUp"] = [warm_up(name, values) for name, values in series()]
    vectors["holm"] = [
        holm([0.01, 0.04, 0.03, 0.005]),
        holm([0.5, 0.5, 0.9]),
        holm([0.2]),
    ]
    path = pathlib.Path(__file__).with_name("vectors.json")
    path.write_text(json.dumps(vectors, indent=1) + "\n", encoding="utf-8")


main()
