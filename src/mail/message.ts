import { html } from 'hono/html';
import type { CalendarDate } from '../domain/calendar.ts';
import { minorUnits, priceFormat } from '../domain/currency.ts';
import type { Locale } from '../domain/letterhead.ts';
import { texts } from './texts.ts';

/** What a mail says, once for each of its two parts. What people typed is escaped in the HTML. */
export type Message = {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
};

export type Letterhead = {
  /** A PNG's or JPEG's: mail programs show no SVG. */
  readonly logoUrl: string | null;
  /** Of the button. */
  readonly colour: string | null;
  /** Its postal address, and how else to reach it. */
  readonly lines: readonly string[];
};

export type Draft = {
  readonly subject: string;
  /** Whose mail it is. */
  readonly sender: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  /** Names and figures, a line each. */
  readonly facts?: readonly (readonly [string, string])[];
  readonly button: { readonly label: string; readonly url: string } | null;
  readonly footer: string;
  /** How the sender presents itself to customers. */
  readonly letterhead?: Letterhead;
  /** Where the reader asks for no more of its kind. */
  readonly stopUrl?: string;
};

/** The longest subject and sender, in code points: what a list of mails shows. */
const [longestSubject, longestName] = [150, 60];

const stopWords = texts.message.noMoreReminders;

/** A mail with an HTML part, which needs no pictures, and a text part of its own. */
export function render(draft: Draft): Message {
  return { subject: headerText(draft.subject, longestSubject), html: toHtml(draft), text: toText(draft) };
}

/** `"Name" <address>` (RFC 5322, 3.4), of any name. */
export function mailbox(name: string, address: string): string {
  return `"${headerText(name.replace(/["\\<>]/g, ' '), longestName)}" <${address}>`;
}

/** Minor units as money: `$4,725.00`. An org without a locale writes US English. */
export function money(cents: number, currency: string, locale: Locale | null): string {
  return new Intl.NumberFormat(locale ?? 'en-US', priceFormat(currency)).format(cents / minorUnits(currency));
}

/** A calendar date: `November 29, 2026`. */
export function longDate(date: CalendarDate, locale: Locale | null): string {
  const format = new Intl.DateTimeFormat(locale ?? 'en-US', { dateStyle: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${date}T12:00:00Z`));
}

/** On one line, with nothing that could begin another header or turn the direction of what follows, and not too long. */
export function headerText(text: string, longest: number): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ').replace(/ {2,}/g, ' ');
  const points = [...line.trim().toWellFormed()];
  return points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : points.join('');
}

function toText({
  sender,
  heading,
  paragraphs,
  facts = [],
  button,
  footer,
  letterhead,
  stopUrl,
}: Draft): string {
  const lines = letterhead?.lines.map((line) => `${line}\n`).join('') ?? '';
  const figures = facts.map(([name, value]) => `${name}: ${value}`).join('\n');
  const parts = [
    heading,
    ...paragraphs,
    figures,
    button ? `${button.label}:\n${button.url}` : '',
    `-- \n${sender}\n${lines}${footer}${stopUrl ? `\n${stopWords}: ${stopUrl}` : ''}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

// Tables and inline styles, which mail programs know; colours for a dark one in the head. Buttons have a border, since some
// programs turn backgrounds over.
function toHtml({
  subject,
  sender,
  heading,
  paragraphs,
  facts = [],
  button,
  footer,
  letterhead,
  stopUrl,
}: Draft): string {
  const { logoUrl = null, colour, lines = [] } = letterhead ?? {};
  const [ground, border, letters] = colour ? [colour, colour, '#fff'] : ['#1f4fd8', '#8fb0ff', '#fdfdfe'];
  const font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
  const row = ([name, value]: readonly [string, string]) => html`
            <tr>
              <td class="quiet" width="45%" style="padding:6px 12px 6px 0;color:#57606a">${name}</td>
              <td align="right" style="padding:6px 0;font-weight:600" dir="auto">${value}</td>
            </tr>`;
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <meta name="color-scheme" content="light dark">
    <meta name="supported-color-schemes" content="light dark">
    <title>${headerText(subject, longestSubject)}</title>
    <style>
      a.link { color: #0b57d0; word-break: break-all }
      @media (prefers-color-scheme: dark) {
        .page { background: #16181d !important; color: #e6e8eb !important }
        .card { background: #21242b !important; border-color: #3a3f4a !important }
        .quiet { color: #a3abb8 !important }
        a.link { color: #8ab4f8 }
      }
    </style>
  </head>
  <body class="page" style="margin:0;padding:0;background:#f4f5f7;color:#1c1f24">
    <div role="main">
    <table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f4f5f7">
      <tr><td align="center" style="padding:24px 12px">
        <table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:#fdfdfe;border:1px solid #d8dce3;border-radius:12px">
          <tr><td style="padding:28px 24px;${font};font-size:16px;line-height:1.5;overflow-wrap:anywhere">
            ${logoUrl ? html`<p style="margin:0 0 12px"><img src="${logoUrl}" alt="" style="max-height:48px;max-width:220px"></p>` : ''}
            <p class="quiet" style="margin:0 0 16px;color:#57606a;font-size:14px" dir="auto">${sender}</p>
            <h1 style="margin:0 0 16px;font-size:22px;line-height:1.3" dir="auto">${heading}</h1>
            ${paragraphs.map((text) => html`<p style="margin:0 0 16px" dir="auto">${text}</p>`)}
            ${
              facts.length > 0
                ? html`<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 20px;font-size:15px;table-layout:fixed;overflow-wrap:break-word">${facts.map(row)}
            </table>`
                : ''
            }
            ${
              button
                ? html`<p style="margin:8px 0 20px"><a href="${button.url}" style="display:inline-block;padding:12px 22px;background:${ground};border:1px solid ${border};border-radius:8px;color:${letters};font-weight:600;text-decoration:none">${button.label}</a></p>
            <p class="quiet" style="margin:0 0 20px;color:#57606a;font-size:13px">${texts.message.ifTheButtonDoesNotWork}<br><a class="link" href="${button.url}" style="font-size:12px">${button.url}</a></p>`
                : ''
            }
            <p class="quiet" style="margin:0;color:#57606a;font-size:13px" dir="auto">${footer}${stopUrl ? html` <a class="link" href="${stopUrl}">${stopWords}</a>` : ''}</p>
            ${
              lines.length > 0
                ? html`<p class="quiet" style="margin:16px 0 0;color:#57606a;font-size:13px" dir="auto">${lines.map((line, index) => html`${index > 0 ? html`<br>` : ''}${line}`)}</p>`
                : ''
            }
          </td></tr>
        </table>
      </td></tr>
    </table>
    </div>
  </body>
</html>
`;
  return String(page);
}
