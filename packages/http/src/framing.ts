/**
 * How the end of a body is found (RFC 9112 §6.3): a number, so that heads stay monomorphic.
 * Zero or more is an exact length in bytes; the negative values are the named cases below.
 */
export type Framing = number;

/** The body is chunked: its length is not known beforehand and trailers may follow. */
export const CHUNKED: Framing = -1;
/** There is no body: a GET without framing fields, any answer to HEAD, 1xx, 204, 304. */
export const NO_BODY: Framing = -2;
/** The body ends when the connection does (responses only). */
export const UNTIL_CLOSE: Framing = -3;
/** HTTP/2: the end of the stream ends the body, and no content-length was declared. */
export const UNTIL_END_STREAM: Framing = -4;
