// The groups that authentication finds for a user: what its name says, what its certificate says
// besides, and that it is somebody.
// Source: Kubernetes v1.36 apiserver authentication/user, authentication/serviceaccount; kubeadm's
// certificates (reference: controlplane B3).

const ACCOUNT_PREFIX = 'system:serviceaccount:';
const NODE_PREFIX = 'system:node:';

/** `own`: groups that stand in the user's certificate besides. */
export function groupsOf(user: string, own: readonly string[] = []): readonly string[] {
  const implied: string[] = [];
  if (user.startsWith(ACCOUNT_PREFIX)) {
    const [namespace = ''] = user.slice(ACCOUNT_PREFIX.length).split(':');
    implied.push('system:serviceaccounts', `system:serviceaccounts:${namespace}`);
  }
  if (user.startsWith(NODE_PREFIX)) implied.push('system:nodes');
  return [...own, ...implied, 'system:authenticated'];
}
