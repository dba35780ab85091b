import { encodeBase64Url } from 'hono/utils/encode';
import { mostLogoBytes } from '../domain/letterhead.ts';
import { cleanSvg } from './clean-svg.ts';
import { invalidLogo, notAnImage } from './invalid-logo.ts';

/** The most pixels of a side: a small file can hold more than a phone has memory for. */
const mostPixels = 4_096;

export const mediaTypes = { png: 'image/png', jpg: 'image/jpeg', svg: 'image/svg+xml' } as const;

type Type = keyof typeof mediaTypes;

/** A file of `logos`, named by what it holds. */
export type Logo = { readonly file: string; readonly bytes: Uint8Array<ArrayBuffer> };

/**
 * A logo as it is kept: a PNG or JPEG as it is, an SVG without anything that acts or loads. Throws `invalid_request` about what is
 * none of them, what is too large, and an SVG that holds a script.
 */
export async function toLogo(bytes: Uint8Array<ArrayBuffer>): Promise<Logo> {
  const [type, kept] = read(bytes);
  const hash = await crypto.subtle.digest('SHA-256', kept);
  return { file: `${encodeBase64Url(hash).replace('=', '')}.${type}`, bytes: kept };
}

function read(bytes: Uint8Array<ArrayBuffer>): [Type, Uint8Array<ArrayBuffer>] {
  if (bytes.length > mostLogoBytes)
    throw invalidLogo('too_large', `Must be at most ${mostLogoBytes / 1024} KiB.`);
  const size = pngSize(bytes) ?? jpegSize(bytes);
  if (!size) return ['svg', Uint8Array.from(new TextEncoder().encode(cleanSvg(bytes)))];
  const [width, height] = size.pixels;
  if (width < 1 || height < 1 || width > mostPixels || height > mostPixels)
    throw invalidLogo('too_large', `Must be at most ${mostPixels} pixels wide and high.`);
  return [size.type, bytes];
}

type Size = { readonly type: Type; readonly pixels: readonly [number, number] };

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The size of a PNG whose chunks reach from its header to its end, and no further (https://www.w3.org/TR/png-3/#5DataRep). */
function pngSize(bytes: Uint8Array<ArrayBuffer>): Size | null {
  if (!pngSignature.every((byte, index) => bytes[index] === byte)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const types: string[] = [];
  let at = pngSignature.length;
  while (at + 12 <= bytes.length && types.at(-1) !== 'IEND') {
    types.push(String.fromCharCode(...bytes.subarray(at + 4, at + 8)));
    at += 12 + view.getUint32(at);
  }
  const isWhole = at === bytes.length && types.at(-1) === 'IEND' && types.includes('IDAT');
  if (!isWhole || types[0] !== 'IHDR' || view.getUint32(8) !== 13) throw notAnImage();
  return { type: 'png', pixels: [view.getUint32(16), view.getUint32(20)] };
}

/** The size of a JPEG, from the segment that begins its frame, if it ends as one does (ITU-T T.81, annex B). */
function jpegSize(bytes: Uint8Array<ArrayBuffer>): Size | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint16(bytes.length - 2) !== 0xffd9) throw notAnImage();
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { type: 'jpg', pixels: [view.getUint16(at + 7), view.getUint16(at + 5)] };
  }
  throw notAnImage();
}
