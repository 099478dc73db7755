// Ports of one host that its pods claim. An address of 0.0.0.0 conflicts with every address.
// Source: kube-scheduler v1.36 HostPortInfo; reference: scheduler 2.7.

import type { HostPort } from '../framework/pod-info.js';

const anyAddress = '0.0.0.0';

/** A set, not a count: of two pods that claim the same port the first to leave frees it. */
export class HostPorts {
  readonly #addresses = new Map<string, Set<string>>();

  add({ protocolPort, ip }: HostPort): void {
    const addresses = this.#addresses.get(protocolPort);
    if (addresses === undefined) this.#addresses.set(protocolPort, new Set([ip]));
    else addresses.add(ip);
  }

  remove({ protocolPort, ip }: HostPort): void {
    const addresses = this.#addresses.get(protocolPort);
    if (addresses === undefined) return;
    addresses.delete(ip);
    if (addresses.size === 0) this.#addresses.delete(protocolPort);
  }

  /** An independent copy. Linear in the number of ports. */
  clone(): HostPorts {
    const copy = new HostPorts();
    for (const [protocolPort, ips] of this.#addresses) {
      for (const ip of ips) copy.add({ protocolPort, ip });
    }
    return copy;
  }

  conflictsWith({ protocolPort, ip }: HostPort): boolean {
    const addresses = this.#addresses.get(protocolPort);
    if (addresses === undefined) return false;
    return ip === anyAddress || addresses.has(anyAddress) || addresses.has(ip);
  }
}

/** Whether two lists of ports cannot be on one host together. Product of both lengths. */
export function portsConflict(wanted: readonly HostPort[], taken: readonly HostPort[]): boolean {
  if (wanted.length === 0 || taken.length === 0) return false;
  const ports = new HostPorts();
  for (const port of taken) ports.add(port);
  return wanted.some((port) => ports.conflictsWith(port));
}
