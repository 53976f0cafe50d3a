import type { OutlierConfig } from '../cluster/outlier-config.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { EjectionKind } from './ejection.ts';
import { RequestRate } from './request-rate.ts';

/** Statuses that stand for a failed gateway (Envoy, "Consecutive gateway failure"). */
const BAD_GATEWAY = 502;
const SERVICE_UNAVAILABLE = 503;
const GATEWAY_TIMEOUT = 504;

/** What a monitor asks of its detector. */
export interface OutlierJudge {
  readonly config: OutlierConfig;
  /** So many failures in a row; the endpoint may already be ejected. */
  onConsecutive(monitor: OutlierMonitor, kind: EjectionKind): void;
}

/**
 * What one endpoint's requests came to. Whoever sends to the endpoint reports here; nothing is allocated for a report. Unless
 * `split_external_local_origin_errors` is set, failures to reach the endpoint count as the status that a client sees for them.
 */
export class OutlierMonitor {
  readonly endpoint: Endpoint;
  readonly external: RequestRate = new RequestRate();
  readonly local: RequestRate = new RequestRate();
  /** How many base ejection times the next return takes; grows with ejections, shrinks while all is well. */
  backOff = 0;
  ejectedAtMs = 0;
  jitterMs = 0;
  returnedAtMs: number | undefined = undefined;
  readonly #judge: OutlierJudge;
  #row5xx = 0;
  #rowGateway = 0;
  #rowLocal = 0;

  constructor(endpoint: Endpoint, judge: OutlierJudge) {
    this.endpoint = endpoint;
    this.#judge = judge;
  }

  /** @hot The endpoint answered with `status` (for gRPC: the HTTP status that its `grpc-status` maps to). */
  response(status: number): void {
    if (status < 500) {
      this.external.success();
      this.#row5xx = 0;
      this.#rowGateway = 0;
      return;
    }
    const { config } = this.#judge;
    this.external.failure();
    if (status === BAD_GATEWAY || status === SERVICE_UNAVAILABLE || status === GATEWAY_TIMEOUT) {
      if (++this.#rowGateway === config.consecutiveGatewayFailure) {
        this.#judge.onConsecutive(this, 'consecutive-gateway-failure');
        this.#rowGateway = 0;
      }
    } else this.#rowGateway = 0;
    if (++this.#row5xx === config.consecutive5xx) {
      this.#judge.onConsecutive(this, 'consecutive-5xx');
      this.#row5xx = 0;
    }
  }

  /** @hot A connection stands and a request goes out on it; what becomes of that is reported later. */
  connected(): void {
    if (!this.#judge.config.splitLocalOrigin) return;
    this.local.success();
    this.#rowLocal = 0;
  }

  /** A connection stands, and nothing more will be known of it (TCP). */
  connectedFinally(): void {
    if (this.#judge.config.splitLocalOrigin) this.connected();
    else this.response(200);
  }

  /** The endpoint could not be reached, or cut the connection before an answer. */
  connectFailed(): void {
    this.#localFailure(SERVICE_UNAVAILABLE);
  }

  /** No answer in time. */
  timedOut(): void {
    this.#localFailure(GATEWAY_TIMEOUT);
  }

  #localFailure(status: number): void {
    const { config } = this.#judge;
    if (!config.splitLocalOrigin) {
      this.response(status);
      return;
    }
    this.local.failure();
    if (++this.#rowLocal !== config.consecutiveLocalOriginFailure) return;
    this.#judge.onConsecutive(this, 'consecutive-local-origin-failure');
    this.#rowLocal = 0;
  }

  /** A fresh start, so that few new errors do not eject again at once. */
  forgive(): void {
    this.#row5xx = 0;
    this.#rowGateway = 0;
    this.#rowLocal = 0;
  }
}
