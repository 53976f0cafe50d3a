import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asGrpcReply, grpcStatusOfHttp, isGrpcRequest } from './grpc-reply.ts';
import { statusOfReply } from './replies.ts';

test('what is a gRPC request', () => {
  const typed = (type: string): boolean => isGrpcRequest(['content-type', type]);
  assert.ok(typed('application/grpc') && typed('application/grpc+proto') && typed('application/grpc; charset=x'));
  assert.ok(!typed('application/grpc-web') && !typed('application/json') && !isGrpcRequest([]));
});

test('HTTP statuses become those of gRPC (doc/http-grpc-status-mapping.md)', () => {
  assert.deepEqual(
    [400, 401, 403, 404, 429, 502, 503, 504, 408, 500].map(grpcStatusOfHttp),
    [13, 16, 7, 12, 14, 14, 14, 14, 2, 2],
  );
});

test('the message is percent-encoded UTF-8', () => {
  const headers = ['x', 'y'];
  asGrpcReply(headers, 503, '100 % überlastet\n');
  assert.deepEqual(headers, [
    'x',
    'y',
    'content-type',
    'application/grpc',
    'grpc-status',
    '14',
    'grpc-message',
    '100 %25 %C3%BCberlastet%0A',
  ]);
});

test('a status of its own and one that is there win', () => {
  const own: string[] = [];
  asGrpcReply(own, 408, '', 4);
  assert.deepEqual(own, ['content-type', 'application/grpc', 'grpc-status', '4']);
  const there = ['content-type', 'text/plain', 'grpc-status', '8'];
  asGrpcReply(there, 200, '');
  assert.deepEqual(there, ['content-type', 'application/grpc', 'grpc-status', '8']);
});

test('timeouts blame the client only while its request is not complete', () => {
  assert.deepEqual(
    [statusOfReply('STREAM_IDLE_TIMEOUT', false), statusOfReply('STREAM_IDLE_TIMEOUT', true)],
    [408, 504],
  );
  assert.equal(statusOfReply('UPSTREAM_TIMEOUT', false), 504);
});
