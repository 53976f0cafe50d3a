/** Request bytes of every feature, right and wrong: what the split property is checked on and what the fuzzer mutates. */
export const REQUEST_SEEDS: readonly string[] = [
  'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET http://example.com:80/x?y=1 HTTP/1.1\r\nHost: b\r\nAccept: */*\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhelloGET /after HTTP/1.1\r\nHost: a\r\n\r\n',
  'POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nTrailer: x\r\n\r\n5;a=b;c="d\\"e"\r\nhello\r\n00a\r\n0123456789\r\n0\r\nX-Sum: 1\r\nY: \r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n',
  'CONNECT db.local:5432 HTTP/1.1\r\nHost: db.local:5432\r\n\r\n\u0000\u0001raw',
  'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\r\n',
  'GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n\r\n\r\nGET /old2 HTTP/1.0\r\n\r\n',
  'POST /s HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'GET /fold HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n',
  'GET /cr HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n',
];

export const RESPONSE_SEEDS: readonly string[] = [
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n',
  'HTTP/1.0 200 OK\r\nServer: x\r\n\r\nuntil the end\r\n\r\n',
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\u0081\u0005hello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nrest',
  'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
];
