/** Parts of HTTP requests. */
// prettier-ignore
export const HTTP_TOKENS: readonly string[] = [
  "GET ", "PUT ", "POST ", "DELETE ", "HEAD ", "PATCH ", " HTTP/1.1\r\n", " HTTP/1.0\r\n", "\r\n", "\r\n\r\n", "host: 127.0.0.1\r\n",
  "content-length: 0\r\n", "content-length: 5\r\n", "content-length: 99999999999\r\n", "transfer-encoding: chunked\r\n", "5\r\nhello\r\n",
  "0\r\n\r\n", "expect: 100-continue\r\n", "content-encoding: gzip\r\n", "connection: close\r\n", "range: bytes=0-0\r\n", "%", "%00", "%2f",
  "%ff", "/", "//", "/../", "?", "&", "=", "+", ";", "\0", "\xff", "é", "\t", "-1", "NaN",
];
