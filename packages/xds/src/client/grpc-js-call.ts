import { type ChannelCredentials, type ChannelOptions, Client, credentials, Metadata } from '@grpc/grpc-js';
import type { OpenGrpcCall } from './grpc-call.ts';

/** PEM of a TLS client. */
export interface GrpcTls {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Name to check in the server's certificate, when it is not the target's host. */
  readonly serverName: string | undefined;
}

const OPTIONS: ChannelOptions = {
  'grpc.keepalive_time_ms': 30_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.max_receive_message_length': -1,
  // HTTP_PROXY of a sidecar's environment names the sidecar itself.
  'grpc.enable_http_proxy': 0,
  // A connection of its own: retrying is the ADS client's business, not that of a shared channel.
  'grpc.use_local_subchannel_pool': 1,
};

/** Calls over grpc-js to `target` (`host:port` or `unix:/path`), plaintext without `tls`. */
export function grpcJsCalls(target: string, tls?: GrpcTls): OpenGrpcCall {
  return (path, headers, sink) => {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const serverName = tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName };
    const client = new Client(target, credentialsOf(tls), { ...OPTIONS, ...serverName });
    const stream = client.makeBidiStreamRequest(path, bufferOf, (bytes: Buffer): Uint8Array => bytes, metadata);
    let over = false;
    stream.on('data', (message: Uint8Array) => {
      if (!over) sink.onMessage(message);
    });
    // grpc-js reports every end as a status too.
    stream.on('error', () => undefined);
    stream.on('status', ({ details }) => {
      if (over) return;
      over = true;
      sink.onEnd(details === '' ? 'the server ended the stream' : details);
    });
    return {
      write: (message) => {
        if (!over) stream.write(message);
      },
      cancel: () => {
        over = true;
        stream.cancel();
        client.close();
      },
    };
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function credentialsOf(tls: GrpcTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  return credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert));
}
