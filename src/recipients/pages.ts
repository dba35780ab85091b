import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { texts } from '../mail/texts.ts';

const style = `:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif }
body { max-width: 32rem; margin: 15vh auto; padding: 0 1.25rem }
h1 { font-size: 1.4rem; line-height: 1.3 }
button { font: inherit; font-weight: 600; padding: .7rem 1.4rem; border: 1px solid #8fb0ff; border-radius: .5rem; background: #1f4fd8; color: #fff }
button:focus-visible { outline: 3px solid #8fb0ff; outline-offset: 2px }`;

/** What a page of ours may load: its own style, and its form. */
export const pagePolicy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'sha256-tkP1Z2PIWJtnl+A6A3U3ZY4AynNCuMblT9ydPmBwW0E='"],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/** The page of the link in a reminder. Nothing happens before the button is pressed: programs follow links, too. */
export function stopPage(): Page {
  return page(
    texts.stopPage.noMoreReminders,
    html`<p>${texts.stopPage.whatStops}</p>
    <form method="post"><button>${texts.stopPage.stop}</button></form>`,
  );
}

export function stoppedPage(): Page {
  return page(texts.stopPage.stopped, html`<p>${texts.stopPage.closeThisPage}</p>`);
}

export function brokenPage(): Page {
  return page(texts.stopPage.broken, html`<p>${texts.stopPage.openItAgain}</p>`);
}

type Page = HtmlEscapedString | Promise<HtmlEscapedString>;

function page(title: string, content: Page): Page {
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <meta name="robots" content="noindex">
    <title>${title}</title>
    <style>${raw(style)}</style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${content}
    </main>
  </body>
</html>`;
}
