import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { seededRandom, silentLogger, systemClock } from '@weft/base';
import { NodeSchema } from '../../gen/envoy/config/core/v3/base_pb.js';
import { connectAds } from '../client/connect-ads.ts';
import { type GrpcTls, grpcJsCalls } from '../client/grpc-js-call.ts';
import { EMPTY_XDS_SET } from '../resource.ts';
import type { AdsServer, AdsServerOptions, AdsTls, AuthorizationRequest } from './ads-server.ts';
import { startAdsServer } from './start-ads-server.ts';

/** Certificates that the proxy's tests have; see the README beside them. */
const CERTIFICATES = new URL('../../../proxy/src/testing/certificates/', import.meta.url);
const pem = (file: string): string => readFileSync(new URL(file, CERTIFICATES), 'utf8');
const SERVER = { cert: pem('shop.crt'), key: pem('shop.key'), ca: pem('authority.crt') };
const node = create(NodeSchema, { id: 'sidecar~10.0.0.1~p.shop~shop.svc.cluster.local' });

function serve(
  clientCertificates: AdsTls['clientCertificates'],
  authorize: NonNullable<AdsServerOptions['authorize']>,
): Promise<AdsServer> {
  const source = {
    connected: (proxy: { assign(set: typeof EMPTY_XDS_SET, generation: number): void }) =>
      proxy.assign(EMPTY_XDS_SET, 1),
    disconnected: () => undefined,
  };
  return startAdsServer(
    { host: '127.0.0.1', port: 0 },
    { source, clock: systemClock, logger: silentLogger, tls: { ...SERVER, clientCertificates }, authorize },
  );
}

/** Connects once; the reason when it is refused, undefined when the first answer came. */
function outcome(server: AdsServer, tls: GrpcTls | undefined, token?: string): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const client = connectAds({
    open: grpcJsCalls(`127.0.0.1:${server.address.port}`, tls),
    node,
    clock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
    ...(token !== undefined && { headers: () => ({ authorization: `Bearer ${token}` }) }),
    handler: {
      update: () => {
        resolve(undefined);
        return [];
      },
      disconnected: (reason) => resolve(reason),
    },
  });
  client.subscribe('cluster', '*');
  return promise.finally(() => client.close());
}

const client = (name: string | undefined): GrpcTls => ({
  ca: SERVER.ca,
  cert: name && pem(`${name}.crt`),
  key: name && pem(`${name}.key`),
  serverName: 'localhost',
});

test('a proxy shows its certificate, and authorize is told who it is', async () => {
  const seen: AuthorizationRequest['certificate'][] = [];
  await using server = await serve('optional', ({ certificate }) => {
    seen.push(certificate);
    return certificate?.trusted === true ? { allowed: true } : { allowed: false, reason: 'show a trusted certificate' };
  });
  assert.equal(await outcome(server, client('client')), undefined);
  assert.match((await outcome(server, client(undefined))) ?? '', /show a trusted certificate/);
  assert.match((await outcome(server, client('stranger'))) ?? '', /show a trusted certificate/);
  const [trusted, none, stranger] = seen;
  const identity = { uris: ['spiffe://cluster.local/ns/shop/sa/client'], dnsNames: ['client.shop'] };
  assert.deepEqual(trusted, { trusted: true, ...identity });
  assert.equal(none, undefined);
  assert.equal(stranger?.trusted, false);
});

test('a required certificate must come from the authority; plaintext gets no answer', async () => {
  await using server = await serve('required', () => ({ allowed: true }));
  assert.equal(await outcome(server, client('client')), undefined);
  for (const tls of [client('stranger'), client(undefined), undefined]) {
    assert.notEqual(await outcome(server, tls), undefined);
  }
  assert.equal(server.connected, 0);
});

test('a token in the request headers is what authorize makes of it', async () => {
  await using server = await serve('none', async ({ header, node: { id } }) =>
    header('authorization') === 'Bearer right' && id.startsWith('sidecar~')
      ? { allowed: true }
      : { allowed: false, reason: 'the token is not right' },
  );
  assert.equal(await outcome(server, client(undefined), 'right'), undefined);
  assert.match((await outcome(server, client(undefined), 'wrong')) ?? '', /the token is not right/);
  assert.match((await outcome(server, client(undefined))) ?? '', /the token is not right/);
});
