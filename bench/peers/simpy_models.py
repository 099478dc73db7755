"""The models of bench/peers.bench.mjs on SimPy 3 or 4: an M/M/c station and the hold model.

Prints customers or holds a second of processor time, and the mean wait in units of the mean
service time (0 of the hold model), as JSON.

    python3 bench/peers/simpy_models.py mmc SERVERS RHO CUSTOMERS
    python3 bench/peers/simpy_models.py hold PENDING HOLDS
"""

import json
import random
import sys
import time

import simpy


def mmc(servers, rho, customers):
    draw = random.Random(1)
    env = simpy.Environment()
    station = simpy.Resource(env, capacity=servers)
    waits = []

    def customer():
        arrived = env.now
        with station.request() as turn:
            yield turn
            waits.append(env.now - arrived)
            yield env.timeout(draw.expovariate(1.0))

    def source():
        for _ in range(customers):
            env.process(customer())
            yield env.timeout(draw.expovariate(rho * servers))

    env.process(source())
    start = time.process_time()
    env.run()
    seconds = time.process_time() - start
    return customers / seconds, sum(waits) / len(waits)


def hold(pending, holds):
    draw = random.Random(1)
    env = simpy.Environment()
    enough = env.event()
    done = [0]

    def process():
        while True:
            yield env.timeout(draw.expovariate(1.0))
            done[0] += 1
            if done[0] == holds:
                enough.succeed()

    for _ in range(pending):
        env.process(process())
    start = time.process_time()
    env.run(until=enough)
    return holds / (time.process_time() - start), 0


MODELS = {"mmc": (mmc, (int, float, int)), "hold": (hold, (int, int))}
model, kinds = MODELS[sys.argv[1]]
rate, wait = model(*(kind(text) for kind, text in zip(kinds, sys.argv[2:])))
print(json.dumps({"rate": rate, "wait": wait}))
