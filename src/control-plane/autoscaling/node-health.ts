// Whether a node says of itself that it works.
import type { Node } from '../../api/node.js';

export function isNodeReady({ status }: Pick<Node, 'status'>): boolean {
  return (
    status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true
  );
}
