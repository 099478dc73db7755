// An apiserver's own client, over the loopback interface: what the server writes by itself passes
// its own handler chain. Source: Kubernetes v1.36 apiserver server/config.go.

import { ApiClient } from '../../client/api-client.js';
import type { ApiTransport } from '../../client/api-transport.js';
import type { ApiServerPort } from '../../client/connection.js';
import { distribution } from '../../kernel/distributions.js';
import { Link } from '../../kernel/stations.js';
import { apiserverConstants } from './constants.js';

/** The client of a server of that name. */
export function loopbackClient(
  transport: ApiTransport,
  name: string,
  server: ApiServerPort,
): ApiClient {
  const { loopbackDelayUs, loopbackBytesPerSecond } = apiserverConstants;
  const delay = distribution({ kind: 'constant', value: loopbackDelayUs });
  const link = (way: string): Link =>
    new Link(transport.simulation, `${name}/loopback/${way}`, delay, loopbackBytesPerSecond);
  return new ApiClient(transport, {
    name: `${name}/loopback`,
    user: 'system:apiserver',
    groups: ['system:masters'],
    connection: { up: link('up'), down: link('down'), server },
  });
}
