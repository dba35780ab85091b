import type { Context } from 'hono';

/** The client's IP address, as Cloudflare saw it; null without Cloudflare in front (locally). */
export function clientAddress(c: Context): string | null {
  return c.req.header('cf-connecting-ip') ?? null;
}

/**
 * The network that a limit counts: an IPv4 address, or the /64 of an IPv6 address, which is the least that a provider hands
 * out (RFC 6177).
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const [before, after] = [head, tail].map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - (before?.length ?? 0) - (after?.length ?? 0) }, () => '0');
  const groups = [...(before ?? []), ...(address.includes('::') ? zeros : []), ...(after ?? [])];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
