/** Bounds of one HTTP/2 connection. What a peer may cost us, each with its reply when it is exceeded. */
export interface Http2Limits {
  /** Streams the peer may have open at once (SETTINGS_MAX_CONCURRENT_STREAMS). More are refused with REFUSED_STREAM. */
  readonly maxConcurrentStreams: number;
  /** Bytes of body in flight on one stream that nobody has consumed (SETTINGS_INITIAL_WINDOW_SIZE). */
  readonly streamWindowBytes: number;
  /** The same for all streams together. */
  readonly connectionWindowBytes: number;
  /** Largest frame payload we accept, in bytes (SETTINGS_MAX_FRAME_SIZE). */
  readonly maxFrameBytes: number;
  /** Decoded size of a header list, each field with 32 bytes on top (SETTINGS_MAX_HEADER_LIST_SIZE). Beyond: 431. */
  readonly maxHeaderListBytes: number;
  /** Fields of one head or of its trailers. Beyond: 431. */
  readonly maxHeaders: number;
  /** Bytes of one header block as they come, HEADERS and CONTINUATION together. Beyond: the connection ends. */
  readonly maxHeaderBlockBytes: number;
  /** CONTINUATION frames of one header block. Beyond: the connection ends. */
  readonly maxContinuations: number;
  /** Bytes of the decoder's dynamic table (SETTINGS_HEADER_TABLE_SIZE), and the most our encoder uses. */
  readonly headerTableBytes: number;
  /** Bytes waiting to be taken by the socket before DATA waits in its stream instead. */
  readonly maxOutputBytes: number;
  /** Answers to the peer's control frames (PING, SETTINGS, resets) that wait for the socket. Beyond: the connection ends. */
  readonly maxQueuedControlFrames: number;
  /** Streams that may end by a reset, the peer's or ours for its mistakes, in a burst and per second. Beyond: the connection ends. */
  readonly resetBurst: number;
  readonly resetsPerSecond: number;
  /**
   * Frames that make no progress (PING, SETTINGS, PRIORITY, WINDOW_UPDATE, unknown ones, empty DATA and CONTINUATION), in a burst
   * and per second; every frame with data allows ten more. Beyond: the connection ends.
   */
  readonly idleFrameBurst: number;
  readonly idleFramesPerSecond: number;
}

export const HTTP2_LIMITS: Http2Limits = {
  maxConcurrentStreams: 100,
  streamWindowBytes: 256 * 1024,
  connectionWindowBytes: 1024 * 1024,
  maxFrameBytes: 16_384,
  maxHeaderListBytes: 60 * 1024,
  maxHeaders: 100,
  maxHeaderBlockBytes: 60 * 1024,
  maxContinuations: 16,
  headerTableBytes: 4096,
  maxOutputBytes: 256 * 1024,
  maxQueuedControlFrames: 1000,
  resetBurst: 1000,
  resetsPerSecond: 33,
  idleFrameBurst: 10_000,
  idleFramesPerSecond: 1000,
};
