import { describe, expect, test } from 'vitest';
import { type BalancedServer, RoundRobin } from '../../src/cluster/load-balancer.js';

interface Named extends BalancedServer {
  readonly name: string;
  isServing: boolean;
}

const server = (name: string): Named => ({ name, isServing: true, receive: () => {} });
const picks = (balancer: RoundRobin, count: number): string[] =>
  Array.from({ length: count }, () => (balancer.pick() as Named | undefined)?.name ?? 'none');

describe('the load balancer', () => {
  test('deals connections in turn', () => {
    const balancer = new RoundRobin(['a', 'b', 'c'].map(server));
    expect(picks(balancer, 7)).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
  });

  test('passes over servers that are down, until they are back', () => {
    const servers = ['a', 'b', 'c'].map(server);
    const balancer = new RoundRobin(servers);
    (servers[1] as Named).isServing = false;
    expect(picks(balancer, 4)).toEqual(['a', 'c', 'a', 'c']);
    (servers[1] as Named).isServing = true;
    expect(picks(balancer, 3)).toEqual(['a', 'b', 'c']);
  });

  test('has none to deal when all are down', () => {
    const servers = ['a', 'b'].map(server);
    for (const each of servers) each.isServing = false;
    expect(picks(new RoundRobin(servers), 2)).toEqual(['none', 'none']);
  });
});
