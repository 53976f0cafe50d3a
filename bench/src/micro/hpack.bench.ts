/** Cost of HPACK and of a whole HTTP/2 exchange on the server side. Run: node bench/src/micro/hpack.bench.ts */
import { Http2ClientConnection, Http2ServerConnection, type OutgoingHttp2Request } from '@weft/http';
import { measure } from './measure.ts';

const paths = ['/orders?id=1', '/inventory/items/42', '/', '/orders/17'];
const requests: readonly OutgoingHttp2Request[] = paths.map((path, index) => ({
  method: 'GET',
  path,
  authority: 'api.example.com',
  scheme: 'http',
  headers: [
    'user-agent',
    'bench/1.0',
    'accept',
    '*/*',
    'x-request-id',
    `7f9c2ba4-e88f-4b8e-9b4e-2f6b0a9d1c1${index}`,
    'x-forwarded-proto',
    'http',
    'x-forwarded-for',
    '10.0.0.7',
  ],
  upgrade: undefined,
}));
const responseHeaders = [
  'content-type',
  'application/json',
  'content-length',
  '18',
  'date',
  'Sat, 21 Nov 2026 01:00:00 GMT',
  'server',
  'weft',
];
const body = Buffer.from('{"version":"v1"  }');
const ignore = (): void => undefined;
const quiet = { onOutput: ignore, onGoAway: ignore, onDrained: ignore, onRefused: ignore };
let seen = 0;

function serverConnection(): Http2ServerConnection {
  return new Http2ServerConnection(
    {
      ...quiet,
      onStream: (stream) => ({
        onRequest: (head) => {
          seen += head.headers.length;
        },
        onRequestBody: ignore,
        onRequestEnd: () => {
          stream.respond(200, responseHeaders, false);
          stream.write(body);
          stream.end();
        },
        onReset: ignore,
        onDrain: ignore,
      }),
    },
    { now: () => 0 },
  );
}

const responseSink = {
  onInformational: ignore,
  onResponse: (head: { readonly headers: readonly string[] }) => {
    seen += head.headers.length;
  },
  onResponseBody: (chunk: Buffer) => {
    seen += chunk.length;
  },
  onResponseEnd: ignore,
  onReset: ignore,
  onDrain: ignore,
};

/** Server bytes for `count` requests, written by our client, with the client's first frames in front. */
function clientBytes(count: number): Buffer[] {
  const client = new Http2ClientConnection(quiet, { now: () => 0 });
  const bytes = [Buffer.concat(client.takeOutput())];
  for (let index = 0; index < count; index++) {
    client.request(requests[index % requests.length]!, true, responseSink)?.reset(8);
    // Only the HEADERS frame: the reset freed the slot, and the server must not see it.
    const output = Buffer.concat(client.takeOutput());
    bytes.push(output.subarray(0, output.length - 13));
  }
  return bytes;
}

const perConnection = 10_000;
const recorded = clientBytes(perConnection);
let server = serverConnection();
let next = 0;
measure('server: one request in, one response with body out', () => {
  if (next === 0) {
    server = serverConnection();
    server.push(recorded[next++]!);
  }
  server.push(recorded[next++]!);
  seen += server.takeOutput().length;
  if (next > perConnection) next = 0;
  return seen;
});

let pair = { client: new Http2ClientConnection(quiet, { now: () => 0 }), server: serverConnection() };
measure('client and server: request, response, both decoded', (turn) => {
  if (turn === 0) pair = { client: new Http2ClientConnection(quiet, { now: () => 0 }), server: serverConnection() };
  const stream = pair.client.request(requests[turn % requests.length]!, true, responseSink);
  for (const piece of pair.client.takeOutput()) pair.server.push(piece);
  for (const piece of pair.server.takeOutput()) pair.client.push(piece);
  stream?.consumed(body.length);
  return seen;
});
