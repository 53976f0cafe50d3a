/** Cost of writing HTTP/1.1 heads. Run: node bench/src/micro/http1-serialise.bench.ts */
import {
  NO_BODY,
  type RequestHead,
  RequestParser,
  type ResponseHead,
  ResponseParser,
  serialiseRequestHead,
  serialiseResponseHead,
} from '@weft/http';
import { REQUESTS, RESPONSES } from './http1-inputs.ts';
import { measure } from './measure.ts';

const requests: RequestHead[] = [];
const responses: ResponseHead[] = [];
const ignore = (): void => undefined;
const requestParser = new RequestParser({
  onRequest: (head) => requests.push(head),
  onRequestBody: ignore,
  onRequestEnd: ignore,
});
const responseParser = new ResponseParser({
  onInformational: ignore,
  onResponse: (head) => responses.push(head),
  onResponseBody: ignore,
  onResponseEnd: ignore,
});
for (const text of REQUESTS) {
  requestParser.push(Buffer.from(text, 'latin1'));
  requestParser.next();
}
for (const text of RESPONSES) {
  responseParser.begin('GET');
  responseParser.push(Buffer.from(text, 'latin1'));
}
// Writing into memory flattens the string, which a socket would do too; without it only the joining would be measured.
const target = Buffer.allocUnsafe(8192);

measure(
  'request heads, to string',
  (turn) => serialiseRequestHead(requests[turn % requests.length]!, NO_BODY, '').length,
);
measure('request heads, to bytes', (turn) => {
  const text = serialiseRequestHead(requests[turn % requests.length]!, NO_BODY, '');
  return target.write(text, 'latin1');
});
measure('response heads, to bytes', (turn) => {
  const head = responses[turn % responses.length]!;
  const text = serialiseResponseHead(head.status, head.reason, head.headers, head.framing, '');
  return target.write(text, 'latin1');
});
