/** One unary gRPC call to a cluster, over its pools: balancing, TLS, breakers and keep-alive are the cluster's (gRPC over HTTP/2). */
import { pickContext } from '@weft/engine';
import { CHUNKED, type HeaderBlock, headerValue, type ResponseHead } from '@weft/http';
import { frameMessage, MessageReader } from '../ads/grpc-frames.ts';
import type { Breaker } from '../cluster/breaker.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { ReplyCode } from '../stream/replies.ts';
import { Deadline } from '../time/wheel.ts';
import type { EndpointPool, PoolWaiter, UpstreamConnection, UpstreamStream } from '../upstream/upstream-stream.ts';

export interface UnaryRequest {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly message: Uint8Array;
  readonly timeoutMs: number;
  /** The `:authority`; empty for the cluster's name. */
  readonly authority: string;
  /** Called once, perhaps before `start` returns, unless the call is cancelled. */
  readonly onMessage: (message: Uint8Array) => void;
  /** Called once instead, with the reason in words. */
  readonly onFailure: (cause: string) => void;
}

/** An answer is small; one that is larger is not an answer to this. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export class UnaryCall implements PoolWaiter, UpstreamStream {
  readonly #cluster: UpstreamCluster;
  readonly #breaker: Breaker;
  readonly #request: UnaryRequest;
  readonly #deadline: Deadline;
  readonly #reader = new MessageReader((message) => {
    this.#message = message;
  });
  #pool: EndpointPool | undefined = undefined;
  #connection: UpstreamConnection | undefined = undefined;
  #message: Uint8Array | undefined = undefined;
  #headers: HeaderBlock = [];
  #received = 0;
  #counted = false;
  #over = false;

  constructor(cluster: UpstreamCluster, request: UnaryRequest) {
    this.#cluster = cluster;
    this.#breaker = cluster.breaker('default');
    this.#request = request;
    this.#deadline = new Deadline(() => {
      cluster.stats.upstreamRqTimeout.inc();
      this.#fail(`no answer within ${request.timeoutMs} ms`);
    });
  }

  start(): void {
    const cluster = this.#cluster;
    const breaker = this.#breaker;
    const endpoint = cluster.pick(pickContext());
    if (endpoint === undefined) return this.#fail(`cluster ${cluster.name} has no healthy endpoint`);
    if (breaker.requests >= breaker.thresholds.maxRequests)
      return this.#fail(
        `cluster ${cluster.name} has ${breaker.requests} requests in flight (circuit_breakers.max_requests)`,
      );
    if (this.#request.timeoutMs > 0) cluster.loop.wheel.arm(this.#deadline, this.#request.timeoutMs);
    this.#counted = true;
    breaker.requests++;
    cluster.stats.upstreamRqTotal.inc();
    cluster.stats.upstreamRqActive.inc();
    this.#pool = cluster.pool(endpoint, 'default', true, '', undefined, undefined);
    this.#pool.acquire(this);
  }

  /** Nobody waits for the answer any more. */
  cancel(): void {
    if (!this.#over) this.#end();
  }

  onConnection(connection: UpstreamConnection): void {
    this.#pool = undefined;
    if (connection.protocol !== 'HTTP/2') {
      connection.abort();
      return this.#fail(
        `cluster ${this.#cluster.name} speaks ${connection.protocol}; gRPC needs HTTP/2 (http2_protocol_options)`,
      );
    }
    this.#connection = connection;
    const { path, authority, message, timeoutMs } = this.#request;
    const headers = ['content-type', 'application/grpc', 'te', 'trailers'];
    if (timeoutMs > 0) headers.push('grpc-timeout', `${Math.ceil(timeoutMs)}m`);
    const head = {
      method: 'POST',
      path,
      authority: authority === '' ? this.#cluster.name : authority,
      headers,
      rawNames: undefined,
      transferCodings: undefined,
      framing: CHUNKED,
      upgrade: undefined,
    };
    connection.send(this, head, false);
    connection.sendBody(frameMessage(message));
    connection.sendEnd(undefined);
  }

  onPoolFailure(_code: ReplyCode, cause: string): void {
    this.#pool = undefined;
    this.#fail(cause);
  }

  onInformational(): void {
    // 1xx carries nothing in gRPC.
  }

  onHead(head: ResponseHead): void {
    this.#headers = head.headers;
    const type = headerValue(head.headers, 'content-type') ?? '';
    if (head.status !== 200 || !type.startsWith('application/grpc'))
      this.#fail(`it answered HTTP ${head.status} with content-type '${type}', which is no gRPC`);
  }

  onBody(chunk: Buffer): void {
    if (this.#over) return;
    this.#received += chunk.length;
    const wrong =
      this.#received > MAX_ANSWER_BYTES
        ? `an answer of more than ${MAX_ANSWER_BYTES} bytes`
        : this.#reader.push(Buffer.from(chunk));
    if (wrong !== undefined) this.#fail(wrong);
  }

  onEnd(trailers: HeaderBlock | undefined): void {
    if (this.#over) return;
    this.#connection = undefined;
    const last = trailers ?? this.#headers;
    const status = headerValue(last, 'grpc-status');
    const message = this.#message;
    if (status !== '0' || message === undefined) {
      this.#fail(`grpc-status ${status ?? 'missing'} ${headerValue(last, 'grpc-message') ?? ''}`.trim());
      return;
    }
    this.#end();
    this.#request.onMessage(message);
  }

  onReset(_code: ReplyCode, cause: string): void {
    this.#connection = undefined;
    this.#fail(cause);
  }

  onWritable(): void {
    // The request is sent already.
  }

  #fail(cause: string): void {
    if (this.#over) return;
    this.#end();
    this.#request.onFailure(cause);
  }

  #end(): void {
    this.#over = true;
    this.#deadline.disarm();
    this.#pool?.cancel(this);
    this.#pool = undefined;
    this.#connection?.abort();
    this.#connection = undefined;
    if (!this.#counted) return;
    this.#breaker.requests--;
    this.#cluster.stats.upstreamRqActive.dec();
    this.#cluster.stats.upstreamRqCompleted.inc();
  }
}
