/** A check by gRPC: `grpc.health.v1.Health/Check` (gRPC Health Checking Protocol; HealthCheck.GrpcHealthCheck). */
import { applyHeaderOps, type HealthChecker } from '@weft/engine';
import { CHUNKED, type HeaderBlock, headerValue, type ResponseHead } from '@weft/http';
import { frameMessage, MessageReader } from '../ads/grpc-frames.ts';
import type { UpstreamRequestHead } from '../upstream/upstream-stream.ts';
import { CheckFormat } from './check-format.ts';
import type { CheckedEndpoint } from './endpoint-check.ts';
import { checkRequest, isServing } from './grpc-health-messages.ts';
import type { CheckResult } from './health-state.ts';
import type { Answer, Question } from './request-check.ts';

type GrpcCheck = Extract<HealthChecker, { kind: 'grpc' }>;

/** The answer is one number. */
const MAX_ANSWER_BYTES = 64 * 1024;

export class GrpcQuestion implements Question {
  readonly http2 = true;
  readonly body: Buffer;
  readonly #check: GrpcCheck;
  readonly #checked: CheckedEndpoint;

  constructor(check: GrpcCheck, checked: CheckedEndpoint) {
    this.body = frameMessage(checkRequest(check.service));
    this.#check = check;
    this.#checked = checked;
  }

  head(): UpstreamRequestHead {
    const method = 'POST';
    const path = '/grpc.health.v1.Health/Check';
    const { host: authority, config } = this.#checked;
    const headers = ['content-type', 'application/grpc', 'te', 'trailers', 'user-agent', 'Envoy/HC'];
    const format = new CheckFormat(this.#checked, { method, path, authority, headers });
    applyHeaderOps(this.#check.metadata, headers, format);
    headers.push('grpc-timeout', `${Math.ceil(config.timeoutMs)}m`);
    const framing = CHUNKED;
    return {
      method,
      path,
      authority,
      headers,
      framing,
      rawNames: undefined,
      transferCodings: undefined,
      upgrade: undefined,
    };
  }

  answer(): Answer {
    return new GrpcAnswer();
  }
}

/** Every answer but SERVING is a no, errors of gRPC included. */
class GrpcAnswer implements Answer {
  #headers: HeaderBlock = [];
  readonly #messages: Uint8Array[] = [];
  readonly #reader = new MessageReader((message) => this.#messages.push(message));
  #received = 0;

  onHead({ status, headers }: ResponseHead): CheckResult | undefined {
    this.#headers = headers;
    const type = headerValue(headers, 'content-type') ?? '';
    return status === 200 && type.startsWith('application/grpc') ? undefined : 'refused';
  }

  onBody(chunk: Buffer): CheckResult | undefined {
    this.#received += chunk.length;
    const wrong = this.#received > MAX_ANSWER_BYTES || this.#reader.push(Buffer.from(chunk)) !== undefined;
    return wrong || this.#messages.length > 1 ? 'refused' : undefined;
  }

  onEnd(trailers: HeaderBlock | undefined): CheckResult {
    const [message] = this.#messages;
    const status = headerValue(trailers ?? this.#headers, 'grpc-status');
    return status === '0' && message !== undefined && isServing(message) ? 'passed' : 'refused';
  }
}
