/**
 * Whether text is an address that mail can be sent to. The local part is as HTML has it
 * (https://html.spec.whatwg.org/#valid-e-mail-address), of 64 characters at most (RFC 5321, section 4.5.3.1.1); the domain
 * may be internationalized.
 */
export function isEmailAddress(text: string): boolean {
  const { local, domain } = split(text);
  if (!/^[\w.!#$%&'*+/=?^`{|}~-]{1,64}$/.test(local)) return false;
  const ascii = toAsciiDomain(domain);
  const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
  return ascii.length <= 253 && new RegExp(`^(?:${label}\\.)+(?=.*[a-z])${label}$`).test(ascii);
}

/** The address with its domain in ASCII, which every mail server takes: `a@xn--bcher-kva.example`. */
export function toAsciiAddress(address: string): string {
  const { local, domain } = split(address);
  return `${local}@${toAsciiDomain(domain)}`;
}

function split(address: string): { readonly local: string; readonly domain: string } {
  const at = address.lastIndexOf('@');
  return { local: address.slice(0, Math.max(0, at)), domain: address.slice(at + 1) };
}

/** By the rules of URLs, which are those of mail here: https://unicode.org/reports/tr46/. Empty where it is no domain. */
function toAsciiDomain(domain: string): string {
  if (!/^[\p{L}\p{N}\p{M}.-]+$/u.test(domain) || !URL.canParse(`http://${domain}`)) return '';
  return new URL(`http://${domain}`).hostname;
}
