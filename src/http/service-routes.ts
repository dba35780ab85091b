import { Hono } from 'hono';
import { html } from 'hono/html';
import { ping } from '../db/client.ts';
import openapi from '../openapi.json' with { type: 'json' };
import type { AppEnv } from './context.ts';

/** What the service says about itself. */
export const serviceRoutes = new Hono<AppEnv>()
  .get('/healthz', (c) => c.json({ status: 'ok' }))
  .get('/readyz', async (c) => {
    const { db, shards } = c.var.deps;
    await ping(db);
    await shards.sums();
    return c.json({ status: 'ok' });
  })
  .get('/openapi.json', (c) => c.json(openapi))
  .get('/docs', (c) => c.html(page));

type Operation = {
  summary: string;
  description?: string;
  responses: Record<string, { description: string }>;
};

const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
  Object.entries<Operation>(methods).map(([method, operation]) => ({ method, path, operation })),
);

const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${openapi.info.title}</title>
</head>
<body>
<h1>${openapi.info.title}</h1>
<p>${openapi.info.description} The whole of it, for tools: <a href="/openapi.json">openapi.json</a>.</p>
${operations.map(
  ({ method, path, operation }) => html`<h2><code>${method.toUpperCase()} ${path}</code></h2>
<p>${operation.summary} ${operation.description ?? ''}</p>
<ul>${Object.entries(operation.responses).map(
    ([status, { description }]) => html`<li><code>${status}</code> ${description}</li>`,
  )}</ul>
`,
)}
</body>
</html>`;
