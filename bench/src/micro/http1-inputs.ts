/** Messages as clients and servers send them; several of each kind, so that no run is about one of them. */

export const REQUESTS: readonly string[] = [
  'GET /orders?id=1 HTTP/1.1\r\nHost: api.example.com\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\nX-Request-Id: 7f9c2ba4-e88f-4b8e-9b4e-2f6b0a9d1c11\r\nCanary: true\r\n\r\n',
  'GET /inventory/items/42 HTTP/1.1\r\nhost: inventory.shop.svc.cluster.local:8080\r\naccept: application/json\r\nx-forwarded-for: 10.0.0.7\r\nx-forwarded-proto: http\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: localhost:8080\r\nConnection: keep-alive\r\nAccept: text/html,application/xhtml+xml\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en-GB,en;q=0.9\r\nCache-Control: max-age=0\r\nCookie: session=0123456789abcdef\r\nUpgrade-Insecure-Requests: 1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\r\n\r\n',
  'DELETE /orders/17 HTTP/1.1\r\nHost: orders\r\nAuthorization: Bearer abc.def.ghi\r\nContent-Length: 0\r\nAccept: */*\r\nUser-Agent: test\r\n\r\n',
];

export const RESPONSES: readonly string[] = [
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 18\r\nDate: Sat, 21 Nov 2026 01:00:00 GMT\r\nServer: orders\r\nETag: "abc"\r\n\r\n{"version":"v1"  }',
  'HTTP/1.1 404 Not Found\r\ncontent-type: text/plain\r\ncontent-length: 9\r\ndate: Sat, 21 Nov 2026 01:00:00 GMT\r\nvary: accept-encoding\r\nx-content-type-options: nosniff\r\n\r\nnot found',
  'HTTP/1.1 304 Not Modified\r\nETag: "abc"\r\nCache-Control: max-age=60\r\nDate: Sat, 21 Nov 2026 01:00:00 GMT\r\nVary: Accept\r\nConnection: keep-alive\r\n\r\n',
];

export const CHUNKED_RESPONSES: readonly string[] = [
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nDate: Sat, 21 Nov 2026 01:00:00 GMT\r\n\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nVary: Accept\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n',
];
