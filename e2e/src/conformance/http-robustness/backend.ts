/**
 * The server behind the proxy: frames what arrives by the letter of RFC 9112, keeps the raw bytes, answers as the cases expect of an
 * origin. What it cannot frame in one way only is an ambiguity that the proxy let through.
 */
import { createServer, type Server, type Socket } from 'node:net';

export interface Seen {
  /** The `x-case` header that the runner adds. */
  readonly id: string;
  readonly raw: string;
  /** Why the message can be read in more than one way; undefined when it cannot. */
  readonly ambiguity: string | undefined;
}

interface Head {
  readonly method: string;
  readonly path: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

function parseHead(text: string): Head {
  const [line = '', ...lines] = text.split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const fields = lines.map((field): readonly [string, string] => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  });
  return { method, path, fields };
}

/** Names that a lenient server might take for a framing field: `Transfer_Encoding`, `\x01Content-Length`. */
function framingName(name: string): 'transfer-encoding' | 'content-length' | undefined {
  const letters = name.toLowerCase().replace(/[^a-z]/g, '');
  if (letters === 'transferencoding') return 'transfer-encoding';
  return letters === 'contentlength' ? 'content-length' : undefined;
}

function ambiguityOf(text: string, head: Head): string | undefined {
  if (/\r(?!\n)|(?<!\r)\n/.test(text)) return 'a bare CR or LF';
  if (/\r\n[ \t]/.test(text)) return 'obs-fold';
  const framing = head.fields.filter(([name]) => framingName(name) !== undefined);
  if (framing.length > 1) return `${framing.length} framing fields`;
  const [name, value] = framing[0] ?? ['', ''];
  if (framing.length === 1 && framingName(name) !== name) return `a disguised framing field ${JSON.stringify(name)}`;
  if (name === 'content-length' && !/^\d+$/.test(value)) return `content-length ${JSON.stringify(value)}`;
  if (name === 'transfer-encoding' && !/^(?:(?!chunked)[\w-]+ ?, ?)*chunked$/i.test(value))
    return `transfer-encoding ${JSON.stringify(value)}`;
  return undefined;
}

/** The length of the message's body in `rest`, or undefined while it is not complete. */
function bodyLength(head: Head, rest: string): number | undefined {
  const value = (name: string): string | undefined => head.fields.find(([field]) => field === name)?.[1];
  if (value('transfer-encoding') !== undefined) {
    const end = /(?:^|\r\n)0\r\n(?:[^\r\n]+\r\n)*\r\n/.exec(rest);
    return end === null ? undefined : end.index + end[0].length;
  }
  const length = Number(value('content-length') ?? 0);
  return rest.length >= length ? length : undefined;
}

function answer(head: Head): string {
  const cookie = head.fields.find(([name]) => name === 'cookie')?.[1] ?? '';
  const reply = (status: string, body: string, extra = ''): string =>
    `HTTP/1.1 ${status}\r\n${extra}content-length: ${body.length}\r\n\r\n${body}`;
  if (head.fields.some(([name]) => name === 'upgrade'))
    return reply('426 Upgrade Required', '', 'sec-websocket-version: 13\r\n');
  if (head.path.startsWith('/echo')) return reply('200 OK', head.fields.map((field) => field.join(': ')).join('\n'));
  if (head.path.startsWith('/cookie')) return reply('200 OK', cookie.replaceAll('; ', '\n'));
  if (head.method === 'DELETE') return reply('405 Method Not Allowed', '', 'allow: GET, HEAD, POST, PUT, OPTIONS\r\n');
  if (head.method === 'OPTIONS') return 'HTTP/1.1 204 No Content\r\nallow: GET, HEAD, POST, PUT, OPTIONS\r\n\r\n';
  return reply('200 OK', 'OK');
}

function serve(socket: Socket, seen: Seen[]): void {
  let pending = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (;;) {
      const end = pending.indexOf('\r\n\r\n');
      if (end === -1) return;
      const text = pending.slice(0, end);
      const head = parseHead(text);
      const length = bodyLength(head, pending.slice(end + 4));
      if (length === undefined) return;
      const id = head.fields.find(([name]) => name === 'x-case')?.[1] ?? '';
      seen.push({ id, raw: pending.slice(0, end + 4 + length), ambiguity: ambiguityOf(text, head) });
      pending = pending.slice(end + 4 + length);
      if (head.method !== 'HEAD') socket.write(answer(head), 'latin1');
    }
  });
}

export interface Backend extends AsyncDisposable {
  readonly port: number;
  readonly seen: readonly Seen[];
}

export async function startBackend(): Promise<Backend> {
  const seen: Seen[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    serve(socket, seen);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
