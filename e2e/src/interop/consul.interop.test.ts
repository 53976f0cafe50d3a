/** Services of a real Consul agent in the mesh: called through a sidecar, drained by a failing check, kept while the agent is away. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { Weft, weft } from '../support/weft.ts';

const CONSUL = process.env['WEFT_TEST_CONSUL'];
const NO_CONSUL =
  CONSUL !== undefined
    ? false
    : (process.env['WEFT_TEST_CONSUL_MISSING'] ?? 'no Consul was given; run this with npm run test:interop');

describe('a Consul catalog', { skip: NO_CONSUL, timeout: 120_000 }, () => {
  let agent: ChildProcess;
  let api: string;
  let backend: Server;
  let port: number;
  let control: Weft | undefined;
  let server: readonly string[];
  let caller: Weft | undefined;
  let registries: string;

  const put = async (path: string, body?: object): Promise<void> => {
    const reply = await fetch(`${api}${path}`, {
      method: 'PUT',
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    assert.equal(reply.status, 200, await reply.text());
  };
  const register = (status: string): Promise<void> =>
    put('/v1/agent/service/register', {
      ID: 'orders-1',
      Name: 'orders',
      Address: '127.0.0.1',
      Port: port,
      Tags: ['version=v1'],
      Meta: { protocol: 'http' },
      Check: { CheckID: 'orders-1', Name: 'ttl', TTL: '10m', Status: status },
    });
  /** What a program of the mesh gets from the service, by the name that Consul's DNS has for it. */
  const call = async (): Promise<number> => {
    const [, address = ''] = (await caller?.waitFor(/registered at (\S+);/)) ?? [];
    const host = `orders.service.consul:${port}`;
    return new Promise((resolve) => {
      // Not fetch: it names the host it connects to, whatever it is told.
      const sent = request(
        { host: address, port: 15_007, path: '/hello', headers: { host }, agent: false },
        (reply) => {
          reply.resume();
          resolve(reply.statusCode ?? 0);
        },
      );
      sent.on('error', () => resolve(0));
      sent.end();
    });
  };

  before(async () => {
    const [http, rpc, serf] = [await freePort(), await freePort(), await freePort()];
    api = `http://127.0.0.1:${http}`;
    const ports = ['-http-port', `${http}`, '-server-port', `${rpc}`, '-serf-lan-port', `${serf}`];
    const off = ['-dns-port', '-1', '-grpc-port', '-1', '-serf-wan-port', '-1'];
    agent = spawn(CONSUL ?? '', ['agent', '-dev', '-bind', '127.0.0.1', '-client', '127.0.0.1', ...ports, ...off], {
      stdio: 'ignore',
    });
    backend = createServer((_request, response) => response.end('from the backend'));
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const address = backend.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
    const leader = async (): Promise<string> => (await fetch(`${api}/v1/status/leader`)).text();
    await eventually('the agent to have a leader', leader, (text) => text.includes(':'));
    await register('passing');
    control = new Weft([
      'control',
      '--memory',
      '--consul',
      api,
      '--xds-port',
      '0',
      '--api-port',
      '0',
      '--metrics-port',
      '0',
    ]);
    const [, url = ''] = await control.waitFor(/API +(http:\S+)/);
    registries = `${url}/registries`;
    server = ['--server', url];
    const program = "require('node:http').createServer((q, r) => r.end()).listen(process.env.PORT, '127.0.0.1')";
    const own = ['--name', 'caller', '--expose', '--port', `${await freePort()}`];
    caller = new Weft(['run', ...own, ...server, '--', process.execPath, '-e', program]);
    await caller.waitFor(/registered at/);
  });

  after(async () => {
    await caller?.[Symbol.asyncDispose]();
    await control?.[Symbol.asyncDispose]();
    backend.close();
    backend.closeAllConnections();
    if (agent.exitCode === null && agent.kill('SIGKILL')) await once(agent, 'exit');
  });

  test('its service is a ServiceEntry, and answers by its Consul name', async () => {
    const got = await weft('get', 'serviceentries', 'orders', '-n', 'consul', '-o', 'json', ...server);
    assert.equal(got.code, 0, got.stderr);
    const { spec } = JSON.parse(got.stdout);
    assert.deepEqual(spec.hosts, ['orders.service.consul', 'orders.service.dc1.consul']);
    assert.equal(spec.endpoints[0].labels.version, 'v1');
    await eventually('the service to answer', call, (status) => status === 200);
  });

  test('a check that fails takes the instance out, one that passes brings it back', async () => {
    await put('/v1/agent/check/fail/orders-1');
    await eventually('the service to be without endpoints', call, (status) => status === 503);
    await put('/v1/agent/check/pass/orders-1');
    await eventually('the service to answer again', call, (status) => status === 200);
  });

  test('while the agent is away the endpoints stay, and the status says so', async () => {
    agent.kill('SIGKILL');
    await once(agent, 'exit');
    await control?.waitFor(/does not answer; its services stay as they were/);
    const [status] = JSON.parse(await (await fetch(registries)).text());
    assert.equal(status.state, 'failing');
    assert.equal(status.services, 1);
    assert.equal(await call(), 200);
  });
});
