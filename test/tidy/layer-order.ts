// The house as data: which folder of src may import which. Written apart from the lint rules, so
// that each of the two checks the other.

const modelBase = ['kernel', 'stats', 'api', 'client'];
const components = ['control-plane', 'node', 'network'];
const model = [...modelBase, ...components, 'cluster'];
const inputs = ['workload', 'scenario'];
const observers = ['metrics', 'checkers'];

/** Layers in order of import, each with the layers it may import besides itself. */
export const layers: ReadonlyMap<string, readonly string[]> = new Map([
  ['kernel', []],
  ['stats', ['kernel']],
  ['api', ['kernel']],
  ['client', ['kernel', 'stats', 'api']],
  ...components.map((layer): [string, string[]] => [layer, modelBase]),
  ['cluster', [...modelBase, ...components]],
  ['scenario', model],
  ['workload', [...model, 'scenario']],
  ['metrics', [...model, ...inputs]],
  ['checkers', [...model, ...inputs]],
  ['experiment', [...model, ...inputs, ...observers]],
  ['report', [...model, ...inputs, ...observers, 'experiment']],
  ['cli', [...model, ...inputs, ...observers, 'experiment', 'report']],
  ['index.ts', [...model, ...inputs, ...observers, 'experiment', 'report']],
]);

/** Components by layer; each is closed to its siblings and open to files of its layer's root. */
export const componentFolders: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'control-plane',
    [
      'apiserver',
      'autoscaling',
      'cloud',
      'cloud-controller-manager',
      'controller-manager',
      'csi',
      'etcd',
      'metrics-server',
      'scheduler',
    ],
  ],
  ['node', ['container-runtime', 'kube-proxy', 'kubelet']],
  ['network', ['cluster-dns', 'flannel']],
]);

export interface Place {
  readonly layer: string;
  /** The component's folder; empty for a file at the root of its layer. */
  readonly component: string;
}

/** Where a path such as `src/node/kubelet/pod-worker.ts` belongs. */
export function placeOf(path: string): Place {
  const [, layer = '', folder = '', ...rest] = path.split('/');
  const hasComponents = componentFolders.has(layer) && rest.length > 0;
  return { layer, component: hasComponents ? folder : '' };
}

/** Why `from` may not import `to`, or undefined when it may. */
export function importFault(from: string, to: string): string | undefined {
  const source = placeOf(from);
  const target = placeOf(to);
  if (source.layer !== target.layer) {
    const allowed = layers.get(source.layer);
    if (allowed === undefined) return `src/${source.layer} is no layer`;
    if (allowed.includes(target.layer)) return undefined;
    return `${source.layer} may not import ${target.layer}`;
  }
  const isSibling = target.component !== '' && target.component !== source.component;
  return isSibling ? `${from} may not import the component ${target.component}` : undefined;
}
