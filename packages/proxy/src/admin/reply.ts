import type { JsonValue } from '@bufbuild/protobuf';

/** What an admin handler answers. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export function textReply(body: string, status = 200): Reply {
  return { status, contentType: 'text/plain; charset=UTF-8', body };
}

export function jsonReply(value: JsonValue): Reply {
  return { status: 200, contentType: 'application/json', body: `${JSON.stringify(value, undefined, 1)}\n` };
}

export function badRequest(message: string): Reply {
  return textReply(`${message}\n`, 400);
}
