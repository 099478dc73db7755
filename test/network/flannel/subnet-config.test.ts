// How flannel's network is cut into subnets, and which texts are refused.
import { describe, expect, test } from 'vitest';
import { cidrOf, formatAddress, formatCidr } from '../../../src/api/cidr.js';
import { RandomRoot } from '../../../src/kernel/random-stream.js';
import {
  defaultSubnetBits,
  type NetworkConfig,
  type NetworkText,
  networkConfig,
  subnetCount,
} from '../../../src/network/flannel/subnet-config.js';
import { SubnetPool } from '../../../src/network/flannel/subnet-pool.js';

function configOf(text: NetworkText): NetworkConfig {
  const config = networkConfig(text);
  if ('network' in config) return config;
  throw new Error(config.map(({ message }) => message).join('; '));
}

const messagesOf = (text: NetworkText): readonly string[] => {
  const config = networkConfig(text);
  return 'network' in config ? [] : config.map(({ field, message }) => `${field}: ${message}`);
};

describe('a network', () => {
  test('gives hosts a /24 when it is /22 or larger, else a quarter of itself', () => {
    expect([8, 16, 22, 23, 24, 28].map(defaultSubnetBits)).toEqual([24, 24, 24, 25, 26, 30]);
  });

  test('leaves out its first subnet: a /16 has 255 of them, a /12 4,095', () => {
    const config = configOf({ network: '10.1.0.0/16' });
    expect(formatAddress(config.subnetMin)).toBe('10.1.1.0');
    expect(formatAddress(config.subnetMax)).toBe('10.1.255.0');
    expect(subnetCount(config)).toBe(255);
    expect(subnetCount(configOf({ network: '10.0.0.0/12' }))).toBe(4095);
  });

  test('may say which subnets it gives out', () => {
    const config = configOf({
      network: '10.1.0.0/16',
      subnetLen: 26,
      subnetMin: '10.1.8.0',
      subnetMax: '10.1.8.192',
    });
    expect(subnetCount(config)).toBe(4);
  });

  test.each<[NetworkText, string]>([
    [{ network: '10.1.0.0' }, 'network: "10.1.0.0" is no network like 10.244.0.0/16'],
    [{ network: '10.1.0.0/29' }, 'network: the network is too small: /28 is the smallest'],
    [{ network: '10.1.0.0/16', subnetLen: 17 }, 'subnetLen: a /16 network takes subnets of /18'],
    [{ network: '10.1.0.0/16', subnetLen: 31 }, 'subnetLen: a /16 network takes subnets of /18'],
    [{ network: '10.1.0.0/16', subnetMin: '10.2.0.0' }, 'subnetMin: 10.2.0.0 is not the first'],
    [{ network: '10.1.0.0/16', subnetMax: '10.1.9.7' }, 'subnetMax: 10.1.9.7 is not the first'],
    [
      { network: '10.1.0.0/16', subnetMin: '10.1.9.0', subnetMax: '10.1.3.0' },
      'subnetMax: subnetMax comes before subnetMin',
    ],
  ])('is refused as %j', (text, message) => {
    expect(messagesOf(text)[0]).toContain(message);
  });
});

describe('a pool of subnets', () => {
  test('gives out every subnet once, one of the first hundred free ones each time', () => {
    const config = configOf({ network: '10.1.0.0/16' });
    const pool = new SubnetPool(config);
    const random = new RandomRoot(1).stream('picks');
    const places: number[] = [];
    for (let subnet = pool.pick(random); subnet !== undefined; subnet = pool.pick(random)) {
      const isLow = subnet.first < config.subnetMin + (places.length + 100) * 256;
      expect(isLow && pool.take(subnet)).toBe(true);
      places.push(subnet.first);
    }
    expect(new Set(places).size).toBe(255);
    expect(places.slice(0, 5)).not.toEqual(places.slice(0, 5).toSorted((a, b) => a - b));
  });

  test('refuses what is taken or not its own, and takes back', () => {
    const pool = new SubnetPool(configOf({ network: '10.1.0.0/28' }));
    const subnet = cidrOf('10.1.0.8/30');
    expect([pool.take(subnet), pool.take(subnet)]).toEqual([true, false]);
    expect(pool.take(cidrOf('10.9.0.0/30'))).toBe(false);
    pool.free(subnet);
    expect(pool.take(subnet)).toBe(true);
    const rest = pool.pick(new RandomRoot(1).stream('rest'));
    expect(['10.1.0.4/30', '10.1.0.12/30']).toContain(rest && formatCidr(rest));
  });
});
