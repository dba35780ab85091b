import * as v from 'valibot';
import { booksStates } from '../db/schema.ts';
import { bookingModes } from '../domain/books.ts';
import { type Contracts, Currency, Money, Time } from '../http/contract.ts';
import { BookingParam, BooksSettingsBody, CallbackQuery, PartBody } from './schemas.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Choice = v.object({ id: v.string(), name: v.string() });

const Books = v.object({
  state: v.pipe(
    v.picklist([...booksStates, 'off', 'not_configured']),
    v.description(
      '`choosing`: a company is connected, and nothing is booked before its settings are confirmed. `lost`: it must be connected again, and what is owed waits.',
    ),
  ),
  company: v.nullable(v.string()),
  start_on: v.nullable(v.pipe(v.string(), v.isoDate())),
  refresh_by: v.pipe(v.nullable(Time), v.description('When the connection ends unless it is used.')),
  ends_at: v.pipe(v.nullable(Time), v.description('When it ends for good: connect again before.')),
  looked_at: v.pipe(v.nullable(Time), v.description('When changes made over there were last looked for.')),
  waiting: v.pipe(count, v.description('What is owed to the books and not booked.')),
  blocked: v.pipe(count, v.description('Of that, what waits for somebody.')),
  differences: v.pipe(
    v.array(v.object({ currency: Currency, cents: Money })),
    v.description('Money that moved since the start, less what is booked: 0 once nothing waits.'),
  ),
  settings: v.nullable(
    v.object({
      mode: v.picklist(bookingModes),
      deposit_item_id: v.string(),
      income_item_id: v.string(),
      clearing_account_id: v.string(),
      other_account_id: v.string(),
      tax_code_id: v.nullable(v.string()),
    }),
  ),
});

const settings = {
  mode: 'invoice',
  ...{ deposit_item_id: '7', income_item_id: '9', clearing_account_id: '10', other_account_id: '4' },
  tax_code_id: null,
} as const;

const theBooks = {
  state: 'on',
  company: 'PeakPro LLC',
  start_on: '2026-11-01',
  refresh_by: '2027-03-10T09:00:00.000Z',
  ends_at: '2031-11-29T09:00:00.000Z',
  looked_at: '2026-11-30T09:00:00.000Z',
  waiting: 0,
  blocked: 0,
  differences: [{ currency: 'usd', cents: 0 }],
  settings,
} as const;

const notReached = ['books_not_connected', 'books_connection_lost', 'books_refused', 'books_failed'] as const;

export const bookkeepingContracts = {
  'GET /quickbooks': {
    id: 'getBooks',
    tag: 'Books',
    summary: 'Read how the books are connected, and how they stand',
    permission: 'org:read',
    example: {},
    answer: { status: 200, description: 'The books.', body: Books, example: theBooks },
    problems: [],
  },
  'POST /quickbooks/connect': {
    id: 'connectBooks',
    tag: 'Books',
    summary: 'Begin to connect a company at QuickBooks',
    description: 'For the portal’s pages: the browser gets a cookie, and goes to the URL in the answer.',
    permission: 'org:write',
    example: {},
    answer: {
      status: 200,
      description: 'Intuit’s page.',
      body: v.object({ url: v.pipe(v.string(), v.url()) }),
      example: { url: 'https://appcenter.intuit.com/connect/oauth2?client_id=AB&state=x' },
    },
    problems: [],
  },
  'GET /quickbooks/callback': {
    id: 'finishConnectingBooks',
    tag: 'Books',
    summary: 'Return from Intuit',
    description: 'Where Intuit sends the browser. Good once, with the cookie, within ten minutes.',
    permission: 'public',
    query: CallbackQuery,
    example: { query: { code: 'AB1', state: 'x', realmId: '9130000000000001' } },
    answer: {
      status: 302,
      description: 'To the page of the books, with `problem` in its query where nothing was connected.',
      body: v.string(),
      mediaTypes: ['text/plain; charset=UTF-8'],
      headers: { location: 'The page.' },
      example: '',
    },
    problems: ['invalid_request', 'rate_limited'],
  },
  'GET /quickbooks/choices': {
    id: 'listBooksChoices',
    tag: 'Books',
    summary: 'List what the company has to choose from',
    permission: 'org:write',
    example: {},
    answer: {
      status: 200,
      description: 'Items, accounts and tax codes.',
      body: v.object({
        company: v.string(),
        currency: Currency,
        needs_tax_code: v.boolean(),
        deposit_items: v.pipe(v.array(Choice), v.description('Items on a liability account.')),
        income_items: v.array(Choice),
        accounts: v.pipe(v.array(Choice), v.description('Where money can go.')),
        tax_codes: v.array(Choice),
      }),
      example: {
        ...{ company: 'PeakPro LLC', currency: 'usd', needs_tax_code: false },
        deposit_items: [{ id: '7', name: 'Deposit' }],
        income_items: [{ id: '9', name: 'Proposal' }],
        accounts: [{ id: '10', name: 'Stripe clearing' }],
        tax_codes: [],
      },
    },
    problems: notReached,
  },
  'POST /quickbooks/parts': {
    id: 'makeBooksPart',
    tag: 'Books',
    summary: 'Make an item or account that the company lacks',
    description: 'Or find it by its name: a second request makes no second one.',
    permission: 'org:write',
    body: PartBody,
    example: { body: { part: 'deposit_item' } },
    answer: { status: 201, description: 'It.', body: Choice, example: { id: '7', name: 'Deposit' } },
    problems: ['invalid_request', ...notReached],
  },
  'PUT /quickbooks/settings': {
    id: 'confirmBooks',
    tag: 'Books',
    summary: 'Confirm how to book, and since when',
    description: 'From then on every payment and refund since `start_on` is owed to the books.',
    permission: 'org:write',
    body: BooksSettingsBody,
    example: { body: { ...settings, start_on: '2026-11-01' } },
    answer: { status: 200, description: 'The books.', body: Books, example: theBooks },
    problems: ['invalid_request', ...notReached],
  },
  'POST /quickbooks/disconnect': {
    id: 'disconnectBooks',
    tag: 'Books',
    summary: 'Disconnect the books',
    description: 'Nothing more is booked. The same company can be connected again, and gets nothing twice.',
    permission: 'org:write',
    example: {},
    answer: {
      status: 200,
      description: 'They are disconnected.',
      body: v.object({ disconnected: v.literal(true) }),
      example: { disconnected: true },
    },
    problems: [],
  },
  'POST /proposals/:proposal_id/bookings/:booking_id/try_again': {
    id: 'tryBookingAgain',
    tag: 'Books',
    summary: 'Try a booking again that waits',
    permission: 'payments:write',
    path: BookingParam,
    example: { path: { proposal_id: '7', booking_id: '0b8f3a52-3c1e-4f0a-9a6b-2f1de1c4a111' } },
    answer: {
      status: 202,
      description: 'It is tried within seconds.',
      body: v.object({ queued: v.literal(true) }),
      example: { queued: true },
    },
    problems: ['invalid_request', 'invalid_proposal_id', 'booking_not_found', 'booking_not_blocked'],
  },
} as const satisfies Contracts;

export const bookkeepingComponents = { Books };
