import type { Logger } from '@weft/base';
import type { Node } from '../../gen/envoy/config/core/v3/base_pb.js';
import { HEALTH_TYPE_URL } from '../health-information.ts';
import { kindOfTypeUrl, type ResourceKind } from '../kinds.ts';
import type { XdsSet } from '../resource.ts';
import type { AdsServerOptions, ConnectedProxy } from './ads-server.ts';
import { GRPC_CODE, type GrpcCode, type GrpcStream } from './grpc-stream.ts';
import type { EncodeResponse } from './kind-request.ts';
import type { ProxyStatus } from './proxy-status.ts';
import type { KindRequest } from './requested-names.ts';
import type { Session } from './session.ts';
import type { Settling } from './settlement.ts';

/** How the two methods of the service differ. */
export interface Variant<Req> {
  /** Throws for bytes that are no such message. */
  decode(bytes: Uint8Array): Req;
  request(kind: ResourceKind, request: Req): KindRequest;
  readonly encode: EncodeResponse;
}

/** What both kinds of request have. */
export interface StreamRequest {
  readonly node?: Node | undefined;
  readonly typeUrl: string;
  readonly errorDetail?: { readonly message: string } | undefined;
}

export type AdmittedStream = ConnectedProxy & Settling;

export interface StreamOwner {
  readonly options: AdsServerOptions;
  /** The node is known and allowed. */
  admitted(stream: AdmittedStream): void;
  /** The stream was assigned something or answered. */
  progressed(): void;
  ended(stream: AdmittedStream, reason: string): void;
}

/** Joins one gRPC stream to one session: requests in, responses out as fast as the peer takes them. */
export class ProxyStream<Req extends StreamRequest> implements AdmittedStream {
  readonly connection: number;
  readonly session: Session;
  readonly #call: GrpcStream;
  readonly #variant: Variant<Req>;
  readonly #owner: StreamOwner;
  readonly #onEnd: () => void;
  readonly #connectedAt: number;
  #log: Logger;
  #node: Node | undefined;
  #admitted = false;
  #writable = true;
  #ended = false;
  #assignedAt = 0;
  #settled = 0;
  readonly #unknownTypes = new Set<string>();

  constructor(
    connection: number,
    session: Session,
    call: GrpcStream,
    variant: Variant<Req>,
    owner: StreamOwner,
    onEnd: () => void,
  ) {
    this.connection = connection;
    this.session = session;
    this.#call = call;
    this.#variant = variant;
    this.#owner = owner;
    this.#onEnd = onEnd;
    this.#log = owner.options.logger.with({ peer: call.peer, stream: connection });
    this.#connectedAt = owner.options.clock.now();
    call.handle({
      message: (bytes) => this.#decode(bytes),
      drained: () => {
        this.#writable = true;
        this.#pump();
      },
      ended: (reason) => this.#end(reason),
    });
  }

  get node(): Node {
    if (this.#node === undefined) throw new Error('the node of a stream is known from its first request on');
    return this.#node;
  }

  get assigned(): XdsSet | undefined {
    return this.session.assigned;
  }

  assign(set: XdsSet, generation: number): void {
    if (this.#ended) return;
    this.#assignedAt = this.#owner.options.clock.monotonic();
    this.session.assign(set, generation);
    this.#pump();
    this.#owner.progressed();
  }

  disconnect(reason: string): void {
    this.#fail(GRPC_CODE.unavailable, reason);
  }

  status(): ProxyStatus {
    const node = this.node;
    return {
      connection: this.connection,
      nodeId: node.id,
      cluster: node.cluster,
      userAgent: node.userAgentName,
      peer: this.#call.peer,
      mode: this.session.mode,
      connectedAt: this.#connectedAt,
      assignedGeneration: this.session.assignedGeneration,
      settledGeneration: this.session.settledGeneration,
      kinds: this.session.statuses(),
    };
  }

  #decode(bytes: Uint8Array): void {
    if (this.#ended) return;
    let request: Req;
    try {
      request = this.#variant.decode(bytes);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      this.#fail(GRPC_CODE.invalidArgument, `${bytes.length} bytes that are no discovery request: ${what}`);
      return;
    }
    this.#receive(request);
  }

  #receive(request: Req): void {
    if (this.#admitted) this.#handle(request);
    else this.#admit(request);
  }

  #admit(request: Req): void {
    const node = request.node;
    if (node === undefined || node.id === '') {
      this.#fail(GRPC_CODE.invalidArgument, 'the first request on a stream must carry a node with an id');
      return;
    }
    this.#node = node;
    this.#log = this.#log.with({ node: node.id });
    const { peer, certificate } = this.#call;
    const header = (name: string): string | undefined => this.#call.header(name);
    const verdict = this.#owner.options.authorize?.({ node, peer, certificate, header }) ?? { allowed: true };
    const proceed = (granted: Awaited<typeof verdict>): void => {
      if (this.#ended) return;
      if (!granted.allowed) {
        this.#fail(GRPC_CODE.permissionDenied, granted.reason);
        return;
      }
      this.#admitted = true;
      this.#owner.admitted(this);
      this.#handle(request);
    };
    if (!(verdict instanceof Promise)) {
      proceed(verdict);
      return;
    }
    this.#call.pause();
    verdict
      .then(proceed, (error: unknown) => this.#fail(GRPC_CODE.internal, `authorization failed: ${String(error)}`))
      .finally(() => {
        this.#call.resume();
      });
  }

  #handle(request: Req): void {
    if (request.typeUrl === HEALTH_TYPE_URL) {
      this.#owner.options.source.health?.(this, request.errorDetail?.message);
      return;
    }
    const kind = kindOfTypeUrl(request.typeUrl);
    if (kind === undefined) {
      this.#refuseType(request.typeUrl);
      return;
    }
    const kindRequest = this.#variant.request(kind, request);
    const outcome = this.session.receive(kindRequest);
    const observer = this.#owner.options.observer;
    if (outcome.fault !== undefined) {
      this.#fail(GRPC_CODE.invalidArgument, outcome.fault);
      return;
    }
    if (outcome.answered === 'ack') observer?.acked(kind, outcome.afterMs);
    if (outcome.answered === 'nack') {
      observer?.nacked(kind, this.node.id);
      this.#log.warn('the proxy refused a response and keeps its last good one', {
        kind,
        error: kindRequest.answer?.error?.message,
      });
    }
    this.#pump();
    if (outcome.answered !== undefined) this.#owner.progressed();
  }

  /** A type not spoken here stays unanswered, as with Istio: the proxy goes on with the others. */
  #refuseType(typeUrl: string): void {
    if (typeUrl === '') this.#fail(GRPC_CODE.invalidArgument, 'type_url is empty');
    else if (!this.#unknownTypes.has(typeUrl) && this.#unknownTypes.size < 100) {
      this.#unknownTypes.add(typeUrl);
      this.#log.warn('the proxy asks for a resource type that this server does not have', { typeUrl });
    }
  }

  #pump(): void {
    const identifier = this.#owner.options.identifier ?? 'weft';
    while (this.#writable && !this.#ended && this.#admitted) {
      const out = this.session.next();
      if (out === undefined) break;
      const parts = this.#variant.encode(out, identifier);
      let bytes = 0;
      for (const part of parts) bytes += part.length;
      this.#owner.options.observer?.pushed(out.kind, bytes);
      this.#log.debug('push', { kind: out.kind, resources: out.resources.length, removed: out.removed.length });
      this.#writable = this.#call.write(parts);
    }
    if (this.session.settledGeneration === this.#settled) return;
    this.#settled = this.session.settledGeneration;
    this.#owner.options.observer?.settled(this.#owner.options.clock.monotonic() - this.#assignedAt);
  }

  #fail(code: GrpcCode, reason: string): void {
    if (this.#ended) return;
    this.#log.warn('closing an xDS stream', { reason });
    this.#call.finish(code, reason);
    this.#end(reason);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    this.#owner.ended(this, reason);
  }
}
