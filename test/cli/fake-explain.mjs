// A thread that looks at a pod until it is told to stop.

import { parentPort, workerData } from 'node:worker_threads';

const stop = new Int32Array(workerData.stopFlag);
const clock = new Int32Array(new SharedArrayBuffer(4));
while (Atomics.load(stop, 0) === 0) Atomics.wait(clock, 0, 0, 5);
parentPort.postMessage({ type: 'done', answer: { isSame: true } });
