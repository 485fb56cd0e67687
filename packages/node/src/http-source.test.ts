import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { httpSource, isUrl, refuseOtherAddress } from './http-source.ts';

const BYTES = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251);
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A server on this machine, and the ranges that it is asked for. */
async function serve(answer: RequestListener): Promise<{ url: string; ranges: string[] }> {
  const ranges: string[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range ?? 'none');
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/some%20model.pt?token=secret`, ranges };
}

/** Answers as RFC 9110 says. */
function ranged(bytes: Uint8Array, etag = '"1"') {
  return ({ headers }: IncomingMessage, response: ServerResponse): void => {
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (headers['if-range'] !== undefined && headers['if-range'] !== etag) return void response.end(bytes);
    if (Number(start) >= bytes.length)
      return void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    const last = Math.min(Number(end), bytes.length - 1);
    response.writeHead(206, { 'content-range': `bytes ${start}-${last}/${bytes.length}`, etag });
    response.end(bytes.subarray(Number(start), last + 1));
  };
}

const fault = (message: string): unknown =>
  expect.objectContaining({ code: 'file', at: 'some model.pt', message: expect.stringContaining(message) as unknown });

describe('httpSource', () => {
  test('reads ranges, small ones out of what it has', async () => {
    const { url, ranges } = await serve(ranged(BYTES));
    const source = await httpSource(url);
    expect(source).toMatchObject({ name: 'some model.pt', size: BYTES.length });
    for (const [start, end] of [
      [0, 8],
      [8, 60_000],
      [65_530, 65_540],
      [1000, 290_000],
      [BYTES.length - 1, BYTES.length],
      [5, 5],
    ] as const)
      expect(Buffer.compare(await source.read(start, end), BYTES.subarray(start, end)), `${start}…${end}`).toBe(0);
    expect(ranges).toEqual(['bytes=0-65535', 'bytes=65536-131071', 'bytes=1000-289999', 'bytes=262144-299999']);
    await expect(source.read(0, BYTES.length + 1)).rejects.toMatchObject({ code: 'format', fault: 'truncated' });
    await expect(source.read(-1, 1)).rejects.toMatchObject({ code: 'format' });
  });

  test('follows to another address', async () => {
    const answer = ranged(BYTES);
    const { url } = await serve((request, response) => {
      if (request.url === '/elsewhere') answer(request, response);
      else response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await httpSource(url)).size).toBe(BYTES.length);
  });

  test('an empty file is empty', async () => {
    const { url } = await serve(ranged(new Uint8Array()));
    expect((await httpSource(url)).size).toBe(0);
  });

  test('without ranges a small file comes whole, a large one not', async () => {
    const { url, ranges } = await serve((_, response) => response.end(BYTES));
    const source = await httpSource(url);
    expect(new Uint8Array(await source.read(200_000, 200_003))).toEqual(BYTES.slice(200_000, 200_003));
    expect(ranges).toHaveLength(1);
    await expect(httpSource(url, { wholeLimit: 1 << 17 })).rejects.toEqual(fault('sends no parts'));
    const endless = await serve((_, response) => {
      response.writeHead(200);
      const more = (): void => void (response.destroyed || response.write(BYTES, more));
      more();
    });
    await expect(httpSource(endless.url, { wholeLimit: 1 << 20 })).rejects.toEqual(fault('sends no parts'));
  });

  test('a file that changes is not put together from two', async () => {
    let answer = ranged(BYTES);
    const { url } = await serve((request, response) => answer(request, response));
    const source = await httpSource(url);
    answer = ranged(BYTES, '"2"');
    await expect(source.read(200_000, 200_001)).rejects.toEqual(fault('changed'));
    answer = ranged(BYTES.subarray(1));
    await expect(source.read(200_000, 200_001)).rejects.toEqual(fault('changed'));
    answer = ranged(BYTES);
    expect(await source.read(200_000, 200_001)).toHaveLength(1);
  });

  test.each<[string, RequestListener, string]>([
    ['404', (_, response) => void response.writeHead(404).end('no'), '404'],
    ['403', (_, response) => void response.writeHead(403).end(), '403'],
    ['500', (_, response) => void response.writeHead(500).end(), '500'],
    ['no range told', (_, response) => void response.writeHead(206).end(BYTES), 'without saying which'],
    [
      'another range',
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 5-9/20' }).end('12345'),
      'from byte 5 on',
    ],
    [
      'an unknown size',
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-9/*' }).end('1234567890'),
      'how long',
    ],
    [
      'fewer bytes',
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-9/10' }).end('12345'),
      'not sent as asked',
    ],
    [
      'more bytes',
      (_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-3/4' }).end('12345'),
      'not sent as asked',
    ],
    [
      'packed bytes',
      (_, response) =>
        void response.writeHead(206, { 'content-range': 'bytes 0-3/4', 'content-encoding': 'gzip' }).end('1234'),
      'packed',
    ],
    [
      'an end too early',
      (_, response) => {
        response.writeHead(206, { 'content-range': 'bytes 0-9/10', 'content-length': '10' });
        response.write('12345', () => response.destroy());
      },
      'not sent to its end',
    ],
  ])('%s is an error that says so', async (_, answer, told) => {
    const { url } = await serve(answer);
    await expect(httpSource(url)).rejects.toEqual(fault(told));
  });

  test('a server that does not speak TLS is told in words', async () => {
    const { url } = await serve(ranged(BYTES));
    const error: unknown = await httpSource(url.replace('http:', 'https:')).catch((thrown: unknown) => thrown);
    expect(error).toEqual(fault('cannot be reached'));
    expect(String(error)).not.toMatch(/openssl|[\n\\]/i);
  });

  test('what does not answer is an error, and secrets are not told', async () => {
    const { url } = await serve(ranged(BYTES));
    for (const server of servers.splice(0)) server.close().closeAllConnections();
    const error: unknown = await httpSource(url).catch((thrown: unknown) => thrown);
    expect(error).toEqual(fault('cannot be reached'));
    expect(String(error)).not.toContain('secret');
  });

  test.each<[string, RequestListener]>([
    ['at all', () => undefined],
    [
      'to its end',
      (_, response) => {
        response.writeHead(206, { 'content-range': 'bytes 0-9/10' });
        response.write('12345');
      },
    ],
    [
      'a whole file to its end',
      (_, response) => {
        response.writeHead(200);
        response.write('12345');
      },
    ],
  ])('a server that does not answer %s is not awaited for ever', async (_, answer) => {
    const { url } = await serve(answer);
    await expect(httpSource(url, { silence: 60 })).rejects.toEqual(fault('silent'));
  });

  test.each(['ftp://x/y', 'file:///x', 's3://bucket/y'])('%s is refused', (text) => {
    expect(() => refuseOtherAddress(text)).toThrowError(expect.objectContaining({ code: 'file', at: text }));
  });
  test.each(['https://x/y', 'C:\\x', './a://b', 'a/b'])('%s is not refused', (text) => refuseOtherAddress(text));

  test.each([
    ['https://a.b/c', true],
    ['HTTP://a', true],
    ['file:///x', false],
    ['./https://x', false],
    ['C:\\x', false],
  ])('%s is an address: %s', (text, is) => expect(isUrl(text)).toBe(is));
});
