/** A check by HTTP: the status counts, the body where bytes are expected, and who answers (HealthCheck.HttpHealthCheck). */
import { applyHeaderOps, type HealthChecker, matchesString } from '@weft/engine';
import { type HeaderBlock, headerValue, NO_BODY, type ResponseHead } from '@weft/http';
import type { UpstreamRequestHead } from '../upstream/upstream-stream.ts';
import { CheckFormat } from './check-format.ts';
import type { CheckedEndpoint } from './endpoint-check.ts';
import type { CheckResult } from './health-state.ts';
import { containsParts } from './payload-match.ts';
import type { Answer, Question } from './request-check.ts';

type HttpCheck = Extract<HealthChecker, { kind: 'http' }>;

/** By this the answering proxy says for which cluster it speaks. */
const CLUSTER_HEADER = 'x-envoy-upstream-healthchecked-cluster';

export class HttpQuestion implements Question {
  readonly http2: boolean;
  readonly body: Buffer | undefined;
  readonly #check: HttpCheck;
  readonly #checked: CheckedEndpoint;

  constructor(check: HttpCheck, checked: CheckedEndpoint) {
    this.http2 = check.http2;
    this.body = check.send === undefined ? undefined : Buffer.from(check.send);
    this.#check = check;
    this.#checked = checked;
  }

  head(): UpstreamRequestHead {
    const { method, path, requestHeaders } = this.#check;
    const { host: authority } = this.#checked;
    const headers = ['user-agent', 'Envoy/HC'];
    applyHeaderOps(requestHeaders, headers, new CheckFormat(this.#checked, { method, path, authority, headers }));
    const length = this.body?.length;
    // HTTP/1 writes the length by the framing and takes no other.
    if (length !== undefined && this.http2) headers.push('content-length', String(length));
    const framing = length ?? NO_BODY;
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
    return new HttpAnswer(this.#check);
  }
}

class HttpAnswer implements Answer {
  readonly #check: HttpCheck;
  #status = 0;
  #headers: HeaderBlock = [];
  #body: Buffer = Buffer.alloc(0);

  constructor(check: HttpCheck) {
    this.#check = check;
  }

  onHead({ status, headers }: ResponseHead): undefined {
    this.#status = status;
    this.#headers = headers;
  }

  onBody(chunk: Buffer): undefined {
    const { receive, responseBufferBytes } = this.#check;
    const room = responseBufferBytes - this.#body.length;
    if (receive.length > 0 && room > 0) this.#body = Buffer.concat([this.#body, chunk.subarray(0, room)]);
  }

  onEnd(): CheckResult {
    const { receive, expected, retriable, serviceName } = this.#check;
    const within = (ranges: readonly (readonly [number, number])[]): boolean =>
      ranges.some(([start, end]) => this.#status >= start && this.#status < end);
    if (!containsParts(this.#body, receive)) return 'refused';
    if (!within(expected)) return within(retriable) ? 'failed' : 'refused';
    if (serviceName === undefined) return 'passed';
    return matchesString(serviceName, headerValue(this.#headers, CLUSTER_HEADER) ?? '') ? 'passed' : 'refused';
  }
}
