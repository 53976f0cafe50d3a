/** A backend with its share of connections. */
export interface BackendRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly weight?: number;
}

/** Requests of a session stay with a backend. */
export interface SessionPersistence {
  readonly absoluteTimeoutMs?: number;
  readonly cookie?: SessionCookie;
  readonly header?: SessionHeader;
  readonly type?: 'Cookie' | 'Header';
}

/** The header of a session. */
export interface SessionHeader {
  readonly name?: string;
}

/** The cookie of a session. */
export interface SessionCookie {
  readonly lifetimeType?: 'Permanent' | 'Session';
  readonly name?: string;
  readonly path?: string;
}

/** Copies of requests. */
export interface HttpRequestMirrorFilter {
  readonly backendRef?: BackendObjectReference;
  readonly fraction?: Fraction;
  readonly percent?: number;
}

/** numerator/denominator; the denominator is 100 when absent. */
export interface Fraction {
  readonly denominator?: number;
  readonly numerator?: number;
}

/** Header edits. */
export interface HttpHeaderFilter {
  readonly add?: readonly HttpHeaderValue[];
  readonly remove?: readonly string[];
  readonly set?: readonly HttpHeaderValue[];
}

/** A header with its value. */
export interface HttpHeaderValue {
  readonly name?: string;
  readonly value?: string;
}

/** A Service and port. */
export interface BackendObjectReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly port?: number;
}

/** An object in the namespace of the route. */
export interface LocalObjectReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** The Gateway, ListenerSet or Service a route attaches to. */
export interface ParentReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly sectionName?: string;
}

/** A port with protocol, hostname and TLS. */
export interface GatewayListener {
  readonly allowedRoutes?: AllowedRoutes;
  readonly hostname?: string;
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: string;
  readonly tls?: ListenerTls;
}

/** TLS of a listener. */
export interface ListenerTls {
  readonly certificateRefs?: readonly SecretReference[];
  readonly mode?: 'Terminate' | 'Passthrough';
  readonly options?: Readonly<Record<string, string>>;
}

/** An object that holds a certificate. */
export interface SecretReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** Which routes may attach. */
export interface AllowedRoutes {
  readonly kinds?: readonly RouteGroupKind[];
  readonly namespaces?: RouteNamespaces;
}

/** A kind of route. */
export interface RouteGroupKind {
  readonly group?: string;
  readonly kind?: string;
}

/** Namespaces that may attach. */
export interface RouteNamespaces {
  readonly from?: 'All' | 'Selector' | 'Same' | 'None';
  readonly selector?: NamespaceSelector;
}

/** Namespaces by label. */
export interface NamespaceSelector {
  readonly matchExpressions?: readonly NamespaceRequirement[];
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** A requirement on a label. */
export interface NamespaceRequirement {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}
