/** Answers the command operators in headers that checks send: there is an endpoint, and no client. */
import type { FormatContext, MetadataOperator, StreamOperator } from '@weft/engine';
import { metadataAt, metadataText } from '../telemetry/metadata.ts';
import type { CheckedEndpoint } from './endpoint-check.ts';

interface CheckRequest {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly headers: readonly string[];
}

export class CheckFormat implements FormatContext {
  readonly #checked: CheckedEndpoint;
  readonly requestHeaders: readonly string[];
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly scheme: string;
  readonly responseHeaders: undefined = undefined;
  readonly responseTrailers: undefined = undefined;

  constructor(checked: CheckedEndpoint, request: CheckRequest) {
    this.#checked = checked;
    this.requestHeaders = request.headers;
    this.method = request.method;
    this.path = request.path;
    this.authority = request.authority;
    this.scheme = checked.cluster.tls === undefined ? 'http' : 'https';
  }

  stream(operator: StreamOperator): string | undefined {
    const { cluster, target, config } = this.#checked;
    switch (operator) {
      case 'PROTOCOL':
        return config.check.kind === 'http' && !config.check.http2 ? 'HTTP/1.1' : 'HTTP/2';
      case 'START_TIME':
        return new Date(cluster.loop.clock.now()).toISOString();
      case 'HOSTNAME':
        return this.#checked.hostname;
      case 'UPSTREAM_CLUSTER':
        return cluster.config.statName;
      case 'UPSTREAM_HOST':
      case 'UPSTREAM_REMOTE_ADDRESS':
        return target.key;
      default:
        return undefined;
    }
  }

  metadata(source: MetadataOperator, path: readonly string[]): string | undefined {
    const { cluster, target } = this.#checked;
    if (source === 'UPSTREAM_METADATA') return metadataText(metadataAt(target.spec.metadata, path));
    return source === 'CLUSTER_METADATA' ? metadataText(metadataAt(cluster.config.metadata, path)) : undefined;
  }

  environment(name: string): string | undefined {
    return this.#checked.environment(name);
  }
}
