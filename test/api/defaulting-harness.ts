/** Shared by the defaulting tests. */

import { expect } from 'vitest';
import type { AppliedDefault } from '../../src/api/default-filler.js';
import { defaultObject } from '../../src/api/defaulting.js';
import type { ApiObject } from '../../src/api/object-meta.js';

export type Json = Readonly<Record<string, unknown>>;

export function defaulted(kind: string, apiVersion: string, rest: Json): Json {
  const object = { apiVersion, kind, metadata: { name: 'a' }, ...rest };
  return defaultObject(object as unknown as ApiObject) as unknown as Json;
}

/** The paths and values of all defaults of an object, as `kubeclock plan` lists them. */
export function recorded(kind: string, apiVersion: string, rest: Json): readonly string[] {
  const record: AppliedDefault[] = [];
  const object = { apiVersion, kind, metadata: { name: 'a' }, ...rest };
  const once = defaultObject(object as unknown as ApiObject, { record });
  // Every table below checks idempotence and sharing on the side.
  expect(defaultObject(once)).toBe(once);
  return record.map(({ path, value }) => `${path} = ${JSON.stringify(value)}`);
}

export const container: Json = { name: 'c', image: 'nginx:1.27' };
export const containerDefaults = (at: string): readonly string[] => [
  `${at}.resources = {}`,
  `${at}.terminationMessagePath = "/dev/termination-log"`,
  `${at}.terminationMessagePolicy = "File"`,
  `${at}.imagePullPolicy = "IfNotPresent"`,
];
export const podDefaults = (at: string): readonly string[] => [
  `${at}.restartPolicy = "Always"`,
  `${at}.terminationGracePeriodSeconds = 30`,
  `${at}.dnsPolicy = "ClusterFirst"`,
  `${at}.securityContext = {}`,
  `${at}.schedulerName = "default-scheduler"`,
];
export const template: Json = {
  metadata: { labels: { app: 'x' } },
  spec: { containers: [container] },
};
export const templateDefaults = (at: string): readonly string[] => [
  ...podDefaults(`${at}.spec`),
  ...containerDefaults(`${at}.spec.containers[0]`),
];
