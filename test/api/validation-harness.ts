/** Shared by the validation tests: objects are defaulted first, as the API server does. */

import { defaultObject } from '../../src/api/defaulting.js';
import { formatPath } from '../../src/api/field-path.js';
import type { ApiObject } from '../../src/api/object-meta.js';
import { validateObject } from '../../src/api/validation.js';

export type Json = Readonly<Record<string, unknown>>;

/** Every problem of an object as `path: message`. */
export function found(kind: string, apiVersion: string, rest: Json): readonly string[] {
  const object = { apiVersion, kind, metadata: { name: 'a' }, ...rest } as unknown as ApiObject;
  return validateObject(defaultObject(object)).map(
    ({ path, message }) => `${formatPath(path)}: ${message}`,
  );
}

/** A container that is right. */
export const container: Json = { name: 'c', image: 'nginx:1' };

/** The problems of a pod with the given fields; paths without the leading `spec.`. */
export function inPod(spec: Json): readonly string[] {
  const problems = found('Pod', 'v1', { spec: { containers: [container], ...spec } });
  return problems.map((problem) => problem.replace(/^spec\./, ''));
}

/** The problems of a container with the given fields; paths within the container. */
export function inContainer(fields: Json): readonly string[] {
  return inPod({ containers: [{ ...container, ...fields }] }).map((problem) =>
    problem.replace(/^containers\[0\]\./, ''),
  );
}

/** What a DNS label must look like. */
export const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
/** What a DNS subdomain must look like. */
export const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
/** What a label value must look like. */
export const labelValueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
