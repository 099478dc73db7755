// Names with their API group, as messages and quotas write them.

/** Appends the group of an apiVersion, if it has one: `deployments.apps`, `pods`. */
export function withGroup(name: string, apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? name : `${name}.${apiVersion.slice(0, slash)}`;
}
