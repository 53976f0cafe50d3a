/** Bounds of one HTTP/1 connection, in bytes unless the name says otherwise. */
export interface Http1Limits {
  /** Start line and header section together, or one trailer section. Beyond: 431. */
  readonly maxHeadBytes: number;
  /** Header fields of one head, or trailers of one message. Beyond: 431. */
  readonly maxHeaders: number;
  /** Chunk extensions of one message together: they are dropped, so a peer could send them for ever. Beyond: 400. */
  readonly maxChunkExtensionBytes: number;
  /** Bytes kept while the parser waits for `next()`. A proxy stops reading then, so this bounds what was under way. */
  readonly maxPipelinedBytes: number;
}

export const HTTP1_LIMITS: Http1Limits = {
  maxHeadBytes: 60 * 1024,
  maxHeaders: 100,
  maxChunkExtensionBytes: 16 * 1024,
  maxPipelinedBytes: 256 * 1024,
};

/** Deviations from the RFCs to let through. All absent by default: a mesh proxy refuses them. */
export interface Http1Tolerance {
  /** HTTP/1.1 requests without Host; their authority is empty. */
  readonly missingHost?: boolean;
  /** What a URI may have but a request-target may not: a `#fragment`, `userinfo@`, any scheme; and authorities of any shape. */
  readonly uriExtras?: boolean;
  /**
   * `HTTP/0.9` and `HTTP/2.0` on the line, request lines without a version, and RTSP/1.0 and ICE/1.0 requests, each protocol with its
   * own methods only.
   */
  readonly otherProtocols?: boolean;
}

export interface Http1Options {
  readonly limits?: Partial<Http1Limits>;
  readonly tolerate?: Http1Tolerance;
  /** Fill `rawNames`, for header-case preservation. Default false. */
  readonly keepRawNames?: boolean;
  /** Accept codings other than `chunked` and report them in `transferCodings`; else 501. Default false. */
  readonly otherTransferCodings?: boolean;
}
