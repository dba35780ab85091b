import { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Config } from '../config.ts';
import { withDeadline } from '../deadline.ts';
import { AppError } from '../errors.ts';
import { authenticateStaff } from '../http/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import type { AppEnv } from '../http/context.ts';
import { validate } from '../http/validate.ts';
import { beginConnecting, finishConnecting } from './authorize.ts';
import { BookingParam, BooksSettingsBody, CallbackQuery, PartBody } from './schemas.ts';
import { confirmBooks, disconnectBooks, getBooks, getChoices, makePart } from './settings.ts';
import { tryBookingAgain } from './try-again.ts';

export const bookkeepingRoutes = new Hono<AppEnv>()
  .get('/', authenticateStaff, async (c) => c.json(toBody(await getBooks(c.var.deps, c.var.actor))))
  .post('/connect', authenticateStaff, async (c) => {
    const { url, nonce } = await beginConnecting(c.var.deps, c.var.actor);
    setCookie(c, cookieName, nonce, { ...cookieOptions(c.var.deps.config), maxAge: 600 });
    return c.json({ url });
  })
  .get('/callback', validate('query', CallbackQuery), async (c) => {
    const { isDevelopment, portalUrl } = c.var.deps.config;
    const nonce = isDevelopment ? getCookie(c, cookieName) : getCookie(c, cookieName, 'host');
    const work = finishConnecting(c.var.deps, { ...c.req.valid('query'), nonce }, clientAddress(c));
    c.var.deps.waitUntil(
      work.then(
        () => {},
        () => {},
      ),
    );
    // A person is there, whom no JSON helps. What comes later is connected all the same, as the page then says.
    const late = () => new AppError('books_failed', 'This took too long.');
    const problem = await withDeadline(connectingMs, () => work, late).catch((error) => {
      if (error instanceof AppError) return error.code;
      throw error;
    });
    deleteCookie(c, cookieName, cookieOptions(c.var.deps.config));
    const page = `${portalUrl}/staff/books${problem ? `?problem=${problem}` : ''}`;
    return c.text('', 302, { location: page });
  })
  .get('/choices', authenticateStaff, async (c) => {
    const { company, choices } = await getChoices(c.var.deps, c.var.actor);
    return c.json({
      company: company.name,
      currency: company.currency,
      needs_tax_code: company.needsTaxCode,
      deposit_items: choices.depositItems,
      income_items: choices.incomeItems,
      accounts: choices.accounts,
      tax_codes: choices.taxCodes,
    });
  })
  .post('/parts', authenticateStaff, validate('json', PartBody), async (c) =>
    c.json(await makePart(c.var.deps, c.var.actor, c.req.valid('json').part), 201),
  )
  .put('/settings', authenticateStaff, validate('json', BooksSettingsBody), async (c) => {
    await confirmBooks(c.var.deps, c.var.actor, c.req.valid('json'), clientAddress(c));
    return c.json(toBody(await getBooks(c.var.deps, c.var.actor)));
  })
  .post('/disconnect', authenticateStaff, async (c) => {
    await disconnectBooks(c.var.deps, c.var.actor, clientAddress(c));
    return c.json({ disconnected: true as const });
  });

export const bookingRoutes = new Hono<AppEnv>().post(
  '/:proposal_id/bookings/:booking_id/try_again',
  authenticateStaff,
  validate('param', BookingParam),
  async (c) => {
    const { proposal_id: proposalId, booking_id: bookingId } = c.req.valid('param');
    await tryBookingAgain(c.var.deps, c.var.actor, proposalId, bookingId);
    return c.json({ queued: true as const }, 202);
  },
);

const cookieName = 'books_nonce';

/** Before every other answer would be late. */
const connectingMs = 17_000;

/** Lax: the browser sends it where Intuit's page leads back to ours. Script cannot read it. */
function cookieOptions({ isDevelopment }: Pick<Config, 'isDevelopment'>) {
  const shared = { path: '/', httpOnly: true, sameSite: 'Lax' } as const;
  return isDevelopment ? shared : ({ ...shared, prefix: 'host', secure: true } as const);
}

function toBody({ state, books }: Awaited<ReturnType<typeof getBooks>>) {
  const { settings, company = null, start_on = null, refresh_by = null, ends_at = null } = books ?? {};
  return {
    state,
    company,
    start_on,
    refresh_by,
    ends_at,
    looked_at: books?.looked_at ?? null,
    waiting: books?.waiting ?? 0,
    blocked: books?.blocked ?? 0,
    differences: Object.entries(books?.difference_cents ?? {}).map(([currency, cents]) => ({
      currency,
      cents,
    })),
    settings: settings
      ? {
          mode: settings.mode,
          deposit_item_id: settings.depositItemId,
          income_item_id: settings.incomeItemId,
          clearing_account_id: settings.clearingAccountId,
          other_account_id: settings.otherAccountId,
          tax_code_id: settings.taxCodeId,
        }
      : null,
  };
}
