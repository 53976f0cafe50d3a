/** All simulated proxies, in one process on a core of its own. */
import { type ClientHttp2Session, connect } from 'node:http2';
import { create, toBinary } from '@bufbuild/protobuf';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { ENDPOINT_MARK, endpointAddress, NAMESPACES, namespaceOf, PORTS, ROUTE_MARK } from './mesh-objects.ts';
import { type Answer, nowMicros, type SimulatorCommand, serve } from './protocol.ts';
import { EDS, type Held, type ProxyOwner, RDS, SimulatedProxy } from './simulated-proxy.ts';

const PER_CONNECTION = 50;
const WINDOW_BYTES = 16 << 20;

const proxies: SimulatedProxy[] = [];
let sessions: ClientHttp2Session[] = [];
let port = 0;
let bytes = 0;
let readyLeft = 0;
let allReady: (() => void) | undefined;
let expected: { mark: 'endpoint' | 'route'; first: number; seen: number[][] } | undefined;
let allSeen: (() => void) | undefined;

const owner: ProxyOwner = {
  ready() {
    if (--readyLeft === 0) allReady?.();
  },
  received(typeUrl, message) {
    bytes += message.length;
    if (expected === undefined || typeUrl !== (expected.mark === 'endpoint' ? EDS : RDS)) return;
    const now = nowMicros();
    for (const change of expected.mark === 'endpoint' ? endpointChanges(message) : routeChanges(message)) {
      expected.seen[change - expected.first]?.push(now);
    }
    if (expected.seen.every((times) => times.length >= proxies.length)) allSeen?.();
  },
};

function* endpointChanges(message: Buffer): Generator<number> {
  for (let at = message.indexOf(ENDPOINT_MARK); at >= 0; at = message.indexOf(ENDPOINT_MARK, at + 1)) {
    const [, high, low] = /^10\.200\.(\d+)\.(\d+)/.exec(message.toString('latin1', at, at + 16)) ?? [];
    yield Number(high) * 256 + Number(low);
  }
}

function* routeChanges(message: Buffer): Generator<number> {
  for (let at = message.indexOf(ROUTE_MARK); at >= 0; at = message.indexOf(ROUTE_MARK, at + 1)) {
    yield Number.parseInt(message.toString('latin1', at + ROUTE_MARK.length, at + ROUTE_MARK.length + 10), 10);
  }
}

/** Proxy number `index` stands in front of one endpoint of a service. */
function nodeOf(index: number, services: number): Buffer {
  const service = index % services;
  const ip = endpointAddress(service, Math.floor(index / services));
  const namespace = namespaceOf(service);
  const node = create(NodeSchema, {
    id: `sidecar~${ip}~p${index}.${namespace}~${namespace}.svc.cluster.local`,
    cluster: `s${service}.${namespace}`,
    userAgentName: 'envoy',
    metadata: { NAMESPACE: namespace, LABELS: { app: `s${service}` }, CLUSTER_ID: 'Kubernetes' },
  });
  return Buffer.from(toBinary(NodeSchema, node));
}

function open(): Promise<void> {
  readyLeft = proxies.length;
  const ready = new Promise<void>((resolve) => {
    allReady = resolve;
  });
  sessions = [];
  for (let from = 0; from < proxies.length; from += PER_CONNECTION) {
    const session = connect(`http://127.0.0.1:${port}`, { settings: { initialWindowSize: WINDOW_BYTES } });
    session.on('error', (error) => console.error(error));
    session.on('connect', () => session.setLocalWindowSize(WINDOW_BYTES * 4));
    // A proxy that is gone would be waited for without end.
    session.on('close', () => {
      if (sessions.includes(session)) throw new Error('the control plane closed a connection');
    });
    sessions.push(session);
    for (const proxy of proxies.slice(from, from + PER_CONNECTION)) proxy.connect(session);
  }
  return ready;
}

async function handle(command: SimulatorCommand): Promise<Answer> {
  switch (command.do) {
    case 'connect': {
      port = command.port;
      const held = Array.from({ length: NAMESPACES }, (): Held => new Map());
      for (let index = 0; index < command.proxies; index++) {
        const seen = held[(index % command.services) % NAMESPACES] ?? new Map();
        proxies.push(new SimulatedProxy(nodeOf(index, command.services), seen, PORTS.map(String), owner));
      }
      await open();
      return { at: nowMicros(), bytes };
    }
    case 'reconnect': {
      const before = sessions;
      sessions = [];
      for (const session of before) session.destroy();
      bytes = 0;
      await open();
      return { at: nowMicros(), bytes };
    }
    case 'expect': {
      const { mark, first, changes } = command;
      expected = { mark, first, seen: Array.from({ length: changes }, () => []) };
      bytes = 0;
      return {};
    }
    case 'seen': {
      const complete = expected?.seen.every((times) => times.length >= proxies.length);
      if (complete !== true) await new Promise<void>((resolve) => (allSeen = resolve));
      const { seen } = expected ?? { seen: [] };
      expected = undefined;
      return { seen, bytes };
    }
  }
}

serve({}, handle);
