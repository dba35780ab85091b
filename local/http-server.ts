import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type HttpServer = {
  readonly port: number;
  stop(): Promise<void>;
};

/**
 * Serves HTTP on a local port (0: a free one). `handle` gets each request with its whole body. A request whose client
 * goes away in the middle of it, or whose handler fails, loses its connection; the others and the process go on.
 */
export async function startHttpServer(
  port: number,
  handle: (request: IncomingMessage, body: Buffer, response: ServerResponse) => Promise<void> | void,
): Promise<HttpServer> {
  const server = createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      await handle(request, Buffer.concat(chunks), response);
    } catch {
      response.destroy();
    }
  });
  server.keepAliveTimeout = 0; // workerd keeps connections open, and would send on one that had just been closed
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
