import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Decoded } from '@weft/base';
import { checkFields, Issues, SHARED_MESSAGES, type SupportedMessages } from '@weft/engine';
import {
  type Compressor_CommonDirectionConfig as CommonConfig,
  type Compressor,
  type CompressorPerRoute,
  CompressorPerRouteSchema,
  CompressorSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/compressor/v3/compressor_pb';
import { LIBRARIES, type Library } from './libraries.ts';

export interface CompressorConfig {
  readonly enabled: boolean;
  readonly library: Library;
  /** The library's name and what distinguishes it in statistics. */
  readonly libraryName: string;
  /** Whether statistics of responses have a level of their own. */
  readonly responseStats: boolean;
  readonly minLength: number;
  readonly contentTypes: ReadonlySet<string>;
  readonly disableOnEtag: boolean;
  readonly removeAcceptEncoding: boolean;
  /** Preferred to other compressors of the chain. */
  readonly chooseFirst: boolean;
}

/** What a route changes; undefined leaves the listener's. */
export interface CompressorOverride {
  readonly enabled: boolean | undefined;
  readonly removeAcceptEncoding: boolean | undefined;
}

const PACKAGE = 'envoy.extensions.filters.http.compressor.v3';
const SUPPORTED: SupportedMessages = {
  ...SHARED_MESSAGES,
  [`${PACKAGE}.Compressor`]: {
    read: [
      'content_length',
      'content_type',
      'disable_on_etag_header',
      'remove_accept_encoding_header',
      'runtime_enabled',
      'compressor_library',
      'response_direction_config',
      'choose_first',
    ],
  },
  [`${PACKAGE}.Compressor.ResponseDirectionConfig`]: {
    read: ['common_config', 'disable_on_etag_header', 'remove_accept_encoding_header'],
  },
  [`${PACKAGE}.Compressor.CommonDirectionConfig`]: { read: ['enabled', 'min_content_length', 'content_type'] },
  [`${PACKAGE}.CompressorPerRoute`]: { read: ['disabled', 'overrides'] },
  [`${PACKAGE}.CompressorOverrides`]: { read: ['response_direction_config'] },
  [`${PACKAGE}.ResponseDirectionOverrides`]: { read: ['remove_accept_encoding_header'] },
  // There is no runtime layer: the default always applies.
  'envoy.config.core.v3.RuntimeFeatureFlag': { read: ['default_value'], harmless: ['runtime_key'] },
};

const DEFAULT_MIN_LENGTH = 30;
/** Compressor.content_type: the default types "and their synonyms". */
const DEFAULT_TYPES: readonly string[] = [
  'text/html',
  'text/plain',
  'text/css',
  'text/xml',
  'text/javascript',
  'text/x-javascript',
  'text/ecmascript',
  'text/js',
  'text/jscript',
  'text/x-js',
  'application/javascript',
  'application/x-javascript',
  'application/ecmascript',
  'application/json',
  'application/x-json',
  'application/xhtml+xml',
  'application/xml',
  'image/svg+xml',
];

function libraryOf(message: Compressor, at: string, issues: Issues): Library {
  const any = message.compressorLibrary?.typedConfig;
  for (const kind of LIBRARIES) {
    const config = any === undefined ? undefined : anyUnpack(any, kind.schema);
    if (config !== undefined) return kind.compile(config, `${at}.compressor_library.typed_config`, issues);
  }
  issues.error(
    `${at}.compressor_library`,
    'unknown-extension',
    `${any?.typeUrl ?? 'nothing'} is not a compressor library of this proxy`,
    LIBRARIES.map((kind) => kind.schema.typeName).join(', '),
  );
  return { encoding: '', open: () => process.getBuiltinModule('node:zlib').createGzip() };
}

function typesOf(types: readonly string[]): ReadonlySet<string> {
  return new Set(types.length === 0 ? DEFAULT_TYPES : types);
}

export function decodeCompressor(message: Compressor, at: string): Decoded<CompressorConfig> {
  const issues = new Issues('Compressor');
  checkFields(CompressorSchema, message, at, SUPPORTED, issues);
  const direction = message.responseDirectionConfig;
  // With response_direction_config the deprecated fields beside it are ignored (Compressor.response_direction_config).
  const common: Pick<CommonConfig, 'enabled' | 'minContentLength' | 'contentType'> | undefined =
    direction === undefined
      ? {
          enabled: message.runtimeEnabled,
          minContentLength: message.contentLength,
          contentType: message.contentType,
        }
      : direction.commonConfig;
  return issues.end({
    enabled: common?.enabled?.defaultValue ?? true,
    library: libraryOf(message, at, issues),
    libraryName: message.compressorLibrary?.name ?? '',
    responseStats: direction !== undefined,
    minLength: common?.minContentLength ?? DEFAULT_MIN_LENGTH,
    contentTypes: typesOf(common?.contentType ?? []),
    disableOnEtag: (direction ?? message).disableOnEtagHeader,
    removeAcceptEncoding: (direction ?? message).removeAcceptEncodingHeader,
    chooseFirst: message.chooseFirst,
  });
}

export function decodeCompressorRoute(message: CompressorPerRoute, at: string): Decoded<CompressorOverride> {
  const issues = new Issues('CompressorPerRoute');
  checkFields(CompressorPerRouteSchema, message, at, SUPPORTED, issues);
  const { override } = message;
  if (override.case === 'disabled') {
    if (!override.value) issues.error(`${at}.disabled`, 'invalid-value', 'is false', 'true, or overrides instead');
    return issues.end<CompressorOverride>({ enabled: false, removeAcceptEncoding: undefined });
  }
  if (override.case === undefined) issues.error(at, 'missing-field', 'says nothing', 'disabled or overrides');
  const direction = override.value?.responseDirectionConfig;
  return issues.end<CompressorOverride>({
    enabled: direction === undefined ? undefined : true,
    removeAcceptEncoding: direction?.removeAcceptEncodingHeader,
  });
}
