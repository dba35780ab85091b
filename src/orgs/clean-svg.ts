import { SaxesParser, type SaxesTagNS } from 'saxes';
import { invalidLogo, notAnImage } from './invalid-logo.ts';

const [svg, xlink, xml] = [
  'http://www.w3.org/2000/svg',
  'http://www.w3.org/1999/xlink',
  'http://www.w3.org/XML/1998/namespace',
];

/** What draws. Nothing of it runs a script, holds HTML or leads elsewhere. */
const drawing = new Set(
  `svg g defs symbol use switch title desc style path rect circle ellipse line polyline polygon text tspan textPath image
  linearGradient radialGradient stop clipPath mask pattern marker filter feBlend feColorMatrix feComponentTransfer
  feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB
  feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight
  feTile feTurbulence`.split(/\s+/),
);

const mostDeep = 200;

/**
 * An SVG with what it draws, written afresh: comments, document types, instructions, and what editors note in namespaces of their own
 * are left out. Throws `invalid_request` about what is no SVG, and about one with a script, a handler, HTML, or an address
 * elsewhere: what is left out of it would be missing in the picture.
 */
export function cleanSvg(bytes: Uint8Array<ArrayBuffer>): string {
  const parts: string[] = [];
  /** The elements that are open; false for those that are left out. */
  const open: boolean[] = [];
  const styles: string[] = [];
  let isStyle = false;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', () => {
    throw notAnImage();
  });
  parser.on('opentag', (tag) => {
    const isRoot = open.length === 0;
    if (isRoot && (tag.uri !== svg || tag.local !== 'svg')) throw notAnImage();
    if (open.length >= mostDeep) throw unsafe(`Must not nest more than ${mostDeep} elements.`);
    const isKept = open.at(-1) !== false && tag.uri === svg && tag.local !== 'metadata';
    open.push(isKept);
    if (!isKept) return;
    if (!drawing.has(tag.local)) throw unsafe(`Must not hold <${tag.local}>: a picture only draws.`);
    isStyle = tag.local === 'style';
    const names = isRoot ? ` xmlns="${svg}" xmlns:xlink="${xlink}"` : '';
    parts.push(`<${tag.local}${names}${attributesOf(tag)}>`);
  });
  parser.on('closetag', (tag) => {
    isStyle = false;
    if (open.pop()) parts.push(`</${tag.local}>`);
  });
  const write = (text: string) => {
    if (!open.at(-1)) return;
    if (isStyle) styles.push(text);
    parts.push(escaped(text));
  };
  parser.on('text', write);
  parser.on('cdata', write);
  parser.write(decode(bytes)).close();
  checkStyle(styles.join(''));
  return parts.join('');
}

function decode(bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw notAnImage();
  }
}

function attributesOf({ attributes }: SaxesTagNS): string {
  return Object.values(attributes)
    .filter(({ prefix, uri }) => (prefix === '' || uri === xlink || uri === xml) && prefix !== 'xmlns')
    .filter(({ name }) => name !== 'xmlns')
    .map(({ local, uri, value }) => {
      if (/^on/i.test(local)) throw unsafe(`Must not hold ${local}: a picture does nothing.`);
      if (local === 'href' && !/^(#|data:image\/(png|jpeg);base64,)/.test(value.trim()))
        throw unsafe('Must not lead elsewhere.');
      checkStyle(value);
      const prefix = uri === xlink ? 'xlink:' : uri === xml ? 'xml:' : '';
      return ` ${prefix}${local}="${escaped(value)}"`;
    })
    .join('');
}

/** Style loads nothing: it refers to what the picture itself holds. An escape could hide that. */
function checkStyle(text: string): void {
  const isElsewhere = [...text.matchAll(/url\s*\(\s*["']?\s*(.)/gis)].some(([, first]) => first !== '#');
  if (isElsewhere || /@import|\\|image-set|javascript:/i.test(text)) throw unsafe('Must not load anything.');
}

function escaped(text: string): string {
  return text.replace(/[&<>"\n\t\r]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function unsafe(detail: string) {
  return invalidLogo('unsafe', detail);
}
