// What bodies cost by size and content type (reference: controlplane D4, E1).
import { describe, expect, test } from 'vitest';
import { ApiCall, type Caller } from '../../../src/client/api-call.js';
import { ApiClient } from '../../../src/client/api-client.js';
import type {
  ApiRequest,
  ApiResponse,
  ContentType,
  PatchBody,
} from '../../../src/client/api-request.js';
import {
  chainCpuUs,
  encodeCpuUs,
  encodedAnswer,
  handlerCpuUs,
} from '../../../src/control-plane/apiserver/costs.js';
import { TestControlPlane } from '../../support/control-plane.js';
import { configMap } from '../../support/objects.js';

const answer = (bytes: number): ApiResponse => ({ code: 200, reason: '', message: '', bytes });

function callOf(extra: Partial<ApiRequest>, bytes: number, contentType?: ContentType): ApiCall {
  const request = {
    verb: 'create',
    resource: 'pods',
    namespace: 'a',
    name: 'b',
    ...extra,
  } as const;
  return new ApiCall({ contentType } as Caller, request, bytes, 0, () => {}, undefined);
}

const patch: PatchBody = { bytes: 1000, apply: (current) => current };

describe('an answer', () => {
  test('is larger as JSON, and dearer to encode', () => {
    expect(encodedAnswer(answer(1000), 'json').bytes).toBe(1800);
    expect(encodedAnswer(answer(1000), undefined)).toEqual(answer(1000));
    // (4.5 + 1) x 1800 against (1.3 + 1) x 1000 bytes.
    const cost = (type: ContentType) => encodeCpuUs(encodedAnswer(answer(1000), type), type);
    expect(cost('json') / cost('protobuf')).toBeCloseTo((5.5 * 1.8) / 2.3, 10);
  });

  test.each<[ContentType, number, boolean]>([
    ['protobuf', 131_072, false],
    ['protobuf', 131_073, true],
    ['json', 72_800, false],
    ['json', 72_900, true],
  ])('as %s of %i bytes of protobuf is compressed: %s', (type, bytes, expected) => {
    expect(encodedAnswer(answer(bytes), type).compressedBytes !== undefined).toBe(expected);
  });

  test('of 100 pods as recorded: 1.44 MB of JSON are 107 kB on the wire, for 0.5 ms more or so', () => {
    const plain = answer(802_681);
    const encoded = encodedAnswer(plain, 'json');
    expect(encoded.bytes).toBe(1_444_826);
    expect(encoded.compressedBytes).toBeGreaterThan(105_000);
    expect(encoded.compressedBytes).toBeLessThan(109_000);
    const asIs = encodeCpuUs({ ...plain, bytes: encoded.bytes }, 'json');
    // Compressing costs 1.7 ns a byte, and saves 1 ns for each byte that need not be written.
    expect(encodeCpuUs(encoded, 'json') / asIs).toBeGreaterThan(1.1);
    expect(encodeCpuUs(encoded, 'json') / asIs).toBeLessThan(1.2);
  });
});

describe('a request', () => {
  test('costs more to read as JSON, and every PATCH is JSON', () => {
    const binary = handlerCpuUs(callOf({}, 1000));
    const json = handlerCpuUs(callOf({}, 1000, 'json'));
    expect(json - binary).toBeCloseTo(8 * 1.3, 10);
    // A PATCH is decoded alike, whatever its client speaks.
    const patched = (type?: ContentType): number =>
      handlerCpuUs(callOf({ verb: 'patch', patch }, 1000, type));
    expect(patched()).toBe(patched('json'));
    expect(patched()).toBeGreaterThan(json);
  });

  test('of a fleet costs what each of its members would', () => {
    const one = callOf({ verb: 'list' }, 0);
    const many = callOf({ verb: 'list', fleetMembers: 50 }, 0);
    expect(chainCpuUs(many, false)).toBeCloseTo(50 * chainCpuUs(one, false), 6);
  });
});

describe('a client that asks for JSON', () => {
  function latencyAndBytes(contentType: ContentType): readonly [number, number, number] {
    const plane = new TestControlPlane();
    const connection = plane.connection();
    const options = { name: 'c', user: 'c', connection, contentType, host: plane.host };
    const client = new ApiClient(plane.transport, options);
    const body = configMap('m', { d: 'x'.repeat(60_000) });
    const at = { resource: 'configmaps', namespace: 'default', name: 'm' };
    let sent = 0;
    client.send({ verb: 'create', ...at, body }, (call) => {
      sent = call.requestBytes;
      plane.simulation.stop();
    });
    plane.simulation.run();
    const began = plane.simulation.now;
    const { bytes } = plane.request(client, { verb: 'get', ...at });
    return [plane.simulation.now - began, sent, bytes];
  }

  test('sends and gets more bytes, and waits longer for them', () => {
    const [jsonUs, jsonSent, jsonBytes] = latencyAndBytes('json');
    const [binaryUs, binarySent, binaryBytes] = latencyAndBytes('protobuf');
    expect(jsonSent / binarySent).toBeCloseTo(1.8, 3);
    expect(jsonBytes / binaryBytes).toBeCloseTo(1.8, 3);
    // Encoding and decoding of 60 kB: 0.5 + 1.3 ms against 0.1 + 0.2 ms.
    expect(jsonUs - binaryUs).toBeGreaterThan(1_300);
    expect(jsonUs - binaryUs).toBeLessThan(2_500);
  });
});
