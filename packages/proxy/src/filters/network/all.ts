/** Every network filter of this proxy, all of them terminal. */
import type { NetworkFilterKind } from '../../stream/network-filter.ts';
import { httpConnectionManager } from './http-connection-manager/filter.ts';
import { tcpProxy } from './tcp-proxy/filter.ts';

export const NETWORK_FILTERS: readonly NetworkFilterKind[] = [httpConnectionManager, tcpProxy];
