/** Cost of parsing small HTTP/1.1 messages. Run: node bench/src/micro/http1-parse.bench.ts */
import { type RequestHead, RequestParser, type ResponseHead, ResponseParser } from '@weft/http';
import { CHUNKED_RESPONSES, REQUESTS, RESPONSES } from './http1-inputs.ts';
import { measure } from './measure.ts';

let seen = 0;
const buffers = (texts: readonly string[]): readonly Buffer[] => texts.map((text) => Buffer.from(text, 'latin1'));

const requestParser = new RequestParser({
  onRequest: (head: RequestHead) => {
    seen += head.headers.length + head.path.length;
  },
  onRequestBody: (chunk) => {
    seen += chunk.length;
  },
  onRequestEnd: () => {
    seen++;
  },
});
const responseParser = new ResponseParser({
  onInformational: (head: ResponseHead) => {
    seen += head.status;
  },
  onResponse: (head: ResponseHead) => {
    seen += head.headers.length;
  },
  onResponseBody: (chunk) => {
    seen += chunk.length;
  },
  onResponseEnd: () => {
    seen++;
  },
});

const requestsOf = (inputs: readonly Buffer[]) => (turn: number) => {
  if (requestParser.push(inputs[turn % inputs.length]!) !== undefined) throw new Error('refused');
  requestParser.next();
  return seen;
};
const responsesOf = (inputs: readonly Buffer[]) => (turn: number) => {
  responseParser.begin('GET');
  if (responseParser.push(inputs[turn % inputs.length]!) !== undefined) throw new Error('refused');
  return seen;
};

for (const [index, request] of REQUESTS.entries()) {
  measure(
    `request ${index}, ${request.length} bytes, ${request.split('\r\n').length - 3} fields`,
    requestsOf(buffers([request])),
  );
}
measure('requests, rotated', requestsOf(buffers(REQUESTS)));
measure('sized responses, rotated', responsesOf(buffers(RESPONSES)));
measure('chunked responses, rotated', responsesOf(buffers(CHUNKED_RESPONSES)));
const halves = buffers(REQUESTS).map((bytes) => [bytes.subarray(0, 40), bytes.subarray(40)] as const);
measure('requests split in two reads, rotated', (turn) => {
  const [first, second] = halves[turn % halves.length]!;
  requestParser.push(first);
  requestParser.push(second);
  requestParser.next();
  return seen;
});
