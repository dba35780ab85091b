import { eq } from 'drizzle-orm';
import { decodeBase64 } from 'hono/utils/encode';
import { logos } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { networkOf } from '../http/client-address.ts';
import { countAgainst } from '../http/limits.ts';
import { mediaTypes } from './logo.ts';

/** A logo's bytes and media type. Throws `logo_not_found`. One request, for anybody: so it stands under a limit. */
export async function getLogo(deps: Deps, file: string, ip: string | null) {
  const [, type] = /^[\w-]{43}\.(png|jpg|svg)$/.exec(file) ?? [];
  if (!type) throw notFound();
  await countAgainst(deps, [{ limit: 'link', key: `logo:${ip && networkOf(ip)}` }]);
  const [logo] = await deps.db.select().from(logos).where(eq(logos.file, file)).limit(1);
  if (!logo) throw notFound();
  return { bytes: decodeBase64(logo.content), mediaType: mediaTypes[type as keyof typeof mediaTypes] }; // sound: it matched
}

function notFound(): AppError {
  return new AppError('logo_not_found', 'There is no such logo.');
}
