/** Error codes of RFC 9113 §7, by name. */
export const HTTP2_ERRORS = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  FLOW_CONTROL_ERROR: 3,
  SETTINGS_TIMEOUT: 4,
  STREAM_CLOSED: 5,
  FRAME_SIZE_ERROR: 6,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  COMPRESSION_ERROR: 9,
  CONNECT_ERROR: 10,
  ENHANCE_YOUR_CALM: 11,
  INADEQUATE_SECURITY: 12,
  HTTP_1_1_REQUIRED: 13,
} as const;

export type Http2ErrorName = keyof typeof HTTP2_ERRORS;

const NAMES = Object.keys(HTTP2_ERRORS);

/** The name of a code; unknown codes are legal on the wire (RFC 9113 §7) and come out as `ERROR_<n>`. */
export function http2ErrorName(code: number): string {
  return NAMES[code] ?? `ERROR_${code}`;
}

/** Why a connection ended: GOAWAY with this code is in the output, nothing more is read. */
export interface Http2Fault {
  readonly code: number;
  readonly name: Http2ErrorName;
  /** For people: what the peer did and which clause it breaks. */
  readonly message: string;
}

export function http2Fault(name: Http2ErrorName, message: string): Http2Fault {
  return { code: HTTP2_ERRORS[name], name, message: `${name}: ${message}` };
}
