import { type DatedEvent, evolve } from './evolve.ts';
import { initialProposal, type Proposal, type ProposalTerms } from './proposal.ts';

/** Raise it with every change of `evolve` or of a proposal's state: snapshots of another version are worth nothing. */
export const foldVersion = 8;

/** A snapshot is made when this many entries have been folded since the one before. */
export const snapshotInterval = 100;

/** Sessions that came to nothing: a snapshot holds the newest of them. */
const keptSessions = 10;

/** What has happened to a proposal up to its `seq`, as JSON. */
export type Snapshot = { readonly [Key in Exclude<keyof Proposal, keyof ProposalTerms>]: unknown };

/**
 * The state as a snapshot. It forgets which older sessions expired or failed, or else it would grow with each: `recall`
 * brings one back when there is news of it.
 */
export function toSnapshot(state: Proposal): Snapshot {
  const over = [...state.sessionStatuses].filter(([, status]) => status === 'expired' || status === 'failed');
  const forgotten = new Set(over.slice(0, -keptSessions).map(([sessionId]) => sessionId));
  const { lifecycle, seq, lastEntryAt, revokedTo, pinned, wasComplete, sent, viewedAt, approval } = state;
  const {
    payments,
    requests,
    pending,
    refunds,
    disputes,
    refundRequests,
    acceptedAnomalies,
    bouncedMails,
    checkoutRefusal,
  } = state;
  return {
    lifecycle,
    seq,
    revokedTo,
    pinned,
    wasComplete,
    forgottenSessions: state.forgottenSessions + forgotten.size,
    checkouts: encode(state.checkouts.filter(({ sessionId }) => !forgotten.has(sessionId))),
    sessionStatuses: encode(new Map([...state.sessionStatuses].filter(([id]) => !forgotten.has(id)))),
    lastEntryAt: encode(lastEntryAt),
    sent: encode(sent),
    viewedAt: encode(viewedAt),
    approval: encode(approval),
    payments: encode(payments),
    refunds: encode(refunds),
    disputes: encode(disputes),
    requests: encode(requests),
    pending: encode(pending),
    refundRequests: encode(refundRequests),
    acceptedAnomalies: encode(acceptedAnomalies),
    bouncedMails: encode(bouncedMails),
    checkoutRefusal: encode(checkoutRefusal),
  };
}

/** The state that a snapshot of this fold version was made of, but for what it forgot. */
export function fromSnapshot(terms: ProposalTerms, snapshot: Snapshot): Proposal {
  // Sound: `toSnapshot` of the same version made it of such a state.
  const happened = decode(snapshot) as Omit<Proposal, keyof ProposalTerms>;
  return { ...initialProposal(terms), ...happened };
}

/** The state with sessions that its snapshot forgot, from all their entries up to that snapshot. */
export function recall(state: Proposal, entries: readonly DatedEvent[]): Proposal {
  if (entries.length === 0) return state;
  const { checkouts, sessionStatuses } = evolve(
    { ...state, checkouts: [], sessionStatuses: new Map() },
    entries,
  );
  const held = new Set([
    ...state.checkouts.map(({ sessionId }) => sessionId),
    ...state.sessionStatuses.keys(),
  ]);
  const forgotten = [...sessionStatuses].filter(([sessionId]) => !held.has(sessionId));
  return {
    ...state,
    forgottenSessions: state.forgottenSessions - forgotten.length,
    checkouts: [...checkouts.filter(({ sessionId }) => !held.has(sessionId)), ...state.checkouts],
    sessionStatuses: new Map([...forgotten, ...state.sessionStatuses]),
  };
}

/** JSON has no dates, maps or sets. */
function encode(value: unknown): unknown {
  if (value instanceof Date) return { date: value.toISOString() };
  if (value instanceof Map) return { map: encode([...value]) };
  if (value instanceof Set) return { set: encode([...value]) };
  if (Array.isArray(value)) return value.map(encode);
  return isObject(value) ? mapValues(value, encode) : value;
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (!isObject(value)) return value;
  if (typeof value.date === 'string') return new Date(value.date);
  // Sound: `encode` made it of a map's entries.
  if (Array.isArray(value.map)) return new Map(decode(value.map) as [unknown, unknown][]);
  if (Array.isArray(value.set)) return new Set(value.set.map(decode));
  return mapValues(value, decode);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function mapValues(object: Readonly<Record<string, unknown>>, to: (value: unknown) => unknown) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, to(value)]));
}
