/** A copy of a request, sent to another cluster for its own sake: nobody waits for the answer, nothing depends on it (request_mirror_policies). */
import type { Endpoint, MirrorPolicy, PickContext } from '@weft/engine';
import type { HeaderBlock, ResponseHead } from '@weft/http';
import type { Breaker } from '../cluster/breaker.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { ConnectionInfo } from '../stream/downstream.ts';
import type { ReplyCode } from '../stream/replies.ts';
import type { AlpnOverride } from './transport-socket-options.ts';
import type { PoolWaiter, UpstreamConnection, UpstreamRequestHead, UpstreamStream } from './upstream-stream.ts';

const PICK: PickContext = {
  hashHi: 0,
  hashLo: 0,
  hashed: false,
  previous: undefined,
  attempts: 1,
  metadataMatch: undefined,
};

/** Bytes of a body that wait for the mirror's connection; a longer body is not mirrored. */
const MAX_WAITING_BYTES = 1024 * 1024;

export class Mirror implements PoolWaiter, UpstreamStream {
  readonly #head: UpstreamRequestHead;
  readonly #cluster: UpstreamCluster;
  readonly #breaker: Breaker;
  readonly #endpoint: Endpoint | undefined;
  #connection: UpstreamConnection | undefined = undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #ended: { readonly trailers: HeaderBlock | undefined } | undefined;
  #over = false;

  constructor(
    policy: MirrorPolicy,
    head: UpstreamRequestHead,
    cluster: UpstreamCluster,
    requestDone: boolean,
    http2: boolean,
    alpn: AlpnOverride | undefined,
    client: ConnectionInfo,
  ) {
    const authority = policy.shadowSuffix ? head.authority.replace(/(:\d+)?$/, '-shadow$1') : head.authority;
    this.#head = { ...head, authority, headers: [...head.headers] };
    this.#cluster = cluster;
    const breaker = cluster.breaker('default');
    this.#breaker = breaker;
    this.#ended = requestDone ? { trailers: undefined } : undefined;
    const endpoint = cluster.pick(PICK);
    this.#endpoint = endpoint;
    if (endpoint === undefined || breaker.requests >= breaker.thresholds.maxRequests) {
      this.#over = true;
      return;
    }
    breaker.requests++;
    cluster.stats.upstreamRqTotal.inc();
    cluster.stats.upstreamRqActive.inc();
    const serverName = cluster.namesServers ? cluster.serverNameOf(authority, head.headers) : '';
    cluster.pool(endpoint, breaker.priority, http2, serverName, alpn, client).acquire(this);
  }

  onConnection(connection: UpstreamConnection): void {
    if (this.#over) return connection.abort();
    this.#connection = connection;
    connection.send(this, this.#head, this.#ended !== undefined && this.#waiting.length === 0);
    for (const chunk of this.#waiting.splice(0)) connection.sendBody(chunk);
    if (this.#ended !== undefined) connection.sendEnd(this.#ended.trailers);
  }

  /** `chunk` must be the caller's own. */
  sendBody(chunk: Buffer): void {
    if (this.#over) return;
    const connection = this.#connection;
    if (connection !== undefined && !connection.full) return connection.sendBody(chunk);
    this.#waitingBytes += chunk.length;
    // The mirror must not slow the request down: one that cannot keep up is given up.
    if (connection !== undefined || this.#waitingBytes > MAX_WAITING_BYTES) this.cancel();
    else this.#waiting.push(chunk);
  }

  sendEnd(trailers: HeaderBlock | undefined): void {
    this.#ended = { trailers };
    if (!this.#over) this.#connection?.sendEnd(trailers);
  }

  /** The request was cut short, so its copy must not pass for whole. */
  cancel(): void {
    const connection = this.#connection;
    if (!this.#over) connection?.abort();
    this.#finish();
  }

  /** The exchange is over: a complete copy goes on by itself, an incomplete one is given up. */
  release(): void {
    if (this.#ended === undefined) this.cancel();
  }

  #finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.#waiting = [];
    this.#breaker.requests--;
    this.#cluster.stats.upstreamRqActive.dec();
    this.#cluster.stats.upstreamRqCompleted.inc();
  }

  onPoolFailure(code: ReplyCode): void {
    if (code !== 'UPSTREAM_OVERFLOW') this.#endpoint?.outlier?.connectFailed();
    this.#finish();
  }

  onInformational(): void {
    // Nobody waits for it.
  }

  onHead(head: ResponseHead): void {
    // Nobody waits for it, but it says how well the endpoint does.
    this.#endpoint?.outlier?.response(head.status);
  }

  onBody(): void {
    // Read and forgotten, so that the connection can be used again.
  }

  onEnd(): void {
    this.#finish();
  }

  onReset(): void {
    this.#endpoint?.outlier?.connectFailed();
    this.#finish();
  }

  onWritable(): void {
    // A mirror that was full has been given up.
  }
}
