import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MutualTlsMode, Protocol } from '@weft/mesh';
import { chainOptions } from './chain-options.ts';

const PROTOCOLS: readonly Protocol[] = ['http', 'grpc', 'tcp', 'mysql', 'tls', 'auto'];

function transports(mode: MutualTlsMode, protocol: Protocol, certificates: boolean): readonly string[] {
  return chainOptions(mode, protocol, certificates).map(({ takenBy, transport, mutualTls }) =>
    [takenBy, transport, ...(mutualTls ? ['mutual'] : [])].join(' '),
  );
}

for (const protocol of PROTOCOLS) {
  test(`a strict ${protocol} port takes nothing in plain text`, () => {
    for (const certificates of [true, false]) {
      for (const { transport } of chainOptions('strict', protocol, certificates)) assert.equal(transport, 'tls');
    }
  });

  test(`a strict ${protocol} port without certificates hands nothing to the application`, () => {
    assert.deepEqual(transports('strict', protocol, false), ['nothing tls']);
  });

  test(`a ${protocol} port never asks for certificates that are not to be had`, () => {
    for (const mode of ['permissive', 'strict', 'disable'] as const) {
      assert.ok(!chainOptions(mode, protocol, false).some(({ mutualTls }) => mutualTls));
    }
  });
}

test('an undeclared permissive port has five chains', () => {
  assert.deepEqual(transports('permissive', 'auto', true), [
    'http tls mutual',
    'http raw_buffer',
    'bytes tls mutual',
    'bytes raw_buffer',
    'bytes tls',
  ]);
});
