import type { Contract } from '../src/http/contract.ts';

/** A contract's example as a command. `$API` is the service, `$TOKEN` what the route asks for. */
export function curlOf(route: string, { permission, example }: Contract): string {
  const [method = 'GET', template = '/'] = route.split(' ');
  const path = template.replace(/:(\w+)/g, (_, name) => encodeURIComponent(example.path?.[name] ?? ''));
  const query = new URLSearchParams(example.query).toString();
  const headers = {
    ...(permission === 'public' || permission === 'stripe_signature'
      ? {}
      : { authorization: 'Bearer $TOKEN' }),
    ...(permission === 'stripe_signature' ? { 'stripe-signature': '$SIGNATURE' } : {}),
    ...example.headers,
    ...(example.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$API${path}${query ? `?${query}` : ''}"`,
    ...Object.entries(headers).map(([name, value]) => `-H "${name}: ${value}"`),
    ...(example.body === undefined ? [] : [`-d ${quote(JSON.stringify(example.body))}`]),
  ].join(' \\\n  ');
}

/** A word of a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
