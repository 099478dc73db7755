// The extenders of a configuration: HTTP services that are asked in every scheduling cycle.
// Source: kube-scheduler v1.36 kube-scheduler/config/v1/types.go Extender,
// apis/config/validation/validation.go validateExtenders; reference: scheduler 3.

import type { FieldPath } from '../../../api/field-path.js';
import { invalidValue } from '../../../api/field-problem.js';
import { qualifiedNameProblems } from '../../../api/name-validation.js';
import { schedulerConstants } from '../constants.js';
import type { FieldReader } from './field-reader.js';
import type { ExtenderConfiguration, ManagedResource } from './scheduler-configuration.js';

const texts = ['urlPrefix', 'filterVerb', 'preemptVerb', 'prioritizeVerb', 'bindVerb'] as const;
const flags = ['enableHTTPS', 'nodeCacheCapable', 'ignorable'] as const;
const tlsTexts = ['serverName', 'certFile', 'keyFile', 'caFile', 'certData', 'keyData', 'caData'];

/** Reads the list at `extenders`, in its order. */
export function readExtenders(reader: FieldReader, value: unknown): ExtenderConfiguration[] {
  const path: FieldPath = ['extenders'];
  const managed = new Set<string>();
  const extenders = reader
    .list(value, path)
    .map((item, index) => readExtender(reader, item, [...path, index], managed));
  const binders = extenders.filter(({ bindVerb }) => bindVerb !== '').length;
  if (binders > 1) {
    const found = `found ${binders} extenders implementing bind`;
    reader.report(invalidValue(path, found, 'only one extender can implement bind'));
  }
  return extenders;
}

/** `managed` collects the resources of all extenders. */
function readExtender(
  reader: FieldReader,
  value: unknown,
  path: FieldPath,
  managed: Set<string>,
): ExtenderConfiguration {
  const at = (...steps: FieldPath): FieldPath => [...path, ...steps];
  const others = ['weight', 'tlsConfig', 'httpTimeout', 'managedResources'];
  const fields = reader.object(value, path, [...texts, ...flags, ...others]);
  const text = (name: (typeof texts)[number]): string => reader.text(fields[name], at(name)) ?? '';
  const flag = (name: (typeof flags)[number]): boolean =>
    reader.boolean(fields[name], at(name)) ?? false;
  flag('enableHTTPS');
  readTlsConfig(reader, fields['tlsConfig'], at('tlsConfig'));
  const prioritizeVerb = text('prioritizeVerb');
  const weight = reader.integer(fields['weight'], at('weight')) ?? 0;
  if (prioritizeVerb !== '' && weight <= 0) {
    const detail = 'must have a positive weight applied to it';
    reader.report(invalidValue(at('weight'), weight, detail));
  }
  return {
    urlPrefix: text('urlPrefix'),
    filterVerb: text('filterVerb'),
    preemptVerb: text('preemptVerb'),
    prioritizeVerb,
    bindVerb: text('bindVerb'),
    weight,
    httpTimeoutUs:
      reader.durationUs(fields['httpTimeout'], at('httpTimeout')) ||
      schedulerConstants.extenderTimeoutUs,
    nodeCacheCapable: flag('nodeCacheCapable'),
    ignorable: flag('ignorable'),
    managedResources: reader
      .list(fields['managedResources'], at('managedResources'))
      .map((item, index) => readResource(reader, item, at('managedResources', index), managed)),
  };
}

function readTlsConfig(reader: FieldReader, value: unknown, path: FieldPath): void {
  const fields = reader.object(value, path, ['insecure', ...tlsTexts]);
  reader.boolean(fields['insecure'], [...path, 'insecure']);
  for (const name of tlsTexts) reader.text(fields[name], [...path, name]);
}

function readResource(
  reader: FieldReader,
  value: unknown,
  path: FieldPath,
  managed: Set<string>,
): ManagedResource {
  const fields = reader.object(value, path, ['name', 'ignoredByScheduler']);
  const namePath = [...path, 'name'];
  const name = reader.text(fields['name'], namePath) ?? '';
  const problems = [...qualifiedNameProblems(name)];
  if (problems.length === 0 && !isExtendedResource(name)) {
    problems.push('is an invalid extended resource name');
  }
  if (managed.has(name)) problems.push('duplicate extender managed resource name');
  managed.add(name);
  for (const detail of problems) reader.report(invalidValue(namePath, name, detail));
  const ignoredPath = [...path, 'ignoredByScheduler'];
  const ignoredByScheduler = reader.boolean(fields['ignoredByScheduler'], ignoredPath) ?? false;
  return { name, ignoredByScheduler };
}

/** Named by a domain that is not Kubernetes' own, and no request of a quota. */
function isExtendedResource(name: string): boolean {
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  return !isNative && !name.startsWith('requests.');
}
