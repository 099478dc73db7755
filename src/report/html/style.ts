// The style sheet of the page: one column, system fonts, light and dark, narrow screens and print.
import { darkPalette, lightPalette, type Palette } from './palette.js';

function variables(palette: Palette): string {
  const { paper, raised, ink, muted, rule, link, pass, fail, warn, series, heat } = palette;
  const colours = [
    `--paper:${paper};--raised:${raised};--ink:${ink};--muted:${muted};--rule:${rule};`,
    `--link:${link};--pass:${pass};--fail:${fail};--warn:${warn};`,
    ...series.map((colour, index) => `--s${index}:${colour};`),
    ...heat.map((colour, index) => `--h${index}:${colour};`),
  ];
  return colours.join('');
}

const text = `
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
  font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,footer{max-width:80rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;line-height:1.3;margin:0 0 .75rem;overflow-wrap:anywhere}
h3{font-size:1rem;margin:1.5rem 0 .5rem;overflow-wrap:anywhere}
p{margin:0 0 .75rem;max-width:46rem;overflow-wrap:anywhere}
section{margin:0;padding:1.75rem 0;border-top:1px solid var(--rule)}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);
  outline-offset:2px}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.25rem .5rem}
.lead{color:var(--muted);margin-bottom:1rem}
.note{color:var(--muted);font-size:.875rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:0 0 1.5rem;padding:0;
  font-size:.9375rem}
footer{border-top:1px solid var(--rule);padding-top:1.25rem;padding-bottom:2.5rem;
  font-size:.875rem;color:var(--muted)}
`;

const headline = `
.verdict{font-size:1.125rem;font-weight:600;margin-bottom:1rem}
.pass{color:var(--pass)}.fail{color:var(--fail)}.warn{color:var(--warn)}
.pass,.fail,.warn{font-weight:600;white-space:nowrap}
p.pass,p.fail,p.warn{white-space:normal}
.figures{display:flex;flex-wrap:wrap;gap:1px;
  margin:0 0 1.25rem;
  border:1px solid var(--rule);border-radius:6px;overflow:hidden}
.figures div{flex:1 0 auto;box-shadow:0 0 0 1px var(--rule);padding:.625rem .75rem;display:flex;
  flex-direction:column-reverse;justify-content:flex-end}
.figures dt{font-size:.8125rem;color:var(--muted);line-height:1.3}
.figures dd{margin:0;font-size:1.25rem;line-height:1.35;font-variant-numeric:tabular-nums;
  white-space:nowrap}
.figures small{font-size:.875rem;color:var(--muted)}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.125rem 1rem;margin:0;
  font-size:.9375rem}
.facts dt{color:var(--muted)}
.facts dd{margin:0;overflow-wrap:anywhere}
.notices{margin:0;padding-left:1.25rem}
.notices li{margin-bottom:.375rem;overflow-wrap:anywhere}
`;

const tables = `
.scroll{overflow:auto;max-height:36rem;margin:0 0 1rem;container-type:inline-size}
table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.35}
.scroll caption{text-align:left;font-weight:600;padding:0 0 .375rem;font-size:.9375rem}
.scroll caption span{display:block;max-width:100cqw;position:sticky;left:0}
.scroll th,.scroll td{padding:.3125rem 1rem .3125rem 0;text-align:left;vertical-align:top;
  border-bottom:1px solid var(--rule)}
.scroll th:last-child,.scroll td:last-child{padding-right:0}
.scroll thead th{position:sticky;top:0;background:var(--paper);
  font-weight:600;color:var(--muted);vertical-align:bottom;border-bottom-width:2px}
.scroll tbody th{font-weight:400;overflow-wrap:anywhere;min-width:min(17rem,45cqw)}
.scroll td{white-space:nowrap}
.scroll .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.scroll thead .n{white-space:normal}
.scroll code{white-space:nowrap}
.scroll .text{display:block;white-space:normal;min-width:16rem;max-width:34rem;
  overflow-wrap:anywhere}
.meter{display:inline-block;width:4.5rem;height:.5rem;margin-right:.25rem;background:var(--raised);
  border:1px solid var(--muted)}
.meter rect{fill:var(--s2)}
.spark{display:inline-block;vertical-align:-.25rem;
  width:7rem;height:1.25rem;background:var(--raised)}
.spark path{fill:var(--s2)}
.peak{color:var(--muted);font-size:.8125rem;font-variant-numeric:tabular-nums}
.share{display:inline-block;min-width:4rem}
details{margin:0 0 1rem}
summary{cursor:pointer;color:var(--link);font-size:.9375rem;padding:.25rem 0}
`;

const figures = `
figure{margin:0 0 1.25rem;min-width:0}
figcaption{font-weight:600;font-size:.9375rem;margin-bottom:.25rem;overflow-wrap:anywhere}
.plot{min-height:2rem;max-width:100%;overflow:hidden}
.plot .u-legend{font-size:.8125rem;text-align:left;width:100%}
.plot .u-legend th,.plot .u-legend td{border:0;padding:1px 4px}
.plot .u-legend .u-marker{width:1.25em;height:0;border-width:2px 0 0!important}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 2rem}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:0 0 .75rem;padding:0;
  font-size:.875rem}
.key svg{width:1.5rem;height:.8125rem;margin-right:.375rem;vertical-align:-.0625rem}
.waterfall{display:grid;grid-template-columns:minmax(0,14rem) minmax(0,1fr);gap:0 .75rem}
.waterfall ol{list-style:none;margin:0;padding:20px 0 0;font-size:12px;line-height:15px}
.waterfall li{height:15px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;direction:rtl;
  text-align:left}
.waterfall svg{display:block;width:100%;overflow:visible}
.waterfall svg.clipped{overflow:hidden}
.waterfall text{font-size:11px;fill:var(--muted)}
.waterfall .grid{stroke:var(--rule);stroke-width:1;shape-rendering:crispEdges}
.st0{fill:var(--s0)}.st1{fill:var(--s1)}.st2{fill:var(--s2)}.st3{fill:var(--s3)}
.st4{fill:var(--s4)}.st5{fill:var(--s5)}
.bars li{height:18px;line-height:18px}
.p0{fill:var(--s2)}.p1{fill:var(--s3)}.p2{fill:var(--s4)}.p3{fill:var(--s5)}
.p4{fill:var(--s6)}.p5{fill:var(--s7)}.p6{fill:var(--s1)}.p7{fill:var(--s0)}
.open{stroke:var(--fail);stroke-width:2;stroke-dasharray:2 3}
@media (max-width:40rem){.waterfall{grid-template-columns:minmax(0,7rem) minmax(0,1fr)}
  .facts{grid-template-columns:minmax(0,1fr)}.facts dd{margin-bottom:.375rem}}
`;

const nodeMap = `
.node-map .controls{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem;margin:0 0 .75rem;
  font-size:.875rem}
.node-map [hidden]{display:none}
.node-map .wide{flex:1 1 12rem;display:flex;align-items:center;gap:.5rem}
.node-map input{flex:1;min-width:0;accent-color:var(--link)}
.node-map output{min-width:5rem;font-variant-numeric:tabular-nums}
.node-map select,.node-map button{font:inherit;color:inherit;background:var(--raised);
  border:1px solid var(--muted);border-radius:4px;padding:.125rem .5rem}
.node-map button{min-width:4rem;cursor:pointer}
.node-map canvas{display:block;max-width:100%}
.node-map :is(select,button,input,canvas):focus-visible{outline:2px solid var(--link);
  outline-offset:2px}
.node-map .key{margin:.5rem 0 0;color:var(--muted);align-items:center}
.node-map .key svg{width:14px;height:14px;overflow:visible}
.ramp{display:inline-block;width:8rem;height:.75rem;margin:0 .375rem;vertical-align:-.0625rem;
  background:linear-gradient(to right,var(--h0),var(--h1),var(--h2))}
.down{fill:none;stroke:var(--fail);stroke-width:2}
.absent{fill:none;stroke:var(--muted)}
.readout{margin:.5rem 0;font-size:.875rem;min-height:1.5em;font-variant-numeric:tabular-nums}
`;

const print = `
@media print{header,main,footer{max-width:none;padding-left:0;padding-right:0}
nav,.skip{display:none}
  body{font-size:10pt}section{break-inside:auto;padding:1rem 0}.scroll{overflow:visible;
  max-height:none}
  figure,tr,.figures{break-inside:avoid}.waterfall{break-inside:auto}
  svg,.meter,.u-marker{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;

/** The whole style sheet. Print is always light. */
export const pageStyle: string = [
  `:root{color-scheme:light dark;${variables(lightPalette)}}`,
  `@media screen and (prefers-color-scheme:dark){:root{${variables(darkPalette)}}}`,
  text,
  headline,
  tables,
  figures,
  nodeMap,
  print,
].join('\n');
