// When the recorder saw each node cease to be Ready and get its NoExecute taint.
import type { Node } from '../../api/node.js';
import type { Informer } from '../../client/informer.js';
import type { Simulation } from '../../kernel/simulation.js';
import type { SimTime } from '../../kernel/time.js';

/** First times in a run, in µs of the simulation. */
export class NodeRecorder {
  readonly notReadyUs: Map<string, SimTime> = new Map();
  readonly noExecuteUs: Map<string, SimTime> = new Map();

  constructor(simulation: Simulation, informer: Informer<Node>) {
    const stamp = (times: Map<string, SimTime>, { metadata }: Node): void => {
      if (!times.has(metadata.name)) times.set(metadata.name, simulation.now);
    };
    informer.addHandler({
      updated: (_, node) => {
        const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
        if (ready !== undefined && ready.status !== 'True') stamp(this.notReadyUs, node);
        if (node.spec?.taints?.some(({ effect }) => effect === 'NoExecute'))
          stamp(this.noExecuteUs, node);
      },
    });
  }
}
