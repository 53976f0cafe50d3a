/**
 * One HTTP exchange: request in (its `intake`), plan, upstream or own reply, response out through the filters, record. Knows no protocol:
 * the client's side is a Downstream, the upstream's side an UpstreamLink that the terminal filter sets.
 */
import { type FilterOverrides, type Plan, planRequest, type RouteTable } from '@weft/engine';
import { CHUNKED, type Framing, type HeaderBlock, NO_BODY, type RequestHead } from '@weft/http';
import type { ConnectionManager } from '../hcm/connection-manager.ts';
import { prepareRequest } from '../hcm/prepare-request.ts';
import { prepareResponse } from '../hcm/prepare-response.ts';
import { AccessRecord } from '../telemetry/access-record.ts';
import type { AlpnOverride } from '../upstream/transport-socket-options.ts';
import { type BodyRewrite, NO_BYTES } from './body-rewrite.ts';
import { type BodyTransform, TransformedResponse } from './body-transform.ts';
import type { Downstream, UpstreamLink } from './downstream.ts';
import { closeRecord, countEnd, fillRecord, withFlag } from './fill-record.ts';
import type { ReplyOptions } from './local-reply.ts';
import { REPLIES, type ReplyCode } from './replies.ts';
import { RequestIntake } from './request-intake.ts';

const NO_SLOTS: unknown[] = [];
const NO_OVERRIDES: FilterOverrides = new Map();

export class Exchange {
  readonly manager: ConnectionManager;
  readonly downstream: Downstream;
  readonly record: AccessRecord;
  readonly request: RequestHead;
  /** The route table in force when the request came: an update does not change the rules under a request. */
  readonly table: RouteTable | undefined;
  plan: Plan | undefined = undefined;
  link: UpstreamLink | undefined = undefined;
  /** Per-stream state of filters, by `FilterContext.slot`. */
  slots: unknown[] = NO_SLOTS;
  status = 0;
  responseHeaders: HeaderBlock = [];
  /** How the body of the response is delimited; valid from the response's head on. */
  responseFraming: Framing = NO_BODY;
  /** Headers to add to whatever response there will be. */
  readonly lateHeaders: HeaderBlock = [];
  requestDone = false;
  responseStarted = false;
  responseDone = false;
  ended = false;
  /** The scheme was http or https and the client asked to switch to this protocol; the upstream decides. */
  upgrade: string | undefined = undefined;
  tunnelled = false;
  /** The client speaks gRPC-Web, the upstream gRPC. */
  grpcWeb = false;
  /** What connections to the upstream offer by ALPN, where they speak the mesh's TLS. */
  alpnOverride: AlpnOverride | undefined = undefined;
  /** Monotonic time at which the upstream last sent something. */
  lastActivity = 0;
  /** Changes the bytes of both bodies; set by the filter that knows why, while it sees the request's head. */
  rewrite: BodyRewrite | undefined = undefined;
  readonly intake: RequestIntake;
  #transform: BodyTransform | undefined = undefined;

  constructor(manager: ConnectionManager, downstream: Downstream, request: RequestHead) {
    this.manager = manager;
    this.downstream = downstream;
    this.request = request;
    this.record = new AccessRecord();
    this.table = manager.routes.current;
    this.intake = new RequestIntake(this);
  }

  /** @hot The head arrived. `end`: no body follows. */
  start(end: boolean): void {
    const { manager, record, request } = this;
    const stats = manager.stats;
    stats.downstreamRqTotal.inc();
    stats.downstreamRqActive.inc();
    record.startMs = manager.loop.now;
    record.startEpochMs = manager.loop.epochMs;
    fillRecord(record, this.downstream.connection, request);
    this.requestDone = end;
    if (end) record.requestEndMs = record.startMs;
    if (manager.overload.refusing) {
      stats.downstreamRqOverloadClose.inc();
      this.reply('OVERLOADED', { cause: 'memory is short (overload_manager: stop_accepting_requests)' });
      return;
    }
    const refused = prepareRequest(this);
    if (refused !== undefined) {
      this.reply(refused.code, { cause: refused.cause });
      return;
    }
    this.replan();
    if (manager.chain.size > 1) this.slots = new Array<unknown>(manager.chain.size).fill(undefined);
    this.intake.passHead();
  }

  /** Decides again where the request goes, after a filter changed what routes look at. */
  replan(): void {
    this.plan =
      this.table === undefined
        ? undefined
        : planRequest(this.table, this.request, this.manager.random, this.record.dynamicMetadata);
    this.record.routeName = this.plan?.route?.name ?? '';
    this.record.routeMetadata = this.plan?.route?.metadata;
  }

  /** Per-route configuration of the filter with this name, most specific first; undefined when there is none. */
  overrides(filterName: string): readonly unknown[] | undefined {
    return (this.plan?.filterConfigs ?? NO_OVERRIDES).get(filterName);
  }

  /** `chunk` in memory that may be kept. */
  own(chunk: Buffer): Buffer {
    return this.manager.loop.own(chunk);
  }

  /** The upstream takes request bytes again. */
  onUpstreamWritable(): void {
    if (!this.ended) this.downstream.resume();
  }

  /** The client takes response bytes again. */
  onDownstreamWritable(): void {
    if (this.ended) return;
    if (this.#transform === undefined) this.link?.resumeResponse();
    else this.#transform.resume();
  }

  /** @hot The final response's head, from the upstream. Headers are edited in place from here. */
  respond(status: number, reason: string, headers: HeaderBlock, framing: Framing, end: boolean): void {
    if (this.ended || this.responseStarted) return;
    this.status = status;
    this.responseHeaders = headers;
    this.responseFraming = framing;
    if (this.lateHeaders.length > 0) headers.push(...this.lateHeaders);
    const filters = this.manager.chain.responseHeaders;
    try {
      for (let i = 0; i < filters.length; i++) filters[i]!(this, end);
    } catch (error) {
      if (status !== REPLIES.FILTER_FAULT.status) {
        this.fail(error);
        return;
      }
      this.#logFault(error);
    }
    if (this.ended) return;
    this.responseStarted = true;
    if (this.rewrite?.holdsResponse !== true) this.#sendHead(reason, end);
  }

  #sendHead(reason: string, end: boolean): void {
    prepareResponse(this);
    this.downstream.sendHead(this.status, reason, this.responseHeaders, this.responseFraming, end);
    if (end) this.#finish();
  }

  /** @hot */
  respondBody(chunk: Buffer): void {
    if (this.ended) return;
    this.lastActivity = this.manager.loop.now;
    const filters = this.manager.chain.responseBody;
    let bytes = chunk;
    try {
      for (let i = 0; i < filters.length; i++) filters[i]!(this, chunk);
      if (this.rewrite !== undefined) bytes = this.rewrite.responseBody(chunk);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#deliver(bytes);
  }

  /** @hot What filters and rewrite have made of a piece of the response goes to the client, or through the transform. */
  #deliver(chunk: Buffer): void {
    if (chunk.length === 0) return;
    const transform = this.#transform;
    if (transform !== undefined) {
      transform.write(chunk);
      if (transform.full) this.link?.pauseResponse();
      return;
    }
    this.record.bytesSent += chunk.length;
    this.downstream.sendBody(chunk);
    if (this.downstream.full) this.link?.pauseResponse();
  }

  /**
   * Lets `transform` make the response's body, from the head on that is being passed to filters. Its length is not known then. The
   * filters of the body see it as it was.
   */
  transformResponse(transform: BodyTransform): void {
    this.#transform = transform;
    this.responseFraming = CHUNKED;
    transform.open(new TransformedResponse(this, () => this.#finish()));
  }

  /** @hot */
  respondEnd(trailers: HeaderBlock | undefined): void {
    if (this.ended) return;
    if (trailers !== undefined) this.record.responseTrailers = trailers;
    const filters = this.manager.chain.responseEnd;
    const rewrite = this.rewrite;
    let last = NO_BYTES;
    try {
      for (let i = 0; i < filters.length; i++) filters[i]!(this, trailers);
      if (rewrite !== undefined) last = rewrite.responseEnd(trailers);
    } catch (error) {
      this.fail(error);
      return;
    }
    if (rewrite?.holdsResponse === true) {
      this.responseFraming = 0;
      this.#sendHead('', true);
      return;
    }
    this.#deliver(last);
    this.#deliverEnd(rewrite === undefined ? trailers : undefined);
  }

  #deliverEnd(trailers: HeaderBlock | undefined): void {
    if (this.#transform !== undefined) {
      // The upstream is done; its timeouts must not run on while the transform is.
      this.#cancelLink();
      this.#transform.end(trailers);
      return;
    }
    this.downstream.sendEnd(trailers);
    this.#finish();
  }

  /** Answers for the upstream. After a response began it cannot be replaced: the stream is cut instead. */
  reply(code: ReplyCode, options: ReplyOptions = {}): void {
    if (this.ended || this.intake.replyWaits) return;
    this.#cancelLink();
    const row = REPLIES[code];
    const { record } = this;
    record.responseFlags = withFlag(record.responseFlags, options.flag ?? row.flag);
    record.responseCodeDetails = options.details ?? row.details;
    if (options.cause !== undefined) record.cause = options.cause;
    if (this.responseStarted) {
      this.abort();
      return;
    }
    this.intake.reply(code, options);
  }

  /** Adds one of Envoy's response flags to the record. */
  addFlag(flag: string): void {
    this.record.responseFlags = withFlag(this.record.responseFlags, flag);
  }

  /** An exception in a filter: its stream ends with 500, the process goes on. */
  fail(error: unknown): void {
    this.#logFault(error);
    if (this.ended) return;
    this.reply('FILTER_FAULT', { cause: error instanceof Error ? error.message : String(error) });
  }

  /** Runs what a filter does in a callback of its own, a timer or an answer: an exception there ends this stream too. */
  later(run: () => void): void {
    if (this.ended) return;
    try {
      run();
    } catch (error) {
      this.fail(error);
    }
  }

  #logFault(error: unknown): void {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.manager.logger.error('a filter threw; its stream ends with 500', { stack, path: this.request.path });
  }

  /** Cuts a response that was begun. */
  abort(): void {
    if (this.ended) return;
    this.#finish();
    this.downstream.abort();
  }

  /** The client is gone or broke the protocol. */
  onDownstreamReset(flag: string, cause: string): void {
    if (this.ended) return;
    const { record } = this;
    record.responseFlags = withFlag(record.responseFlags, flag);
    record.cause = cause;
    if (record.responseCodeDetails === '' || !this.responseDone)
      record.responseCodeDetails = 'downstream_remote_disconnect';
    this.manager.stats.downstreamRqRxReset.inc();
    this.#finish();
  }

  #cancelLink(): void {
    const link = this.link;
    if (link === undefined) return;
    this.link = undefined;
    link.cancel();
  }

  #finish(): void {
    this.ended = true;
    this.responseDone = true;
    const { manager, record } = this;
    this.#cancelLink();
    this.#transform?.destroy();
    closeRecord(this);
    const filters = manager.chain.end;
    try {
      for (let i = 0; i < filters.length; i++) filters[i]!(this);
    } catch (error) {
      this.#logFault(error);
    }
    countEnd(this);
    if (manager.accessLog.enabled) manager.accessLog.log(record);
  }
}

/** @hot Whether a body can follow a response head. */
export function hasNoBody(framing: Framing): boolean {
  return framing === NO_BODY || framing === 0;
}
