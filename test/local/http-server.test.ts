import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../../local/http-server.ts';

// A stand-in lives in the process of its tests: an error that it does not catch would end them all.

let server: HttpServer;
const unhandled: unknown[] = [];
const note = (error: unknown) => void unhandled.push(error);

beforeAll(async () => {
  server = await startHttpServer(0, (request, body, response) => {
    if (request.url === '/fails') throw new Error('The handler fails');
    response.end(`${body.length} bytes`);
  });
  process.on('unhandledRejection', note);
});

afterAll(async () => {
  process.off('unhandledRejection', note);
  await server.stop();
});

const post = (path: string) =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body: 'body' });

test('a client that goes away in the middle of its request disturbs no other', async () => {
  const client = connect(server.port, '127.0.0.1');
  client.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nhalf of it');
  await once(client, 'connect');
  await post('/'); // by now the server reads the other's body
  client.destroy();
  await once(client, 'close');
  expect(await (await post('/')).text()).toBe('4 bytes');
  expect(unhandled).toEqual([]);
});

test('a handler that fails loses its own connection alone', async () => {
  await expect(post('/fails')).rejects.toThrow('fetch failed');
  expect(await (await post('/')).text()).toBe('4 bytes');
  expect(unhandled).toEqual([]);
});
