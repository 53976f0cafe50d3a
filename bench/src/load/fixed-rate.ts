/**
 * A load generator of its own process: `node fixed-rate.ts PORT RATE SECONDS CONNECTIONS`, prints one line of JSON.
 *
 * Requests become due at a fixed rate whether or not earlier ones were answered, and a latency counts from when its request was due,
 * including the wait for a free connection: a proxy that stalls cannot make the generator ask less (coordinated omission). The one
 * thing left out is the lateness of this process's own timer, which is not the proxy's doing; the largest is reported.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const [port = 0, rate = 1_000, seconds = 5, connections = 32] = process.argv.slice(2, 6).map(Number);
const secure = process.argv[6] === 'tls';
const REQUEST = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;

interface Connection {
  readonly socket: Socket;
  /** When the request in flight was due, or -1. */
  dueAt: number;
  received: string;
}

const latencies: number[] = [];
const waiting: number[] = [];
const idle: Connection[] = [];
let failures = 0;
let maxTimerLateMs = 0;

/** The length of the first whole response in `text`, or 0. Bodies here are sized, never chunked. */
function responseLength(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2));
  const total = end + 4 + Number(length?.[1] ?? 0);
  return text.length >= total ? total : 0;
}

function send(connection: Connection, dueAt: number): void {
  connection.dueAt = dueAt;
  connection.socket.write(REQUEST);
}

function received(connection: Connection, chunk: Buffer): void {
  connection.received += chunk.toString('latin1');
  const length = responseLength(connection.received);
  if (length === 0) return;
  if (!connection.received.startsWith('HTTP/1.1 200')) failures++;
  connection.received = connection.received.slice(length);
  latencies.push(performance.now() - connection.dueAt);
  const next = waiting.shift();
  if (next === undefined) {
    connection.dueAt = -1;
    idle.push(connection);
  } else {
    send(connection, next);
  }
}

function open(): Promise<Connection> {
  return new Promise((resolve, reject) => {
    // Whose certificate it is does not matter to a measurement.
    const socket = secure
      ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      : connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    const connection: Connection = { socket, dueAt: -1, received: '' };
    socket.on('data', (chunk: Buffer) => received(connection, chunk));
    socket.once('error', reject);
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.removeListener('error', reject);
      socket.on('error', () => failures++);
      resolve(connection);
    });
  });
}

idle.push(...(await Promise.all(Array.from({ length: connections }, open))));
const start = performance.now();
const total = rate * seconds;
let issued = 0;
await new Promise<void>((resolve) => {
  const tick = setInterval(() => {
    const now = performance.now();
    while (issued < total && start + (issued * 1000) / rate <= now) {
      maxTimerLateMs = Math.max(maxTimerLateMs, now - (start + (issued * 1000) / rate));
      issued++;
      const connection = idle.pop();
      if (connection === undefined) waiting.push(now);
      else send(connection, now);
    }
    // A response that never comes would keep this waiting; two seconds past the end it is a failure.
    const over = now - start > (seconds + 2) * 1000;
    if (latencies.length >= total || over) {
      clearInterval(tick);
      resolve();
    }
  }, 1);
});
latencies.sort((a, b) => a - b);
const quantile = (q: number): number =>
  latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? Number.NaN;
console.log(
  JSON.stringify({
    requests: latencies.length,
    failures: failures + (total - latencies.length),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    p999Ms: quantile(0.999),
    maxTimerLateMs,
  }),
);
process.exit(0);
