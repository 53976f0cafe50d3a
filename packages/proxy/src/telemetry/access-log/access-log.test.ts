import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { create, type DescMessage, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { FakeClock, seededRandom, silentLogger } from '@weft/base';
import {
  type AccessLog,
  AccessLogFilterSchema,
  AccessLogSchema,
} from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import { FileAccessLogSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/file/v3/file_pb';
import { StdoutAccessLogSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/stream/v3/stream_pb';
import { exchangeOnce, httpListener, startProxy, staticCluster } from '../../testing/harness.ts';
import { AccessRecord } from '../access-record.ts';
import { Counter } from '../stat.ts';
import { compileAccessLogs } from './access-log.ts';
import { BufferedSink, MAX_PENDING_BYTES } from './buffered-sink.ts';
import { AccessLogFiles } from './log-file.ts';

const CONTEXT = { hostname: '', random: seededRandom(1), environment: (): undefined => undefined };

function config(desc: DescMessage, json: JsonObject, filter?: JsonObject): AccessLog {
  const log = create(AccessLogSchema, {
    name: 'log',
    configType: { case: 'typedConfig', value: anyPack(desc, fromJson(desc, json)) },
  });
  if (filter !== undefined) log.filter = fromJson(AccessLogFilterSchema, filter);
  return log;
}

function files(printed: string[] = []): AccessLogFiles {
  const print = (text: string): void => void printed.push(text);
  return new AccessLogFiles({
    clock: new FakeClock(),
    logger: silentLogger,
    stdout: print,
    stderr: print,
    dropped: new Counter(),
  });
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'weft-log-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function status(responseCode: number, more: Partial<AccessRecord> = {}): AccessRecord {
  return Object.assign(new AccessRecord(), { responseCode, ...more });
}

test('lines reach the file they were configured for, also after it was rotated', async (t) => {
  const path = join(folder(t), 'access.log');
  const all = files();
  const json = { path, log_format: { text_format_source: { inline_string: '%RESPONSE_CODE%\n' } } };
  const compiled = compileAccessLogs(
    [config(FileAccessLogSchema, json), config(FileAccessLogSchema, json)],
    all,
    CONTEXT,
    'log',
  );
  assert.ok(compiled.ok);
  compiled.value.log(status(200));
  await all.flush();
  renameSync(path, `${path}.1`);
  all.reopen();
  compiled.value.log(status(503));
  await all.close();
  assert.equal(readFileSync(`${path}.1`, 'utf8'), '200\n200\n');
  assert.equal(readFileSync(path, 'utf8'), '503\n503\n');
});

test('a batch under way ends in the file it began in, and a name that cannot be opened keeps its file', async (t) => {
  const path = join(folder(t), 'logs', 'access.log');
  mkdirSync(join(path, '..'));
  const all = files();
  const sink = all.open(path);
  sink.write('before\n');
  const flushed = sink.flush();
  renameSync(path, `${path}.1`);
  all.reopen();
  await flushed;
  sink.write('after\n');
  await sink.flush();
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'before\n');
  renameSync(join(path, '..'), join(path, '..', '..', 'moved'));
  all.reopen();
  sink.write('still\n');
  await all.close();
  assert.equal(readFileSync(join(path, '..', '..', 'moved', 'access.log'), 'utf8'), 'after\nstill\n');
});

test('filters decide which records are written', async () => {
  const printed: string[] = [];
  const all = files(printed);
  const json = { log_format: { text_format_source: { inline_string: '%RESPONSE_CODE%;' } } };
  const errors = { status_code_filter: { comparison: { op: 'GE', value: { default_value: 500, runtime_key: 'x' } } } };
  const flagged = { response_flag_filter: { flags: ['UF'] } };
  const compiled = compileAccessLogs(
    [config(StdoutAccessLogSchema, json, { or_filter: { filters: [errors, flagged] } })],
    all,
    CONTEXT,
    'log',
  );
  assert.ok(compiled.ok);
  for (const r of [status(200), status(404, { responseFlags: 'NR,UF' }), status(502)]) compiled.value.log(r);
  await all.flush();
  assert.deepEqual(printed, ['404;502;']);
});

test('what cannot be honoured is an issue with its path', (t) => {
  const compiled = compileAccessLogs(
    [
      config(AccessLogSchema, { name: 'not a logger' }),
      config(FileAccessLogSchema, { path: join(folder(t), 'no/such/folder/log') }),
      config(StdoutAccessLogSchema, { log_format: { text_format: '%NOPE%' } }, { traceable_filter: {} }),
    ],
    files(),
    CONTEXT,
    'access_log',
  );
  assert.ok(!compiled.ok);
  assert.deepEqual(
    compiled.issues.map((issue) => `${issue.at} ${issue.code}`),
    [
      'access_log[0].typed_config access-logger-unknown',
      'access_log[1].typed_config.path access-log-path',
      'access_log[2].filter access-log-filter',
      'access_log[2].typed_config.log_format.text_format access-log-format',
    ],
  );
});

test('a stuck disk costs counted lines and a bounded amount of memory', async () => {
  const written: string[] = [];
  let release: () => void = () => undefined;
  const dropped = new Counter();
  const sink = new BufferedSink(
    (batch, done) => {
      written.push(batch.toString());
      release = () => done(null);
    },
    { clock: new FakeClock(), logger: silentLogger, dropped, name: 'stuck' },
  );
  const line = `${'x'.repeat(1023)}\n`;
  const fits = MAX_PENDING_BYTES / 1024;
  for (let i = 0; i < fits + 10; i++) sink.write(line);
  assert.equal(dropped.value, 10);
  assert.equal(written.length, 1);
  release();
  const flushed = sink.flush();
  release();
  await flushed;
  assert.equal(written.join('').length, MAX_PENDING_BYTES);
});

test('a failing write is counted line by line', async () => {
  const dropped = new Counter();
  const sink = new BufferedSink((_batch, done) => done(new Error('ENOSPC')), {
    clock: new FakeClock(),
    logger: silentLogger,
    dropped,
    name: 'full',
  });
  sink.write('a\n');
  sink.write('b\n');
  await sink.flush();
  assert.equal(dropped.value, 2);
});

test('lines of any length and script come out whole and in order, however slow the output is', async () => {
  const written: string[] = [];
  const waiting: (() => void)[] = [];
  const sink = new BufferedSink(
    (batch, done) => {
      written.push(batch.toString());
      waiting.push(() => done(null));
    },
    {
      clock: new FakeClock(),
      logger: silentLogger,
      dropped: new Counter(),
      name: 'slow',
    },
  );
  const lines = Array.from({ length: 400 }, (_, i) => `${i} ${'€ü𝄞x'.repeat((i * 37) % 500)}\n`);
  lines.push(`${'€'.repeat(60_000)}\n`);
  for (const [i, line] of lines.entries()) {
    sink.write(line);
    if (i % 90 === 0) waiting.shift()?.();
  }
  const flushed = sink.flush();
  while (waiting.length > 0) waiting.shift()?.();
  await flushed;
  assert.equal(written.join(''), lines.join(''));
});

test('a listener logs what its expression asks for, with metadata of route and cluster', async (t) => {
  const path = join(folder(t), 'access.log');
  const type = 'type.googleapis.com/envoy.extensions.access_loggers';
  const format = '%RESPONSE_CODE% %METADATA(ROUTE:istio:config)% %CLUSTER_METADATA(istio:name)% %REQ(X-ID)%\n';
  const log = {
    name: 'file',
    filter: {
      extension_filter: {
        name: 'cel',
        typed_config: {
          '@type': `${type}.filters.cel.v3.ExpressionFilter`,
          expression: 'response.code >= 400 && request.headers["x-id"].startsWith("a")',
        },
      },
    },
    typed_config: {
      '@type': `${type}.file.v3.FileAccessLog`,
      path,
      log_format: { text_format_source: { inline_string: format } },
    },
  };
  const metadata = (values: object): object => ({ metadata: { filter_metadata: { istio: values } } });
  const routes = [
    { match: { prefix: '/ok' }, direct_response: { status: 200 } },
    { match: { prefix: '/' }, route: { cluster: 'backend' }, ...metadata({ config: '/apis/x' }) },
  ];
  const cluster = staticCluster('backend', [], metadata({ name: 'orders' }));
  {
    await using proxy = await startProxy([httpListener(routes, { access_log: [log] })], [cluster]);
    for (const [target, id] of [
      ['/ok', 'a1'],
      ['/fail', 'b2'],
      ['/fail', 'a3'],
    ])
      await exchangeOnce(proxy.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nX-Id: ${id}\r\n\r\n`);
  }
  assert.equal(readFileSync(path, 'utf8'), '503 /apis/x orders a3\n');
});
