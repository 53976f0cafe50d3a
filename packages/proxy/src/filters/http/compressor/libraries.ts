/** The compressor libraries by their configuration messages. node:zlib works on threads of its own, off the event loop. */

import type { Transform } from 'node:stream';
import type { DescMessage } from '@bufbuild/protobuf';
import { checkFields, type Issues } from '@weft/engine';
import {
  type Brotli,
  Brotli_EncoderMode as BrotliMode,
  BrotliSchema,
} from '@weft/xds/gen/envoy/extensions/compression/brotli/compressor/v3/brotli_pb';
import { type Gzip, GzipSchema } from '@weft/xds/gen/envoy/extensions/compression/gzip/compressor/v3/gzip_pb';
import { type Zstd, ZstdSchema } from '@weft/xds/gen/envoy/extensions/compression/zstd/compressor/v3/zstd_pb';

/** One library, set up. */
export interface Library {
  /** Its token in Content-Encoding. */
  readonly encoding: string;
  /** A stream that puts out everything it has after each chunk, so that events and messages are not held back. */
  open(): Transform;
}

interface LibraryKind {
  readonly schema: DescMessage;
  compile(config: unknown, at: string, issues: Issues): Library;
}

/** Loaded when first needed: most proxies compress nothing. */
function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

function gzip(config: Gzip, at: string, issues: Issues): Library {
  const fields = ['memory_level', 'compression_level', 'compression_strategy', 'window_bits', 'chunk_size'];
  checkFields(GzipSchema, config, at, { [GzipSchema.typeName]: { read: fields } }, issues);
  const options = {
    // 0 is DEFAULT_COMPRESSION here, which zlib calls -1.
    level: config.compressionLevel === 0 ? -1 : config.compressionLevel,
    strategy: config.compressionStrategy,
    memLevel: config.memoryLevel ?? 5,
    windowBits: config.windowBits ?? 12,
    chunkSize: config.chunkSize ?? 4096,
  };
  return {
    encoding: 'gzip',
    open: () => zlib().createGzip({ ...options, flush: zlib().constants.Z_SYNC_FLUSH }),
  };
}

function brotliMode(mode: BrotliMode): number {
  const { constants } = zlib();
  if (mode === BrotliMode.TEXT) return constants.BROTLI_MODE_TEXT;
  return mode === BrotliMode.FONT ? constants.BROTLI_MODE_FONT : constants.BROTLI_MODE_GENERIC;
}

function brotli(config: Brotli, at: string, issues: Issues): Library {
  const read = [
    'quality',
    'encoder_mode',
    'window_bits',
    'input_block_bits',
    'chunk_size',
    'disable_literal_context_modeling',
  ];
  checkFields(BrotliSchema, config, at, { [BrotliSchema.typeName]: { read } }, issues);
  const { quality = 3, windowBits = 18, inputBlockBits = 24, chunkSize = 4096 } = config;
  return {
    encoding: 'br',
    open() {
      const { constants, createBrotliCompress } = zlib();
      return createBrotliCompress({
        chunkSize,
        flush: constants.BROTLI_OPERATION_FLUSH,
        params: {
          [constants.BROTLI_PARAM_QUALITY]: quality,
          [constants.BROTLI_PARAM_LGWIN]: windowBits,
          [constants.BROTLI_PARAM_LGBLOCK]: inputBlockBits,
          [constants.BROTLI_PARAM_MODE]: brotliMode(config.encoderMode),
          [constants.BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING]: config.disableLiteralContextModeling ? 1 : 0,
        },
      });
    },
  };
}

function zstd(config: Zstd, at: string, issues: Issues): Library {
  const read = ['compression_level', 'enable_checksum', 'strategy', 'chunk_size'];
  checkFields(ZstdSchema, config, at, { [ZstdSchema.typeName]: { read } }, issues);
  const { compressionLevel = 3, chunkSize = 4096 } = config;
  return {
    encoding: 'zstd',
    open() {
      const { constants, createZstdCompress } = zlib();
      const strategy = config.strategy === 0 ? {} : { [constants.ZSTD_c_strategy]: config.strategy };
      return createZstdCompress({
        chunkSize,
        flush: constants.ZSTD_e_flush,
        params: {
          [constants.ZSTD_c_compressionLevel]: compressionLevel,
          [constants.ZSTD_c_checksumFlag]: config.enableChecksum ? 1 : 0,
          ...strategy,
        },
      });
    },
  };
}

export const LIBRARIES: readonly LibraryKind[] = [
  { schema: GzipSchema, compile: (config, at, issues) => gzip(config as Gzip, at, issues) },
  { schema: BrotliSchema, compile: (config, at, issues) => brotli(config as Brotli, at, issues) },
  { schema: ZstdSchema, compile: (config, at, issues) => zstd(config as Zstd, at, issues) },
];
