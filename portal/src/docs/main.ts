import redocUrl from 'redoc/bundles/redoc.standalone.js?url';
import './docs.css';

// The API's reference, made from /openapi.json by Redoc. Where it cannot be loaded, the page keeps its link to the document.
// Redoc needs no inline style but two fixed ones, works with a keyboard and passes axe; Scalar and Swagger UI do not.

declare global {
  /** https://redocly.com/docs/redoc/deployment/html#the-redoc-object */
  const Redoc: { init(specUrl: string, options: object, element: HTMLElement | null): void };
}

const options = {
  disableSearch: true, // it needs a worker from a blob: URL; the browser's own search finds everything on the page
  jsonSamplesExpandLevel: 'all',
  requiredPropsFirst: true,
  theme: {
    typography: {
      fontFamily: 'system-ui, sans-serif',
      headings: { fontFamily: 'system-ui, sans-serif' },
      code: { fontFamily: 'ui-monospace, monospace' },
    },
  },
};

const script = document.createElement('script');
script.src = redocUrl;
script.onload = () => Redoc.init('/openapi.json', options, document.getElementById('reference'));
document.head.append(script);
