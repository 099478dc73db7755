/**
 * Which names a container and a ResourceQuota may ask for: the standard resources, or names with a
 * domain, which a device plugin may offer.
 *
 * Source: Kubernetes v1.36 `pkg/apis/core/helper/helpers.go` and `validation.go`,
 * `validateContainerResourceName` and `ValidateResourceQuotaResourceName`.
 */

import { didYouMean } from './did-you-mean.js';
import { sortedKeys } from './field-check.js';
import type { FieldPath } from './field-path.js';
import { invalidValue, type ProblemList } from './field-problem.js';

import type { ResourceList } from './quantity.js';

/** Who asks, as Kubernetes' message has it. */
export type ResourceUser = 'containers' | 'quota';

const computeResources = ['cpu', 'memory', 'ephemeral-storage'];

const standardResources: Readonly<Record<ResourceUser, readonly string[]>> = {
  containers: computeResources,
  quota: [
    ...computeResources,
    ...computeResources.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
    'requests.storage',
    'pods',
    'services',
    'services.loadbalancers',
    'services.nodeports',
    'replicationcontrollers',
    'resourcequotas',
    'secrets',
    'configmaps',
    'persistentvolumeclaims',
  ],
};

/** Reports names without a domain that are not standard resources of `user`. */
export function checkResourceNames(
  list: ResourceList | undefined,
  user: ResourceUser,
  path: FieldPath,
  problems: ProblemList,
): void {
  const standard = standardResources[user];
  for (const name of sortedKeys(list ?? {})) {
    if (name.includes('/') || standard.includes(name)) continue;
    if (/^(?:requests\.)?hugepages-/.test(name)) continue;
    const near = didYouMean(name, standard);
    const problem = invalidValue([...path, name], name, `must be a standard resource for ${user}`);
    problems.push(near === undefined ? problem : { ...problem, suggestion: `${near}:` });
  }
}
