/** What a proxy process and the process that started it tell each other over Node's IPC channel. */
export type FromProxy =
  | { readonly type: 'ready'; readonly admin: { readonly host: string; readonly port: number } | undefined }
  | { readonly type: 'failed'; readonly message: string };

/** `guard`: should our starter vanish, end these process groups, such as the application we stand in front of. */
export interface ToProxy {
  readonly type: 'guard';
  readonly groups: readonly number[];
}

export function isFromProxy(message: unknown): message is FromProxy {
  return hasType(message) && (message.type === 'ready' || message.type === 'failed');
}

export function isToProxy(message: unknown): message is ToProxy {
  return hasType(message) && message.type === 'guard';
}

function hasType(message: unknown): message is { readonly type: unknown } {
  return typeof message === 'object' && message !== null && 'type' in message;
}
