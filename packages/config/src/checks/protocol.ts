interface Protocol {
  readonly http: boolean;
  readonly tls: boolean;
  /** Carried as opaque TCP, TLS included. */
  readonly tcp: boolean;
}

const HTTP: Protocol = { http: true, tls: false, tcp: false };
const TCP: Protocol = { http: false, tls: false, tcp: true };
const TLS: Protocol = { http: false, tls: true, tcp: true };

/** Protocols a port may declare, and what they are made of. */
const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  http: HTTP,
  http2: HTTP,
  http_proxy: HTTP,
  grpc: HTTP,
  'grpc-web': HTTP,
  https: TLS,
  tls: TLS,
  tcp: TCP,
  mongo: TCP,
  redis: TCP,
  mysql: TCP,
  udp: { http: false, tls: false, tcp: false },
};

/** The protocol of a port by name, in any case; undefined when nobody knows it. */
export function protocolOf(name: string): Protocol | undefined {
  return PROTOCOLS[name.toLowerCase()];
}

/** An empty name stands for protocol detection. */
export function protocolProblem(name: string): string | undefined {
  return name === '' || protocolOf(name) !== undefined ? undefined : `unsupported protocol ${JSON.stringify(name)}`;
}
