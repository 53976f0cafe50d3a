/** One check of the application. Each calls back once: undefined when it is well, else what is wrong; never later than the timeout. */
import type { Clock } from '@weft/base';
import { frameMessage, MessageReader } from '../ads/grpc-frames.ts';
import type { ProbeMethod } from './readiness-probe.ts';

type Done = (problem: string | undefined) => void;
/** Starts a check; the result ends it early. */
type Start<M> = (method: M, clock: Clock, done: Done) => () => void;

/** Istio's agent says so to the application (pkg/istio-agent/health). */
const USER_AGENT = 'istio-probe/1.0';
/** Field 1 as a string, field 1 as a number (protobuf encoding). */
const SERVICE_FIELD = 0x0a;
const STATUS_FIELD = 0x08;
const SERVING = 1;

/** Runs one check; the returned function gives it up without a result. */
export function check(method: ProbeMethod, timeoutMs: number, clock: Clock, done: Done): () => void {
  let over = false;
  let cancel: () => void = () => undefined;
  const finish = (problem: string | undefined): void => {
    if (over) return;
    over = true;
    timer.cancel();
    cancel();
    done(problem);
  };
  const timer = clock.after(timeoutMs, () => finish(`no result within ${timeoutMs} ms`));
  cancel = start(method, clock, finish);
  if (over) cancel();
  return () => {
    over = true;
    timer.cancel();
    cancel();
  };
}

function start(method: ProbeMethod, clock: Clock, done: Done): () => void {
  switch (method.kind) {
    case 'http':
      return byHttp(method, clock, done);
    case 'tcp':
      return byTcp(method, clock, done);
    case 'exec':
      return byCommand(method, clock, done);
    case 'grpc':
      return byGrpc(method, clock, done);
  }
}

type Of<K extends ProbeMethod['kind']> = Extract<ProbeMethod, { kind: K }>;

/** Well is what answers 200 to 399, whatever its certificate. */
const byHttp: Start<Of<'http'>> = ({ host, port, path, secure, headers }, _clock, done) => {
  const named = (wanted: string): boolean => headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === wanted);
  const { request } = process.getBuiltinModule(secure ? 'node:https' : 'node:http');
  const options = {
    host,
    port,
    path,
    agent: false,
    headers: [
      ...(named('host') ? [] : ['Host', `${host.includes(':') ? `[${host}]` : host}:${port}`]),
      ...(named('user-agent') ? [] : ['User-Agent', USER_AGENT]),
      ...headers,
      'Connection',
      'close',
    ],
    // As the kubelet does: a probe asks whether the program lives, not who it is.
    ...(secure && { rejectUnauthorized: false }),
  } as const;
  const sent = request(options, (response) => {
    const { statusCode = 0 } = response;
    response.destroy();
    done(statusCode >= 200 && statusCode < 400 ? undefined : `status ${statusCode}`);
  });
  sent.on('error', (error) => done(error.message));
  sent.end();
  return () => sent.destroy();
};

const byTcp: Start<Of<'tcp'>> = ({ host, port }, _clock, done) => {
  const socket = process.getBuiltinModule('node:net').connect({ host, port }, () => done(undefined));
  socket.on('error', (error) => done(error.message));
  return () => socket.destroy();
};

const byCommand: Start<Of<'exec'>> = ({ command: [program = '', ...args] }, _clock, done) => {
  const child = process.getBuiltinModule('node:child_process').spawn(program, args, { stdio: 'ignore' });
  child.on('error', (error) => done(error.message));
  child.on('exit', (code, signal) => done(code === 0 ? undefined : `the command ended with ${code ?? signal}`));
  return () => void child.kill('SIGKILL');
};

/** grpc.health.v1.Health/Check: the request's only field is the service, the answer's only one the status. */
const byGrpc: Start<Of<'grpc'>> = ({ host, port, service }, _clock, done) => {
  const session = process
    .getBuiltinModule('node:http2')
    .connect(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  session.on('error', (error: Error) => done(error.message));
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': USER_AGENT,
  });
  const reader = new MessageReader((message) => {
    done(message[0] === STATUS_FIELD && message[1] === SERVING ? undefined : 'it is not SERVING');
  });
  const ended = (headers: { readonly 'grpc-message'?: unknown; readonly 'grpc-status'?: unknown }): void => {
    if (headers['grpc-status'] === undefined) return;
    done(`gRPC status ${String(headers['grpc-status'])} ${String(headers['grpc-message'] ?? '')}`.trim());
  };
  stream.on('response', ended);
  stream.on('trailers', ended);
  stream.on('data', (bytes: Buffer) => reader.push(bytes));
  stream.on('error', (error) => done(error.message));
  const name = Buffer.from(service, 'utf8').subarray(0, 127);
  stream.end(frameMessage(name.length === 0 ? new Uint8Array() : Uint8Array.of(SERVICE_FIELD, name.length, ...name)));
  return () => session.destroy();
};
