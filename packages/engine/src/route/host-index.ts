/** Finds what claims a host name: exact → longest `*.suffix` → longest `prefix.*` → `*`. */
export interface HostIndex<T> {
  find(host: string): T | undefined;
}
