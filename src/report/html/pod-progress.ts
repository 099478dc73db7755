// Pods over time: by state, and by the stages they have reached.
import type { RunResult } from '../../metrics/run-result.js';
import { podProgress, podStates } from '../figures/pod-plots.js';
import { type Html, html, nothing } from './markup.js';
import { plotFigure } from './plot.js';

/** The section, or `nothing` without pods. */
export function podProgressSection({ pods }: RunResult): Html {
  const plots = [podStates(pods), podProgress(pods)].filter((plot) => plot !== undefined);
  if (plots.length === 0) return nothing;
  return html`<div class="plots">
${plots.map(plotFigure)}</div>
`;
}
