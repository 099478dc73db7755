// Extenders of a configuration: defaults, the component's checks, what NodeResourcesFit ignores.
import { describe, expect, it } from 'vitest';
import type { NodeResourcesFitArgs } from '../../../../src/control-plane/scheduler/configuration/plugin-args.js';
import { config, problemsOf, valid } from './configuration-fixture.js';

const withExtenders = (...extenders: unknown[]) => config({ extenders });

describe('an extender', () => {
  it('that states little has the defaults', () => {
    expect(valid(withExtenders({ urlPrefix: 'http://x:1' })).extenders).toEqual([
      {
        urlPrefix: 'http://x:1',
        filterVerb: '',
        preemptVerb: '',
        prioritizeVerb: '',
        bindVerb: '',
        weight: 0,
        httpTimeoutUs: 5_000_000,
        nodeCacheCapable: false,
        ignorable: false,
        managedResources: [],
      },
    ]);
  });

  it('that states all is read as it is', () => {
    const extender = {
      urlPrefix: 'https://gpu',
      filterVerb: 'filter',
      preemptVerb: 'preempt',
      prioritizeVerb: 'score',
      bindVerb: 'bind',
      weight: 5,
      enableHTTPS: true,
      tlsConfig: { insecure: true, caFile: 'ca.crt' },
      httpTimeout: '30s',
      nodeCacheCapable: true,
      managedResources: [{ name: 'example.com/gpu', ignoredByScheduler: true }],
      ignorable: true,
    };
    const { enableHTTPS: _https, tlsConfig: _tls, httpTimeout: _timeout, ...kept } = extender;
    expect(valid(withExtenders(extender)).extenders).toEqual([
      { ...kept, httpTimeoutUs: 30_000_000 },
    ]);
  });

  it.each([
    [
      [{ prioritizeVerb: 'p' }],
      'extenders[0].weight: Invalid value: 0: must have a positive weight applied to it',
    ],
    [
      [{ prioritizeVerb: 'p', weight: -3 }],
      'extenders[0].weight: Invalid value: -3: must have a positive weight applied to it',
    ],
    [
      [{ bindVerb: 'b' }, { bindVerb: 'b' }],
      'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind',
    ],
    [
      [{ managedResources: [{ name: 'cpu' }] }],
      'extenders[0].managedResources[0].name: Invalid value: "cpu": is an invalid extended resource name',
    ],
    [
      [{ managedResources: [{ name: 'kubernetes.io/x' }] }],
      'extenders[0].managedResources[0].name: Invalid value: "kubernetes.io/x": is an invalid extended resource name',
    ],
    [
      [{ managedResources: [{ name: 'a.b/c' }] }, { managedResources: [{ name: 'a.b/c' }] }],
      'extenders[1].managedResources[0].name: Invalid value: "a.b/c": duplicate extender managed resource name',
    ],
    [[{ urlprefix: 'x' }], 'extenders[0].urlprefix: unknown field "extenders[0].urlprefix"'],
    [
      [{ nodeCacheCapable: 'yes' }],
      'extenders[0].nodeCacheCapable: found "yes", expected a boolean (true or false)',
    ],
    [
      [{ tlsConfig: { ca: 'x' } }],
      'extenders[0].tlsConfig.ca: unknown field "extenders[0].tlsConfig.ca"',
    ],
    [[{ httpTimeout: 5 }], 'extenders[0].httpTimeout: found 5, expected a string'],
    [['http://x'], 'extenders[0]: found "http://x", expected an object'],
  ])('as %j is refused', (extenders, problem) => {
    expect(problemsOf(withExtenders(...extenders))).toEqual([`error ${problem}`]);
  });

  it('that names a resource which is no name at all is refused as the API refuses it', () => {
    const [problem, ...others] = problemsOf(
      withExtenders({ managedResources: [{ name: 'a b/c' }] }),
    );
    expect(problem).toContain(
      'extenders[0].managedResources[0].name: Invalid value: "a b/c": prefix part',
    );
    expect(others).toEqual([]);
  });
});

describe('resources that the scheduler leaves to an extender', () => {
  const managed = { name: 'example.com/gpu', ignoredByScheduler: true };
  const ignored = (tree: Record<string, unknown>): (readonly string[])[] =>
    valid(config(tree)).profiles.map(
      ({ pluginConfig }) =>
        (pluginConfig.get('NodeResourcesFit') as NodeResourcesFitArgs).ignoredResources,
    );

  it('are ignored by NodeResourcesFit in every profile', () => {
    const extenders = [{ managedResources: [managed, { name: 'example.com/fpga' }] }];
    const profiles = [{ schedulerName: 'a' }, { schedulerName: 'b' }];
    expect(ignored({ extenders, profiles })).toEqual([['example.com/gpu'], ['example.com/gpu']]);
  });

  it('take the place of those of its arguments', () => {
    const args = { ignoredResources: ['example.com/other'] };
    const profiles = [{ pluginConfig: [{ name: 'NodeResourcesFit', args }] }];
    expect(ignored({ profiles })).toEqual([['example.com/other']]);
    expect(ignored({ profiles, extenders: [{ managedResources: [managed] }] })).toEqual([
      ['example.com/gpu'],
    ]);
  });
});
