// node bench/measure-case.mjs FILE NAME: measures one case, and the speed of the machine before and
// after it, and prints both as JSON. `npm run bench` starts it for every case.

import { calibrated } from './calibration.mjs';

const [, , file, name] = process.argv;
const { cases } = await import(new URL(file, import.meta.url).href);
const before = calibrated();
const measured = await cases.find((other) => other.name === name).measure();
const figures = (Array.isArray(measured) ? measured : [measured]).map((figure) =>
  typeof figure === 'number' ? { value: figure, spread: null } : figure,
);
const calibration = Number(((before + calibrated()) / 2).toPrecision(4));
console.log(JSON.stringify({ figures, calibration }));
