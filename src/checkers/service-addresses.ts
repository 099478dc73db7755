// No cluster address is given to two Services at a time.
import type { Service } from '../api/service.js';
import { keyOf } from '../client/api-request.js';
import type { WatchEvent } from '../client/watch.js';
import { Checker } from './checker.js';

export class ServiceAddresses extends Checker {
  /** Key of the Service by address. */
  readonly #holders = new Map<string, string>();

  override readonly committedKinds: ReadonlySet<string> = new Set(['Service']);

  override committed({ type, object, previous }: WatchEvent): void {
    if (object.kind !== 'Service') return;
    const key = keyOf(object);
    const before = addressesOf(previous as Service | undefined);
    const after = type === 'DELETED' ? [] : addressesOf(object);
    for (const address of before) {
      if (this.#holders.get(address) === key) this.#holders.delete(address);
    }
    for (const address of after) {
      const holder = this.#holders.get(address);
      this.expect(holder === undefined, () => `${key} has the address ${address} of ${holder}`);
      this.#holders.set(address, key);
    }
  }
}

/** Headless Services have none. */
function addressesOf(service: Service | undefined): readonly string[] {
  const { clusterIP = '', clusterIPs = [clusterIP] } = service?.spec ?? {};
  return clusterIPs.filter((address) => address !== '' && address !== 'None');
}
