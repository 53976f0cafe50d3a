/**
 * One small HTTP service, made to be any service of the shop. It knows nothing of a mesh: it calls plain `http://orders:8080` through
 * whatever HTTP_PROXY its environment names, and hands tracing headers on, as every traced application has to.
 *
 *   PORT      where it listens, on 127.0.0.1
 *   SERVICE   its name, VERSION its version; both are in its answer
 *   CALLS     what it calls to make an answer: URLs separated by spaces
 */
import { createServer, get, type IncomingHttpHeaders } from 'node:http';

interface Answer {
  readonly service: string;
  readonly version: string;
  readonly calls: readonly (Answer | FailedCall)[];
}

interface FailedCall {
  readonly url: string;
  readonly status: number;
  readonly error: string;
}

const PASSED_ON = ['x-request-id', 'traceparent', 'tracestate', 'b3', 'canary', 'x-user-tier'];
const PASSED_ON_PREFIX = 'x-b3-';
const CALL_TIMEOUT_MS = 10_000;

const service = process.env['SERVICE'] ?? 'service';
const version = process.env['VERSION'] ?? 'v1';
const urls = (process.env['CALLS'] ?? '').split(' ').filter((url) => url !== '');

function headersToPassOn(headers: IncomingHttpHeaders): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && (PASSED_ON.includes(name) || name.startsWith(PASSED_ON_PREFIX)))
      passed[name] = value;
  }
  return passed;
}

function call(url: string, headers: Record<string, string>): Promise<Answer | FailedCall> {
  return new Promise((resolve) => {
    const request = get(url, { headers, timeout: CALL_TIMEOUT_MS }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        resolve(status === 200 ? JSON.parse(text) : { url, status, error: text.trim() });
      });
      response.on('error', (error) => resolve({ url, status: 0, error: error.message }));
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${CALL_TIMEOUT_MS} ms`)));
    request.on('error', (error) => resolve({ url, status: 0, error: error.message }));
  });
}

const server = createServer((request, response) => {
  const headers = headersToPassOn(request.headers);
  void Promise.all(urls.map((url) => call(url, headers))).then((calls) => {
    const answer: Answer = { service, version, calls };
    const failed = calls.some((made) => 'error' in made);
    response.writeHead(failed ? 502 : 200, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(answer)}\n`);
  });
});
// Longer than any caller keeps an idle connection, so that no request meets a connection that is being closed.
server.keepAliveTimeout = 3_700_000;
server.listen(Number(process.env['PORT'] ?? '8080'), '127.0.0.1', () => console.log(`${service} ${version} listens`));
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
