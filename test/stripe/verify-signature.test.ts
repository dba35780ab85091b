import { expect, test } from 'vitest';
import { verifySignature } from '../../src/stripe/verify-signature.ts';
import { sign } from '../support/signature.ts';

const secret = 'whsec_only_for_tests_only_for_tests';
const body = '{"id":"evt_1"}';
const nowSeconds = Math.floor(Date.now() / 1000);

/** Verifies a signature at exactly this age. */
async function verifyAt(ageSeconds: number) {
  const header = await sign(body, secret);
  const [, timestamp] = /t=(\d+)/.exec(header) ?? [];
  await verifySignature(body, header, [secret], new Date((Number(timestamp) + ageSeconds) * 1000));
}

test.each([-60, 0, 300])('a signature of age %i s is accepted', async (age) => {
  await expect(verifyAt(age)).resolves.toBeUndefined();
});

test.each([-61, 301])('a signature of age %i s is refused', async (age) => {
  await expect(verifyAt(age)).rejects.toMatchObject({ code: 'invalid_signature' });
});

test.each([undefined, '', 't=', 't=NaN,v1=00', `t=${nowSeconds}`, `t=${nowSeconds},v0=00`, 'nonsense'])(
  'the header %j is refused',
  async (header) => {
    const verified = verifySignature(body, header, [secret], new Date());
    await expect(verified).rejects.toMatchObject({ code: 'invalid_signature' });
  },
);

test('without a secret nothing verifies', async () => {
  const verified = verifySignature(body, await sign(body, secret), [], new Date());
  await expect(verified).rejects.toMatchObject({ code: 'invalid_signature' });
});
