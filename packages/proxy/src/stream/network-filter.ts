/** The contract of terminal network filters: what becomes of a connection once its filter chain is chosen. */
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Decoded } from '@weft/base';
import type { Listener } from '@weft/engine';
import type { Wire, WireOwner } from '../net/wire.ts';
import type { ProxyContext } from '../runtime/proxy-context.ts';
import type { ConnectionInfo } from './downstream.ts';

/** A connection in the hands of a filter. */
export interface ServedConnection extends WireOwner {
  /** The listener drains: end when what is under way is done. */
  drain(): void;
  destroy(): void;
}

/** A network filter, built once for a filter chain. */
export interface NetworkFilter {
  /** RDS names that must arrive before the listener can serve. */
  readonly routeNames: readonly string[];
  serve(wire: Wire, connection: ConnectionInfo, onGone: () => void): ServedConnection;
  /** New answers close their connections from now on. */
  drain(): void;
}

export interface NetworkFilterKind {
  readonly schema: DescMessage;
  decode(message: unknown, at: string, listener: Listener, context: ProxyContext): Decoded<NetworkFilter>;
}

/** Makes a kind out of its typed parts; see `httpFilter` for why this is where `unknown` ends. */
export function networkFilter<Schema extends DescMessage>(definition: {
  readonly schema: Schema;
  readonly decode: (
    message: MessageShape<Schema>,
    at: string,
    listener: Listener,
    context: ProxyContext,
  ) => Decoded<NetworkFilter>;
}): NetworkFilterKind {
  return {
    schema: definition.schema,
    decode: (message, at, listener, context) =>
      definition.decode(message as MessageShape<Schema>, at, listener, context),
  };
}
