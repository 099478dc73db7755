// The script of the heat map: unpacks the frames, draws the one that the slider is at, and says in
// words what the reader points at. Plain JavaScript for any browser that uPlot runs in.
import { compactJson } from '../stable-json.js';
import { darkPalette, lightPalette, type Palette } from './palette.js';

function colours({ heat, fail, muted, ink }: Palette): {
  heat: string[];
  fail: string;
  muted: string;
  ink: string;
} {
  return { heat: [...heat], fail, muted, ink };
}

const themes = compactJson({ light: colours(lightPalette), dark: colours(darkPalette) });

const unpacking = `
  function unpack(data) {
    const text = atob(data.changes);
    let at = 0;
    function varint() {
      let value = 0, shift = 0, byte;
      do {
        byte = text.charCodeAt(at++);
        value |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
      return value;
    }
    const nodes = data.names.length;
    let now = { state: new Uint8Array(nodes), cpu: new Uint16Array(nodes),
      memory: new Uint16Array(nodes), pods: new Uint16Array(nodes) };
    return data.seconds.map(function (seconds) {
      now = { seconds: seconds, state: now.state.slice(), cpu: now.cpu.slice(),
        memory: now.memory.slice(), pods: now.pods.slice() };
      let node = -1;
      for (let left = varint(); left > 0; left--) {
        node += varint();
        const way = data.ways[varint()];
        now.state[node] = way[0];
        now.cpu[node] += way[1];
        now.memory[node] += way[2];
        now.pods[node] += way[3];
      }
      return now;
    });
  }

  function nodeNames(data) {
    let before = '';
    return data.names.map(function (name) {
      before = before.slice(0, name[0]) + name[1];
      return before;
    });
  }
`;

const drawing = `
  function mix(stops, share) {
    const place = Math.max(0, Math.min(1, share)) * 2;
    const from = stops[place < 1 ? 0 : 1], to = stops[place < 1 ? 1 : 2], part = place % 1;
    const rest = place === 2 ? 1 : part;
    return 'rgb(' + [1, 3, 5].map(function (i) {
      const a = parseInt(from.slice(i, i + 2), 16), b = parseInt(to.slice(i, i + 2), 16);
      return Math.round(a + (b - a) * rest);
    }).join(',') + ')';
  }

  function layout(width, count) {
    let size = 34;
    while (size > 3 && Math.ceil(count / Math.floor(width / size)) * size > 420) size--;
    const columns = Math.max(1, Math.min(count, Math.floor(width / size)));
    return { size: size, columns: columns, rows: Math.ceil(count / columns) };
  }

  function paint(map, theme) {
    const frame = map.frames[map.time], values = frame[map.measure.value];
    const full = map.measure.value === 'pods' ? map.mostPods : 100;
    map.full.textContent = map.measure.value === 'pods' ? full + ' pods' : '100 %';
    const shades = [];
    for (let i = 0; i <= 100; i++) shades.push(mix(theme.heat, i / 100));
    map.grid = layout(map.figure.clientWidth, map.names.length);
    const size = map.grid.size, gap = size > 5 ? 1 : 0, scale = window.devicePixelRatio || 1;
    map.canvas.width = map.grid.columns * size * scale;
    map.canvas.height = map.grid.rows * size * scale;
    map.canvas.style.width = map.grid.columns * size + 'px';
    const pen = map.canvas.getContext('2d');
    pen.scale(scale, scale);
    pen.clearRect(0, 0, map.canvas.width, map.canvas.height);
    for (let node = 0; node < map.names.length; node++) {
      const x = (node % map.grid.columns) * size;
      const y = Math.floor(node / map.grid.columns) * size, side = size - gap;
      if (frame.state[node] === 0) {
        pen.strokeStyle = theme.muted;
        pen.lineWidth = 0.5;
        pen.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
        continue;
      }
      pen.fillStyle = shades[Math.min(100, Math.round(100 * values[node] / full))];
      pen.fillRect(x, y, side, side);
      if (frame.state[node] === 1) {
        pen.strokeStyle = theme.fail;
        pen.lineWidth = Math.max(1, size / 10);
        pen.strokeRect(x + 1, y + 1, side - 2, side - 2);
        pen.beginPath();
        pen.moveTo(x + 1, y + side - 1);
        pen.lineTo(x + side - 1, y + 1);
        pen.stroke();
      }
    }
    if (map.chosen >= 0) {
      pen.strokeStyle = theme.ink;
      pen.lineWidth = 2;
      pen.strokeRect((map.chosen % map.grid.columns) * size,
        Math.floor(map.chosen / map.grid.columns) * size, size - gap, size - gap);
    }
  }
`;

const telling = `
  function whole(value) {
    return String(Math.round(value)).replace(/\\B(?=(\\d{3})+$)/g, ',');
  }

  function tell(map) {
    const frame = map.frames[map.time], node = map.chosen;
    let nodes = 0, notReady = 0, cpu = 0, memory = 0, pods = 0;
    frame.state.forEach(function (state, i) {
      if (state === 0) return;
      nodes++;
      if (state === 1) notReady++;
      cpu += frame.cpu[i];
      memory += frame.memory[i];
      pods += frame.pods[i];
    });
    const time = Number(frame.seconds.toPrecision(6)) + ' s';
    map.output.textContent = time;
    map.slider.setAttribute('aria-valuetext', time);
    if (node < 0) {
      const of = Math.max(1, nodes);
      map.readout.textContent = whole(nodes) + (nodes === 1 ? ' node, ' : ' nodes, ') +
        whole(notReady) + ' not ready, ' + whole(pods) + ' pods; mean CPU requested ' +
        whole(cpu / of) + ' %, memory ' + whole(memory / of) + ' %';
      return;
    }
    const zone = map.zones[map.zoneOf[node]];
    const state = ['not registered', 'not ready', 'ready'][frame.state[node]];
    const name = map.names[node] + (zone === '' ? '' : ' in ' + zone);
    map.readout.textContent = name + ': ' + state +
      (frame.state[node] === 0 ? '' : ', CPU requested ' + frame.cpu[node] + ' %, memory ' +
      frame.memory[node] + ' %, ' + whole(frame.pods[node]) + ' pods');
  }
`;

const handling = `
  function cellAt(map, event) {
    const box = map.canvas.getBoundingClientRect(), size = map.grid.size;
    const column = Math.floor((event.clientX - box.left) / size);
    const node = Math.floor((event.clientY - box.top) / size) * map.grid.columns + column;
    return column < map.grid.columns && node >= 0 && node < map.names.length ? node : -1;
  }

  function moved(map, key) {
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: map.grid.columns,
      ArrowUp: -map.grid.columns, Home: -map.chosen, End: map.names.length - 1 - map.chosen };
    if (!Object.prototype.hasOwnProperty.call(steps, key)) return undefined;
    const node = map.chosen < 0 ? 0 : map.chosen + steps[key];
    return node < 0 || node >= map.names.length ? map.chosen : node;
  }

  function listen(map, show) {
    map.slider.addEventListener('input', function () {
      map.time = Number(map.slider.value);
      show();
    });
    map.measure.addEventListener('change', show);
    map.canvas.addEventListener('pointermove', function (event) {
      const node = cellAt(map, event);
      if (node !== map.chosen) { map.chosen = node; show(); }
    });
    map.canvas.addEventListener('pointerleave', function () { map.chosen = -1; show(); });
    map.canvas.addEventListener('keydown', function (event) {
      const node = event.key === 'Escape' ? -1 : moved(map, event.key);
      if (node === undefined) return;
      event.preventDefault();
      map.chosen = node;
      show();
    });
    let playing;
    map.button.addEventListener('click', function () {
      if (playing !== undefined) { clearInterval(playing); playing = undefined; }
      else {
        if (map.time === map.frames.length - 1) map.time = -1;
        playing = setInterval(function () {
          map.time++;
          map.slider.value = map.time;
          if (map.time >= map.frames.length - 1) map.button.click();
          show();
        }, 120);
      }
      map.button.textContent = playing === undefined ? 'Play' : 'Stop';
    });
  }
`;

/** The script; it needs nothing but the figure. */
export const nodeMapScript: string = `
'use strict';
{
  const themes = ${themes};
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
${unpacking}${drawing}${telling}${handling}
  const figure = document.querySelector('.node-map');
  if (figure) {
    const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const map = { figure: figure, frames: unpack(data), names: nodeNames(data), zones: data.zones,
      zoneOf: data.zoneOf, mostPods: data.mostPods, chosen: -1, time: data.seconds.length - 1,
      measure: figure.querySelector('select'), slider: figure.querySelector('input'),
      button: figure.querySelector('button'), output: figure.querySelector('output'),
      canvas: figure.querySelector('canvas'), readout: figure.querySelector('.readout'),
      full: figure.querySelector('.full') };
    let printing = false;
    function show() {
      paint(map, dark.matches && !printing ? themes.dark : themes.light);
      tell(map);
    }
    map.slider.max = map.frames.length - 1;
    map.slider.value = map.time;
    figure.querySelectorAll('.controls, canvas, .key').forEach(function (part) {
      part.hidden = false;
    });
    listen(map, show);
    show();
    dark.addEventListener('change', show);
    window.addEventListener('resize', show);
    window.addEventListener('beforeprint', function () { printing = true; show(); });
    window.addEventListener('afterprint', function () { printing = false; show(); });
  }
}
`;
