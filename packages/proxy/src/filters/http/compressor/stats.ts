import { StatScope, type StatsRegistry } from '../../../telemetry/registry.ts';
import type { Counter } from '../../../telemetry/stat.ts';
import type { CompressionSizes } from './compression.ts';
import type { CompressorConfig } from './config.ts';

/** `http.<stat_prefix>.compressor.<library>.<its stat prefix>.*` (Envoy, "Compressor: statistics"). */
export class CompressorStats extends StatScope {
  readonly compressed: Counter = this.counter('compressed');
  readonly notCompressed: Counter = this.counter('not_compressed');
  readonly totalUncompressedBytes: Counter = this.counter('total_uncompressed_bytes');
  readonly totalCompressedBytes: Counter = this.counter('total_compressed_bytes');
  readonly contentLengthTooSmall: Counter = this.counter('content_length_too_small');
  readonly notCompressedEtag: Counter = this.counter('not_compressed_etag');
  readonly sizes: CompressionSizes = {
    onInput: (bytes) => this.totalUncompressedBytes.add(bytes),
    onOutput: (bytes) => this.totalCompressedBytes.add(bytes),
  };
}

export function compressorStats(
  registry: StatsRegistry,
  statPrefix: string,
  config: CompressorConfig,
): CompressorStats {
  const kind = config.library.encoding === 'br' ? 'brotli' : config.library.encoding;
  const response = config.responseStats ? 'response.' : '';
  const scope = `http.${statPrefix}.compressor.${config.libraryName}.${kind}.${response}`;
  const labels = [
    ['http_conn_manager_prefix', statPrefix],
    ['compressor_library', config.libraryName],
    ['compressor_kind', kind],
  ] as const;
  return registry.scope(scope, () => new CompressorStats(scope, 'envoy_http_compressor_', labels));
}
