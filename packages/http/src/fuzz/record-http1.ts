import { RequestParser, type RequestParserOptions } from '../http1/request-parser.ts';
import { ResponseParser } from '../http1/response-parser.ts';

/**
 * What a parser reported about bytes that came in the given pieces, as lines of text; body bytes of one message are joined,
 * because where they are cut is the one thing that may depend on the pieces.
 */
export function recordRequests(pieces: readonly Buffer[], options: RequestParserOptions = {}): readonly string[] {
  const lines: string[] = [];
  let body = '';
  const parser = new RequestParser(
    {
      onRequest(head) {
        lines.push(`request ${JSON.stringify(head)}`);
        body = '';
        if (head.method === 'CONNECT') lines.push('tunnel');
      },
      onRequestBody(chunk) {
        if (chunk.length === 0) throw new Error('an empty body chunk was reported');
        body += chunk.toString('latin1');
      },
      onRequestEnd(trailers) {
        lines.push(`end ${JSON.stringify({ body, trailers })}`);
        body = '';
        parser.next();
      },
    },
    options,
  );
  for (const piece of pieces) if (parser.push(piece) !== undefined) break;
  return [...lines, `partial ${JSON.stringify(body)}`, `fault ${parser.end()?.code}`];
}

/** The same for responses to `method`, with the end of the connection after the last piece. */
export function recordResponses(pieces: readonly Buffer[], method: string): readonly string[] {
  const lines: string[] = [];
  let body = '';
  const parser = new ResponseParser(
    {
      onInformational: (head) => lines.push(`interim ${JSON.stringify(head)}`),
      onResponse(head) {
        lines.push(`response ${JSON.stringify(head)}`);
        body = '';
      },
      onResponseBody(chunk) {
        if (chunk.length === 0) throw new Error('an empty body chunk was reported');
        body += chunk.toString('latin1');
      },
      onResponseEnd(trailers) {
        lines.push(`end ${JSON.stringify({ body, trailers })}`);
        body = '';
        parser.begin(method);
      },
    },
    { otherTransferCodings: true },
  );
  parser.begin(method);
  for (const piece of pieces) if (parser.push(piece) !== undefined) break;
  return [...lines, `partial ${JSON.stringify(body)}`, `fault ${parser.end()?.code}`];
}
