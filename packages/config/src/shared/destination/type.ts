/** A service, perhaps a subset and port of it. */
export interface Destination {
  readonly host?: string;
  readonly port?: PortSelector;
  readonly subset?: string;
}

/** A port by number. */
export interface PortSelector {
  readonly number?: number;
}
