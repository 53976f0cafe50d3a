/** How a source of services outside the store is doing. */
export interface RegistryStatus {
  /** `consul http://127.0.0.1:8500`. */
  readonly name: string;
  /** `failing`: what was known last stays in force. */
  readonly state: 'starting' | 'synced' | 'failing';
  /** Services that it has brought. */
  readonly services: number;
  /** Milliseconds since the epoch at which the state began. */
  readonly since: number;
  /** Why it is failing. */
  readonly cause: string | undefined;
}
