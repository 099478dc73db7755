// Files that exist only in a test: a scenario, its manifests, and what loading makes of them.

import type { Problem } from '../../src/api/problem.js';
import type { ScenarioFiles } from '../../src/scenario/files.js';
import { type LoadResult, loadScenario } from '../../src/scenario/load.js';
import type { Overrides } from '../../src/scenario/overrides.js';
import type { LoadedScenario } from '../../src/scenario/scenario.js';

/** Files by path; a pattern matches by its beginning and end around one `*`. */
export function memoryFiles(files: Readonly<Record<string, string>>): ScenarioFiles {
  return {
    read: (path) => files[path] ?? '',
    list: (pattern) => {
      const [start = '', end] = pattern.split('*');
      const paths = Object.keys(files).sort();
      return end === undefined
        ? paths.filter((path) => path === pattern)
        : paths.filter((path) => path.startsWith(start) && path.endsWith(end));
    },
  };
}

/** A scenario file with the given lines below `spec:`, two spaces deep. */
export function scenarioText(spec: string): string {
  const lines = spec === '' ? [] : spec.replace(/^\n|\n\s*$/g, '').split('\n');
  const indent = lines[0]?.search(/\S/) ?? 0;
  const body = lines.map((line) => `  ${line.slice(Math.max(0, indent))}`.trimEnd());
  const head = ['apiVersion: kubeclock.dev/v1alpha1', 'kind: Scenario', 'metadata: {name: test}'];
  return [...head, lines.length === 0 ? 'spec: {}' : 'spec:', ...body, ''].join('\n');
}

/** Loads a scenario with the given spec. */
export function load(
  spec: string,
  files: Readonly<Record<string, string>> = {},
  overrides: Overrides = {},
): LoadResult {
  return loadScenario(scenarioText(spec), 'test.yaml', memoryFiles(files), overrides);
}

/** The scenario, which must have no errors. */
export function loaded(
  spec: string,
  files: Readonly<Record<string, string>> = {},
  overrides: Overrides = {},
): LoadedScenario {
  const { scenario, problems } = load(spec, files, overrides);
  if (scenario === undefined) throw new Error(problems.map(brief).join('\n'));
  return scenario;
}

/** `test.yaml:5:3 spec.horizon: message`. */
export function brief({ file, line, column, path, message }: Problem): string {
  return `${file}:${line}:${column} ${path}: ${message}`;
}

/** A Deployment as YAML in flow style. */
export function deployment(
  name: string,
  replicas = 1,
  requests = '{cpu: 100m, memory: 64Mi}',
): string {
  return `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {replicas: ${replicas}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: "example/${name}:1", resources: {requests: ${requests}}}]}}}}`;
}

/** A Service as YAML in flow style. */
export function service(name: string, app = name): string {
  return `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {selector: {app: ${app}}, ports: [{port: 80}]}}`;
}
