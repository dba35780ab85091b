import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { logos } from '../../src/db/schema.ts';
import { call } from '../support/api.ts';
import { createMailingProposal, deliver, mailsOf, playMailbox } from '../support/mail.ts';
import { createOrg, createProposal, db, rowCounts } from '../support/world.ts';

type Org = Awaited<ReturnType<typeof createOrg>>;

const change = ({ token }: Pick<Org, 'token'>, json: object) => call('PATCH /org', { token, json });

const base64 = (bytes: Uint8Array | string) =>
  btoa(typeof bytes === 'string' ? bytes : String.fromCharCode(...bytes));

/** A red pixel, as a paint program saves it. */
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const jpeg =
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==';
const picture = (inner: string) =>
  base64(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">${inner}</svg>`);

const bytesOf = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** The same PNG, with so many bytes of text in it. */
function pngOf(length: number): string {
  const whole = bytesOf(png);
  const head = whole.subarray(0, 33); // the signature and the header
  const chunk = new Uint8Array(length - whole.length);
  new DataView(chunk.buffer).setUint32(0, chunk.length - 12);
  chunk.set(new TextEncoder().encode('tEXt'), 4);
  const parts = [...head, ...chunk, ...whole.subarray(33)];
  return btoa(parts.map((byte) => String.fromCharCode(byte)).join(''));
}

async function shownTo(org: Org) {
  const { id, token } = await createProposal(org.id, 'draft');
  return (await call(`GET /proposals/${id}`, { token })).json.org;
}

test('what an org has set is what its customers see', async () => {
  const org = await createOrg();
  const nothing = { address: null, phone: null, web: null, tax_id: null, logo: null, colour: null };
  expect(await shownTo(org)).toEqual({
    name: 'Test',
    email: null,
    ...nothing,
    locale: null,
    paper_size: null,
  });
  const letterhead = {
    ...{ name: 'Küchen & Söhne', email: 'office@example.com', address: 'Mühlweg 1\n10115 Berlin' },
    ...{ phone: '+49 30 1234', web: 'https://example.com/kitchens', tax_id: 'DE 123 456 789' },
    ...{ colour: '#0f5c5c', locale: 'en-GB', paper_size: 'a4' },
  };
  expect(await change(org, letterhead)).toMatchObject({ status: 200, json: letterhead });
  expect(await shownTo(org)).toEqual({ ...letterhead, logo: null });
  expect((await change(org, { ...nothing, address: '' })).status).toBe(200);
  expect(await shownTo(org)).toMatchObject(nothing);
});

describe('a logo', () => {
  test.each([
    ['PNG', png, 'image/png'],
    ['JPEG', jpeg, 'image/jpeg'],
    ['SVG', picture('<path d="M0 0h10v10z"/>'), 'image/svg+xml'],
  ])('that is a %s is served by what it holds, for good, to any site', async (_, logo, mediaType) => {
    const org = await createOrg();
    const { status, json } = await change(org, { logo });
    expect(status).toBe(200);
    expect(json.logo).toMatch(/^\/logos\/[\w-]{43}\.(png|jpg|svg)$/);
    expect((await shownTo(org)).logo).toBe(json.logo);
    const { text, headers, ...answer } = await call(`GET ${json.logo}`);
    expect(answer.status).toBe(200);
    expect(headers.get('content-type')).toBe(mediaType);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text.length).toBeGreaterThan(0);
  });

  test('is the same file for every org, and each keeps its own', async () => {
    const [one, other] = [await createOrg(), await createOrg()];
    const { json } = await change(one, { logo: png });
    expect((await change(other, { logo: png })).json.logo).toBe(json.logo);
    expect((await change(one, { logo: null })).json.logo).toBeNull();
    expect((await call(`GET ${json.logo}`)).status).toBe(200);
  });

  test('that is replaced is served on, for the mails that show it: the last ten', async () => {
    const org = await createOrg();
    const files = [];
    for (let index = 0; index < 12; index += 1) {
      files.push((await change(org, { logo: picture(`<path d="M${index}${Date.now()} 0"/>`) })).json.logo);
    }
    const rows = await db.select().from(logos).where(eq(logos.orgId, org.id));
    expect(new Set(rows.map(({ file }) => `/logos/${file}`))).toEqual(new Set(files.slice(2)));
    expect(await call(`GET ${files[0]}`)).toMatchObject({ status: 404, json: { code: 'logo_not_found' } });
  });

  test('that is set again is no change', async () => {
    const org = await createOrg();
    await change(org, { logo: png });
    const before = await rowCounts();
    expect((await change(org, { logo: png })).status).toBe(200);
    expect(await rowCounts()).toEqual(before);
  });

  test('of 200 KiB is taken, and of a byte more it is not', async () => {
    const org = await createOrg();
    expect((await change(org, { logo: pngOf(200 * 1024) })).status).toBe(200);
    await expectRefused(org, { logo: pngOf(200 * 1024 + 1) }, '#/logo', 'too_large');
  });

  test.each([
    ['a PNG in its first bytes only', base64('\x89PNG\r\n\x1a\nnot really')],
    ['a PNG that ends early', base64(bytesOf(png).subarray(0, 60))],
    ['a PNG with a page behind it', base64(`${atob(png)}<script>alert(1)</script>`)],
    ['a JPEG in its first bytes only', base64('\xff\xd8\xff\xe0nothing')],
    ['a JPEG of two bytes', base64('\xff\xd8')],
    ['a GIF', base64('GIF89a')],
    ['a page', base64('<html><body/></html>')],
    ['a page that calls itself SVG', base64('<svg><path/></svg>')],
    ['an SVG that ends early', base64('<svg xmlns="http://www.w3.org/2000/svg"><g>')],
    [
      'a nest that no parser gets through',
      base64(`<svg xmlns="http://www.w3.org/2000/svg">${'<g>'.repeat(60_000)}`),
    ],
    ['an SVG of no text', base64('\xff\xfe<\x00s\x00v\x00g\x00')],
    [
      'entities that multiply',
      base64('<!DOCTYPE svg [<!ENTITY a "aa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'),
    ],
  ])('is refused that is %s', async (_, logo) => {
    await expectRefused(await createOrg(), { logo }, '#/logo', 'invalid_format');
  });

  test('is refused where it has more pixels than a phone has room for', async () => {
    const huge = bytesOf(png);
    new DataView(huge.buffer).setUint32(16, 100_000);
    await expectRefused(await createOrg(), { logo: base64(huge) }, '#/logo', 'too_large');
  });

  test.each([
    ['a script', '<script>alert(1)</script>'],
    ['a script that says its namespace', '<script xmlns="http://www.w3.org/2000/svg">alert(1)</script>'],
    ['a handler', '<path onload="alert(1)"/>'],
    ['HTML', '<foreignObject><b xmlns="http://www.w3.org/1999/xhtml">x</b></foreignObject>'],
    ['a link', '<a href="https://example.com"><path/></a>'],
    ['an animation of a link', '<animate attributeName="href" values="javascript:alert(1)"/>'],
    ['a picture elsewhere', '<image href="https://example.com/a.png"/>'],
    ['another SVG', '<image href="data:image/svg+xml;base64,PHN2Zy8+"/>'],
    ['another file’s shapes', '<use xlink:href="b.svg#a" xmlns:xlink="http://www.w3.org/1999/xlink"/>'],
    ['a style that loads', '<style>@import "https://example.com/a.css";</style>'],
    ['a fill that loads', '<path fill="url(https://example.com/a.svg#b)"/>'],
    ['a hidden address', '<style>path{fill:u\\72l(https://example.com)}</style>'],
    ['a style in pieces', '<style>@im<![CDATA[port "https://example.com"]]>;</style>'],
    ['a style that foreign elements part', '<style>@im<a:b>x</a:b>port "https://example.com/a.css";</style>'],
    ['a style that elements part', '<style>@im<title>x</title>port "https://example.com/a.css";</style>'],
    ['a style that only comments part', '<style>@im<!-- x -->port "https://example.com/a.css";</style>'],
    ['a source', '<style>path{fill:src("https://example.com/a.png")}</style>'],
    ['a mixture of pictures', '<path fill="cross-fade(\'https://example.com/a.png\' 50%)"/>'],
    ['too deep a nest', '<g>'.repeat(300) + '</g>'.repeat(300)],
  ])('is refused that is an SVG with %s', async (_, inner) => {
    await expectRefused(await createOrg(), { logo: picture(inner) }, '#/logo', 'unsafe');
  });

  test('that an editor saved is served without what the editor noted', async () => {
    const saved = `<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet href="https://example.com/a.css"?>
      <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><!-- Made by hand -->
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ed="https://editor.example" viewBox="0 0 9 9" ed:version="1">
      <s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>
      <metadata><x xmlns="https://editor.example">A name</x></metadata><ed:view zoom="2"><path d="M1"/></ed:view>
      <svg xmlns="http://www.w3.org/2000/svg"><rect width="1" data-name="C:\\a" xml:base="https://example.com/"/></svg>
      <defs><linearGradient id="a"><stop offset="0" stop-color="red"/></linearGradient></defs><style><![CDATA[.b > .c { fill: url(#a) }]]></style>
      <g class="b"><path ed:nodes="cc" class="c" d="M0 0h9v9z"/><use xlink:href="#a"/></g><text>R&amp;D</text></svg>`;
    const { json } = await change(await createOrg(), { logo: base64(saved) });
    const { text } = await call(`GET ${json.logo}`);
    const bare = text.replace(/&#10;|\s+/g, ' ');
    expect(bare).not.toMatch(/editor|Made|name|DOCTYPE|stylesheet|zoom|M1|alert/);
    expect(bare).toContain('<svg><rect width="1"></rect></svg>');
    expect(bare).toContain('<path class="c" d="M0 0h9v9z"></path><use xlink:href="#a"></use>');
    expect(bare).toContain('.b &#62; .c { fill: url(#a) }');
    expect(bare).toContain('<text>R&#38;D</text>');
  });
});

test.each([
  ['PNG', png, /<img src="http:\/\/localhost:5173\/logos\/[\w-]{43}\.png"/],
  ['SVG, which mail programs do not show', picture('<path/>'), null],
])('the mails of an org with a logo that is a %s', async (_, logo, shown) => {
  const mailbox = playMailbox();
  const { org, proposal } = await createMailingProposal(`delivered+${crypto.randomUUID()}@resend.dev`);
  await change(org, { logo, address: 'Mühlweg 1', tax_id: 'DE 1', colour: '#7a1f4f', locale: 'en-GB' });
  await call(`POST /proposals/${proposal.id}/send`, { token: org.token });
  await deliver(org.id);
  const [mail] = mailsOf(mailbox, proposal.id);
  expect(mail?.text).toContain('\nMühlweg 1\nTax ID: DE 1\n');
  expect(mail?.html).toContain('background:#7a1f4f;');
  if (shown) expect(mail?.html).toMatch(shown);
  else expect(mail?.html).not.toContain('<img');
});

test('a logo is asked for by its name alone', async () => {
  for (const path of ['a.png', `${'a'.repeat(43)}.png`, `${'a'.repeat(43)}.gif`, '..%2Fhealthz', '%00']) {
    expect(await call(`GET /logos/${path}`)).toMatchObject({ status: 404, json: { code: 'logo_not_found' } });
  }
});

describe('refused, and nothing changed', () => {
  test.each([
    ['colour', '#ffffff', 'low_contrast'],
    ['colour', '#767676', null],
    ['colour', '#777777', 'low_contrast'],
    ['colour', 'red', 'invalid_format'],
    ['colour', '#0f5', 'invalid_format'],
    ['colour', '#0f5c5c;x', 'invalid_format'],
    ['web', 'javascript:alert(1)', 'invalid_format'],
    ['web', 'example.com', 'invalid_format'],
    ['web', 'https://', 'invalid_format'],
    ['web', 'https:example.com', 'invalid_format'],
    ['web', 'ftp://example.com', 'invalid_format'],
    ['phone', 'x'.repeat(51), 'too_long'],
    ['phone', '+1\n2', 'invalid_format'],
    ['tax_id', '---', 'invalid_format'],
    ['address', 'x'.repeat(501), 'too_long'],
    ['locale', 'de-DE', 'unknown_value'],
    ['paper_size', 'a5', 'unknown_value'],
    ['logo', 'not base64', 'invalid_format'],
    ['logo', '', 'too_short'],
    ['logo', 7, 'wrong_type'],
  ])('%s: %j', async (name, value, code) => {
    const org = await createOrg();
    if (code) await expectRefused(org, { name: 'Other', [name]: value }, `#/${name}`, code);
    else expect((await change(org, { [name]: value })).status).toBe(200);
  });
});

async function expectRefused(org: Org, json: object, pointer: string, code: string) {
  const look = async () => [await rowCounts(), (await call('GET /org', { token: org.token })).json];
  const before = await look();
  const { status, json: problem } = await change(org, json);
  expect([status, problem.code]).toEqual([400, 'invalid_request']);
  expect(problem.errors).toMatchObject([{ pointer, code }]);
  expect(await look()).toEqual(before);
}
