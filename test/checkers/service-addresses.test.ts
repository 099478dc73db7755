import { describe, expect, test } from 'vitest';
import type { Service } from '../../src/api/service.js';
import { ServiceAddresses } from '../../src/checkers/service-addresses.js';
import { Story, service } from '../metrics/story.js';

function told(): Story & { readonly checker: ServiceAddresses } {
  let checker: ServiceAddresses | undefined;
  const story = new Story((simulation) => {
    checker = new ServiceAddresses(simulation);
    return [checker];
  });
  return Object.assign(story.at(2_000_000), { checker: checker as unknown as ServiceAddresses });
}

function at(name: string, ...clusterIPs: readonly string[]): Service {
  const plain = service(name);
  return { ...plain, spec: { ...plain.spec, clusterIP: clusterIPs[0] ?? '', clusterIPs } };
}

describe('cluster addresses', () => {
  test('are given once, and again when they are free', () => {
    const story = told().put(at('a', '10.96.0.1'), at('b', '10.96.0.2'), at('a', '10.96.0.1'));
    story.remove('Service', 'a').put(at('c', '10.96.0.1', 'fd00::1'), at('d', 'None'));
    story.put(at('e', 'None'), service('f'), at('b', '10.96.0.3'), at('g', '10.96.0.2'));
    expect(story.checker.violations).toEqual([]);
  });

  test('are not given to two Services at a time', () => {
    const story = told().put(at('a', '10.96.0.1', 'fd00::1'), at('b', '10.96.0.1'));
    story.put(at('c', '10.96.0.2', 'fd00::1'));
    expect(story.checker.violations).toEqual([
      '2 s: default/b has the address 10.96.0.1 of default/a',
      '2 s: default/c has the address fd00::1 of default/a',
    ]);
  });
});
