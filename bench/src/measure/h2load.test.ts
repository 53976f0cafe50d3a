import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseH2load } from './h2load.ts';

const OUTPUT = `finished in 2.01s, 40001.50 req/s, 6.22MB/s
requests: 80003 total, 80067 started, 80003 done, 79999 succeeded, 4 failed, 0 errored, 0 timeout
status codes: 79999 2xx, 0 3xx, 1 4xx, 3 5xx
`;

test('what h2load prints', () => {
  assert.deepEqual(parseH2load(OUTPUT), { requests: 79_999, requestsPerSecond: 40_001.5, failures: 8 });
});
