import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { clientAddress } from '../http/client-address.ts';
import type { AppEnv } from '../http/context.ts';
import { getLogo } from './get-logo.ts';

// What others upload is shown as a picture, by mail programs on any site too, and does nothing where it is opened by itself.
const asPicture = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'unsafe-inline'"],
    imgSrc: ['data:'],
    sandbox: [],
  },
  crossOriginResourcePolicy: 'cross-origin',
});

export const logoRoutes = new Hono<AppEnv>().get('/:file', asPicture, async (c) => {
  const { bytes, mediaType } = await getLogo(c.var.deps, c.req.param('file'), clientAddress(c));
  return c.body(bytes, 200, {
    'content-type': mediaType,
    'cache-control': 'public, max-age=31536000, immutable', // another logo has another name
  });
});
