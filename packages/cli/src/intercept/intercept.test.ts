import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT } from '../command/exit-code.ts';
import { runCommand } from '../test-support/run-command.ts';

async function chains(
  ...options: readonly string[]
): Promise<{ readonly inbound: string[]; readonly outbound: string[] }> {
  const { code, out } = await runCommand('intercept', 'print', ...options);
  assert.equal(code, EXIT.ok.code);
  const linesOf = (chain: string): string[] =>
    (new RegExp(`chain ${chain} \\{\\n[^\\n]*\\n(.*?)  \\}`, 's').exec(out)?.[1] ?? '')
      .split('\n')
      .flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  return { inbound: linesOf('inbound'), outbound: linesOf('outbound') };
}

test('everything is captured but what the proxy does itself', async () => {
  assert.deepEqual(await chains(), {
    inbound: [
      'meta nfproto ipv6 return',
      'tcp dport { 15008, 15020, 15021, 15090 } return',
      'meta l4proto tcp redirect to :15006',
    ],
    outbound: [
      'meta nfproto ipv6 return',
      'meta l4proto != tcp return',
      'oifname "lo" ip saddr 127.0.0.6 return',
      'oifname "lo" ip daddr != 127.0.0.1 meta skuid { 1337 } tcp dport != { 15008 } redirect to :15006',
      'oifname "lo" meta skuid != { 1337 } return',
      'meta skuid { 1337 } return',
      'ip daddr 127.0.0.1 return',
      'meta l4proto tcp redirect to :15001',
    ],
  });
});

test('the script replaces what was there', async () => {
  const { out } = await runCommand('intercept', 'print');
  assert.match(out, /^table inet weft \{\n\}\ndelete table inet weft\ntable inet weft \{/);
});

test("options and a pod's annotations choose, options first", async () => {
  const annotation = (name: string, value: string): string[] => [
    '--annotation',
    `traffic.sidecar.istio.io/${name}=${value}`,
  ];
  const { inbound, outbound } = await chains(
    ...annotation('includeInboundPorts', '80,443'),
    ...annotation('excludeOutboundPorts', '3306'),
    ...annotation('includeOutboundIPRanges', '10.0.0.0/8'),
    ...['--include-outbound-ports', '9000', '--exclude-outbound-ip-ranges', '10.9.0.0/16', '--proxy-uid', '77'],
    ...['--exclude-outbound-ports', '5432', '--dns', '--outbound-port', '1', '--inbound-port', '2'],
  );
  assert.deepEqual(inbound.slice(1), ['tcp dport { 80, 443 } redirect to :2']);
  assert.deepEqual(outbound.slice(1, 5), [
    'meta skuid { 77 } udp dport 53 return',
    'udp dport 53 redirect to :15053',
    'meta l4proto != tcp return',
    'tcp dport { 5432 } return',
  ]);
  assert.deepEqual(outbound.slice(-3), [
    'ip daddr 10.9.0.0/16 return',
    'tcp dport { 9000 } redirect to :1',
    'ip daddr 10.0.0.0/8 redirect to :1',
  ]);
});

test('IPv6 is captured when asked for', async () => {
  const { outbound } = await chains('--ipv6', '--exclude-outbound-ip-ranges', 'fd00::/8');
  assert.ok(outbound.includes('ip6 daddr fd00::/8 return'));
  assert.ok(!outbound.includes('meta nfproto ipv6 return'));
});

for (const [options, message] of [
  [['shout'], /cannot "shout"/],
  [['print', '--exclude-outbound-ports', '70000'], /--exclude-outbound-ports takes numbers up to 65535.*"70000"/],
  [['print', '--exclude-outbound-ip-ranges', '10.0.0.0/33'], /takes CIDR blocks.*"10\.0\.0\.0\/33"/],
  [['print', '--annotation', 'traffic.sidecar.istio.io/kubevirtInterfaces=x'], /kubevirtInterfaces=x" is not one/],
] as const) {
  test(`refused: ${options.join(' ')}`, async () => {
    const { code, err } = await runCommand('intercept', ...options);
    assert.equal(code, EXIT.usage.code);
    assert.match(err, message);
  });
}
