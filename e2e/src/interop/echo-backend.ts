/** What every client is answered by: it says what it saw, and sends back or makes bodies of any size. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

const CHUNK = Buffer.alloc(64 * 1024, 'weft ');

/** The bytes of `/bytes/<length>`: the same text again and again. */
export function bytesOf(length: number): Buffer {
  return Buffer.alloc(length, CHUNK);
}

/**
 * `/digest`: the SHA-256 of the body in hexadecimal. `/echo`: the body. `/bytes/<n>`: n bytes. `/trailers`: a body with a trailer.
 * `/headers`: the request's headers, of which `x-large` may be large, and one as large in the answer. Everything else: `hello`.
 */
export async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { url = '' } = request;
  if (url === '/digest') {
    const hash = createHash('sha256');
    await pipeline(request, hash);
    response.end(hash.digest('hex'));
  } else if (url === '/echo') await pipeline(request, response);
  else {
    request.resume();
    const bytes = /^\/bytes\/(\d+)$/.exec(url)?.[1];
    if (bytes !== undefined) response.end(bytesOf(Number(bytes)));
    else if (url === '/trailers') {
      response.writeHead(200, { trailer: 'x-checksum' });
      response.write('body');
      response.addTrailers({ 'x-checksum': 'of the body' });
      response.end();
    } else if (url === '/headers') {
      response.writeHead(200, { 'x-large': request.headers['x-large'] ?? '' });
      response.end(JSON.stringify(request.headers));
    } else response.end('hello');
  }
}
