/**
 * One bidirectional gRPC call as the ADS client needs it: whole messages, as bytes. The client does not care which HTTP/2 carries
 * them: a proxy brings its own codec, everything else grpc-js.
 */
export interface GrpcCall {
  /** Sends one message. Ignored after the end. */
  write(message: Uint8Array): void;
  /** Gives the call up; its sink hears nothing more. */
  cancel(): void;
}

export interface GrpcCallSink {
  onMessage(message: Uint8Array): void;
  /** The call is over, once, for whatever reason: `UNAVAILABLE: no connection to 127.0.0.1:15010 …`. */
  onEnd(reason: string): void;
}

/** Starts a call of `path` (`/package.Service/Method`). Returns before anything reached the server; the sink is never called inside. */
export type OpenGrpcCall = (path: string, headers: Readonly<Record<string, string>>, sink: GrpcCallSink) => GrpcCall;
