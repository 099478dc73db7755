// `kubectl cluster-info`: where the control plane and the services of the cluster's own add-ons are
// reached. Left out: services of add-ons that a load balancer outside the cluster leads to.
// Source: Kubernetes v1.36 kubectl pkg/cmd/clusterinfo.
import type { KubernetesObject } from '../../api/kubernetes-object.js';
import type { Service } from '../../api/service.js';
import { ascending } from '../../stats/ascending.js';

const ownLabel = 'kubernetes.io/cluster-service';
const nameLabel = 'kubernetes.io/name';

/** The lines; `server`: the address of the API, `https://control-plane-0:6443`. */
export function clusterInfo(objects: readonly KubernetesObject[], server: string): string {
  const services = objects
    .filter((object): object is Service => object.kind === 'Service')
    .filter(({ metadata: { namespace, labels } }) => {
      return namespace === 'kube-system' && labels?.[ownLabel] === 'true';
    })
    .sort((a, b) => ascending(a.metadata.name, b.metadata.name));
  const lines = services.map((service) => {
    const name = service.metadata.labels?.[nameLabel] ?? service.metadata.name;
    return `${name} is running at ${server}${proxyPath(service)}\n`;
  });
  const first = `Kubernetes control plane is running at ${server}\n`;
  const hint = "\nTo see everything in the cluster, use 'kubeclock get all -A'.\n";
  return [first, ...lines, hint].join('');
}

/** The API server passes requests on to a service by its first port. */
function proxyPath({ metadata, spec }: Service): string {
  const [port] = spec.ports ?? [];
  const scheme = port?.name === 'https' || port?.port === 443 ? 'https:' : '';
  const portName = port?.name === undefined || port.name === '' ? '' : `:${port.name}`;
  const name =
    scheme === '' ? `${metadata.name}${portName}` : `${scheme}${metadata.name}${portName}`;
  return `/api/v1/namespaces/${metadata.namespace}/services/${name}/proxy`;
}
