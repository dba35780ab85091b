import { html, raw } from 'hono/html';
import { faults, type Message } from './mailbox.ts';

const style = raw(`<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  table { width: 100%; border-collapse: collapse }
  th, td { text-align: start; padding: .4rem .6rem; border-bottom: 1px solid #8884; overflow-wrap: anywhere }
  iframe { width: 100%; height: 44rem; border: 1px solid #8884; border-radius: .5rem }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #8884; border-radius: .5rem }
  button { font: inherit; margin: 0 .3rem .3rem 0 }
</style>`);

/** All mails, the newest first. */
export function listPage(messages: readonly Message[]): string {
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mailbox</title>${style}</head>
<body>
  <h1>Mailbox</h1>
  <p>What the API mails on this machine. Nothing of it leaves it.</p>
  ${
    messages.length === 0
      ? html`<p>Nothing has been mailed yet. Mail a proposal to its customer, and it arrives here.</p>`
      : html`<table><thead><tr><th>To</th><th>Subject</th><th>Kind</th><th>Time</th></tr></thead><tbody>${messages.map(
          ({ id, to, subject, kind, at, state }) =>
            html`<tr><td>${to}${state === 'delivered' ? '' : ` (${state})`}</td><td><a href="/messages/${id}" dir="auto">${subject}</a></td><td>${kind}</td><td>${at.slice(0, 19).replace('T', ' ')}</td></tr>`,
        )}</tbody></table>`
  }
  <h2>Have the next mail go wrong</h2>
  <p>${faults.map((fault) => html`<button type="button" data-fault="${fault}">${fault.replaceAll('_', ' ')}</button>`)} <output></output></p>
  <script>
    document.addEventListener('click', async ({ target }) => {
      const { fault } = target.dataset;
      if (!fault) return;
      const answer = await fetch('/faults', { method: 'POST', body: JSON.stringify({ fault }) });
      document.querySelector('output').value = 'Next: ' + (await answer.json()).next.join(', ');
    });
  </script>
</body></html>`);
}

/** One mail: its headers, its HTML as a mail program shows it, and its text. Links open beside it. */
export function messagePage(message: Message): string {
  const { from, to, reply_to: replyTo, subject, html: content, text, at } = message;
  const headers = Object.entries({
    From: from,
    To: to,
    ...(replyTo ? { 'Reply-To': replyTo } : {}),
    ...message.headers,
    Date: at,
  });
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title>${style}</head>
<body>
  <p><a href="/">All mails</a></p>
  <h1 dir="auto">${subject}</h1>
  <table><tbody>${headers.map(([name, value]) => html`<tr><th scope="row">${name}</th><td dir="auto">${value}</td></tr>`)}</tbody></table>
  <p><a href="/messages/${message.id}/hostile">What a hostile mail program makes of its links</a></p>
  <h2>HTML</h2>
  <iframe title="HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${`<base target="_blank">${content}`}"></iframe>
  <h2>Text</h2>
  <pre dir="auto">${text}</pre>
</body></html>`);
}

/** What mail programs and their guards make of an address: what to call it, and what is left of it. */
const manglings: readonly (readonly [string, (url: string) => string])[] = [
  ['As it was sent', (url) => url],
  ['The # is encoded', (url) => url.replace('#', '%23')],
  ['The # is encoded twice', (url) => url.replace('#', '%2523')],
  ['A full stop and a bracket follow', (url) => `${url}).`],
  ['A line breaks in the middle', (url) => `${url.slice(0, -40)}%0D%0A${url.slice(-40)}`],
  ['The end of the token is cut off', (url) => url.slice(0, -20)],
  ['All behind the # is cut off', (url) => url.replace(/#.*/, '')],
];

/**
 * A mail as a hostile mail program shows it. It mangles the link, and before its reader sees it, a scanner opens it in a
 * browser, runs the page's script and closes it again.
 */
export function hostilePage({ id, subject, text }: Message): string {
  const [link = ''] = /https?:\/\/\S+#token=\S+/.exec(text) ?? [];
  return String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title>${style}</head>
<body>
  <p><a href="/messages/${id}">The mail</a></p>
  <h1 dir="auto">${subject}</h1>
  ${
    link === ''
      ? html`<p>It has no link to a proposal.</p>`
      : html`<ul>${manglings.map(([name, mangle]) => html`<li><a href="${mangle(link)}" target="_blank" rel="noreferrer">${name}</a></li>`)}</ul>
  <p><button type="button" data-scan="${link}">Scan the link</button> <output></output></p>`
  }
  <script>
    document.querySelector('[data-scan]')?.addEventListener('click', async ({ target }) => {
      const scanner = window.open(target.dataset.scan, '_blank');
      await new Promise((resolve) => setTimeout(resolve, 5000));
      scanner?.close();
      document.querySelector('output').value = 'Scanned: the page was opened, its script ran, and it was closed.';
    });
  </script>
</body></html>`);
}
