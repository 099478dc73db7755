// API groups: of an apiVersion, and behind names, as messages and quotas write them.

/** `apps/v1`: apps and v1; `v1`: no group. */
export function groupAndVersion(apiVersion: string): readonly [group: string, version: string] {
  const slash = apiVersion.indexOf('/');
  return [apiVersion.slice(0, Math.max(0, slash)), apiVersion.slice(slash + 1)];
}

/** Appends the group of an apiVersion, if it has one: `deployments.apps`, `pods`. */
export function withGroup(name: string, apiVersion: string): string {
  const [group] = groupAndVersion(apiVersion);
  return group === '' ? name : `${name}.${group}`;
}
