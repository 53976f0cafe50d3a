import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWrk } from './wrk.ts';

const OUTPUT = `Running 3s test @ http://127.0.0.1:8080/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.01ms  200.00us   5.00ms   90.00%
    Req/Sec    31.00k     1.00k   33.00k    70.00%
  Latency Distribution
     50%  980.00us
     75%    1.10ms
     90%    1.30ms
     99%    2.50ms
  93500 requests in 3.00s, 20.00MB read
  Socket errors: connect 0, read 1, write 0, timeout 2
  Non-2xx or 3xx responses: 4
Requests/sec:  31166.66
Transfer/sec:      6.66MB
`;

test('reads what wrk prints', () => {
  assert.deepEqual(parseWrk(OUTPUT), {
    requests: 93_500,
    requestsPerSecond: 31_166.66,
    p50Ms: 0.98,
    p99Ms: 2.5,
    failures: 7,
  });
});

test('a clean run has no failures', () => {
  assert.equal(parseWrk(OUTPUT.replace(/ {2}(Socket|Non).*\n/g, '')).failures, 0);
});
