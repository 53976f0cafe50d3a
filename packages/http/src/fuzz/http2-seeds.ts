import { block, frame, GET, HELLO, POST, settings, uint32 } from './http2-bytes.ts';

const head = (id: number, flags: number, fields = GET): Buffer => frame(1, flags, id, block(...fields));

/** Client bytes of every feature, right and wrong. */
export const SERVER_SEEDS: readonly Buffer[] = [
  Buffer.concat([HELLO, head(1, 5), frame(4, 1, 0), head(3, 5)]),
  Buffer.concat([
    HELLO,
    head(1, 4, POST),
    frame(0, 8, 1, '\x03abc\0\0\0'),
    frame(0, 0, 1, 'def'),
    frame(1, 5, 1, block(['x', 'y'])),
    frame(6, 0, 0, '12345678'),
  ]),
  Buffer.concat([
    HELLO,
    frame(1, 1, 1, block(...GET).subarray(0, 4)),
    frame(9, 0, 1, block(...GET).subarray(4, 6)),
    frame(9, 4, 1, block(...GET).subarray(6)),
  ]),
  Buffer.concat([
    HELLO,
    frame(4, 0, 0, settings([1, 0], [4, 10], [5, 20_000])),
    head(1, 4, POST),
    frame(8, 0, 1, uint32(5)),
    frame(8, 0, 0, uint32(500)),
    frame(3, 0, 1, uint32(8)),
    head(3, 5),
  ]),
  Buffer.concat([HELLO, head(1, 4, POST), frame(0, 1, 1, 'x'), frame(0, 1, 1, 'y'), head(2, 5)]),
  Buffer.concat([
    HELLO,
    head(1, 0x24, POST),
    frame(2, 0, 1, '\0\0\0\0\x05'),
    frame(7, 0, 0, uint32(0, 2)),
    frame(0xee, 0, 7, 'unknown'),
  ]),
  Buffer.concat([HELLO, head(1, 4, [...POST, ['content-length', '4']]), frame(0, 0, 1, 'abc'), frame(0, 1, 1, 'def')]),
  Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'latin1'),
];

const status = (code: string, ...more: readonly (readonly [string, string])[]): Buffer =>
  block([':status', code], ...more);

/** Server bytes for a client that has sent a GET and a HEAD. */
export const CLIENT_SEEDS: readonly Buffer[] = [
  Buffer.concat([
    frame(4, 0, 0),
    frame(4, 1, 0),
    frame(1, 4, 1, status('103')),
    frame(1, 4, 1, status('200', ['content-length', '3'])),
    frame(0, 1, 1, 'abc'),
    frame(1, 5, 3, status('200', ['content-length', '3'])),
  ]),
  Buffer.concat([
    frame(4, 0, 0, settings([3, 10], [6, 100])),
    frame(3, 0, 1, uint32(7)),
    frame(7, 0, 0, Buffer.concat([uint32(1, 0), Buffer.from('bye')])),
    frame(6, 0, 0, '12345678'),
  ]),
  Buffer.concat([
    frame(4, 0, 0),
    frame(1, 4, 1, status('200')),
    frame(0, 8, 1, '\x01ab\0'),
    frame(1, 5, 1, block(['grpc-status', '0'])),
    frame(5, 4, 1, Buffer.concat([uint32(2), block(...GET)])),
  ]),
];
