import { parseXml, XmlCdata, XmlElement, type XmlNode, XmlText } from '@rgrove/parse-xml';
import { invalidLogo, notAnImage } from './invalid-logo.ts';

const svg = 'http://www.w3.org/2000/svg';

const names = `xmlns="${svg}" xmlns:xlink="http://www.w3.org/1999/xlink"`;

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
  const root = parse(bytes);
  if (root?.name !== 'svg' || root.attributes.xmlns !== svg) throw notAnImage();
  return written(root, 1);
}

function parse(bytes: Uint8Array<ArrayBuffer>): XmlElement | null {
  try {
    return parseXml(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)).root;
  } catch {
    throw notAnImage();
  }
}

function written(node: XmlNode, depth: number): string {
  if (node instanceof XmlText || node instanceof XmlCdata) return escaped(node.text);
  if (!(node instanceof XmlElement)) return '';
  const { name, attributes, children } = node;
  // Another namespace: by a prefix, or by its own declaration.
  const isForeign = name.includes(':') || (attributes.xmlns ?? svg) !== svg;
  if (isForeign || name === 'metadata') return '';
  if (depth > mostDeep) throw unsafe(`Must not nest more than ${mostDeep} elements.`);
  if (!drawing.has(name)) throw unsafe(`Must not hold <${name}>: a picture only draws.`);
  if (name === 'style') return `<style>${escaped(styleOf(children))}</style>`;
  const within = children.map((child) => written(child, depth + 1)).join('');
  return `<${name}${depth === 1 ? ` ${names}` : ''}${attributesOf(attributes)}>${within}</${name}>`;
}

/** Of text alone: what stood between its parts would hide what they come to. */
function styleOf(children: readonly XmlNode[]): string {
  const parts = children.map((child) => {
    if (child instanceof XmlText || child instanceof XmlCdata) return child.text;
    throw unsafe('A style must hold text only.');
  });
  const text = parts.join('');
  checkStyle(text);
  return text;
}

function attributesOf(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .filter(([name]) => /^(xlink:href|xml:(space|lang)|(?!xmlns$|data-)[^:]+)$/.test(name))
    .map(([name, value]) => {
      if (/^on/i.test(name)) throw unsafe(`Must not hold ${name}: a picture does nothing.`);
      if (/(^|:)href$/.test(name) && !/^(#|data:image\/(png|jpeg);base64,)/.test(value.trim()))
        throw unsafe('Must not lead elsewhere.');
      checkStyle(value);
      return ` ${name}="${escaped(value)}"`;
    })
    .join('');
}

/** Style loads nothing: it refers to what the picture itself holds. An escape could hide that. */
function checkStyle(text: string): void {
  const isElsewhere = [...text.matchAll(/url\s*\(\s*["']?\s*(.)/gis)].some(([, first]) => first !== '#');
  const loads = /@import|\\|(image|image-set|cross-fade|src)\s*\(|javascript:/i;
  if (isElsewhere || loads.test(text)) throw unsafe('Must not load anything.');
}

function escaped(text: string): string {
  return text.replace(/[&<>"\n\t\r]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function unsafe(detail: string) {
  return invalidLogo('unsafe', detail);
}
