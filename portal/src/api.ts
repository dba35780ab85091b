import {
  type ClientResponse,
  DetailedError,
  hc,
  type InferRequestType,
  type InferResponseType,
  parseResponse,
} from 'hono/client';
import type { AppType } from '../../src/app.ts';
import type { ErrorCode, FieldError } from '../../src/errors.ts';

/** After this long there will be no answer. Asking again is always safe, even if the first request was carried out. */
const deadlineMs = 20_000;

/** Why a request failed: the API's own code, or `unreachable`. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ErrorCode | 'unreachable';
  /** The wrong fields, where a field is what is wrong. */
  readonly errors: readonly FieldError[];

  constructor(code: Problem['code'], detail: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.code = code;
    this.errors = errors;
  }

  /** Whether the same request may well succeed in a moment, because it failed and was not refused. */
  get isPassing(): boolean {
    return /^(unreachable|rate_limited|.*_unavailable|stripe_(failed|rate_limited|timeout)|internal_error)$/.test(
      this.code,
    );
  }
}

/** Who asks: their token, and another one where that was refused. */
export type Bearer = {
  token(): Promise<string | null>;
  renew(refused: string | null): Promise<string | null>;
  /** Asks them to prove who they are. */
  prove(refused: string): Promise<string | null>;
};

/** The API as the bearer of this token, or of a session's. Its paths and shapes are those of the Worker's own routes. */
export function apiAs(bearer: string | Bearer | null) {
  return hc<AppType>(location.origin, {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const ask = (token: string | null) => {
        const headers = new Headers(init?.headers);
        if (token) headers.set('authorization', `Bearer ${token}`);
        return fetch(input, { ...init, headers, signal: AbortSignal.timeout(deadlineMs) });
      };
      if (bearer === null || typeof bearer === 'string') return ask(bearer);
      let token = await bearer.token();
      let response = await ask(token);
      const again = async (next: string | null) => {
        if (!next) return;
        token = next;
        response = await ask(next);
      };
      if (response.status === 401) await again(await bearer.renew(token));
      if (await asksForProof(response)) await again(await bearer.renew(token)); // another tab may have proved it
      if (token && (await asksForProof(response))) await again(await bearer.prove(token));
      return response;
    },
  });
}

async function asksForProof(response: Response): Promise<boolean> {
  if (response.status !== 403) return false;
  const problem = await response
    .clone()
    .json()
    .catch(() => null);
  return problem?.code === 'proof_required';
}

export type Api = ReturnType<typeof apiAs>;

/** The API's answer. Rejects with a `Problem`. */
// biome-ignore lint/suspicious/noExplicitAny: the constraint is that of `parseResponse` itself
export async function answerOf<T extends ClientResponse<any>>(response: Promise<T>) {
  try {
    return await parseResponse(response);
  } catch (error) {
    throw toProblem(error);
  }
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, detail, errors } = (error instanceof DetailedError && error.detail?.data) || {};
  // Sound: these are the API's problem details.
  if (typeof code === 'string' && typeof detail === 'string')
    return new Problem(code as ErrorCode, detail, errors);
  return new Problem('unreachable', 'There was no answer.');
}

type ProposalAnswer = InferResponseType<Api['proposals'][':proposal_id']['$get'], 200>;

/** How an org presents itself. */
export type Letterhead = ProposalAnswer['org'];

/** A proposal with the state of its deposit. While a deploy is under way, a Worker that knows no letterhead may answer. */
export type Proposal = Omit<ProposalAnswer, 'org'> & { readonly org?: Letterhead };

export type ProposalSummary = InferResponseType<Api['proposals']['$get'], 200>['data'][number];

/** What a list of proposals can be asked for. */
export type ListQuery = InferRequestType<Api['proposals']['$get']>['query'];

export type Lead = InferResponseType<Api['leads']['$get'], 200>['data'][number];

export type Session = InferResponseType<Api['payments']['sessions'][':session_id']['$get'], 200>;

export type SentLink = InferResponseType<
  Api['proposals'][':proposal_id']['links']['$get'],
  200
>['data'][number];

export type Entry = InferResponseType<
  Api['proposals'][':proposal_id']['activity']['$get'],
  200
>['data'][number];

export type Me = InferResponseType<Api['auth']['me']['$get'], 200>;

export type LoginSession = InferResponseType<Api['auth']['sessions']['$get'], 200>['data'][number];

export type TotpKey = InferResponseType<Api['auth']['second_factor']['$post'], 201>;

export type RecoveryCodes = InferResponseType<Api['auth']['second_factor']['confirm']['$post'], 200>;

export type Team = InferResponseType<Api['team']['$get'], 200>;

export type Member = Team['members'][number];

export type Invitation = Team['invitations'][number];

export type Invited = InferResponseType<Api['team']['invitations']['$post'], 201>;

export type AuditEntry = InferResponseType<Api['audit']['$get'], 200>['data'][number];

export type Org = InferResponseType<Api['org']['$get'], 200>;

export type Books = InferResponseType<Api['quickbooks']['$get'], 200>;

export type BooksChoices = InferResponseType<Api['quickbooks']['choices']['$get'], 200>;

export type Numbers = InferResponseType<Api['reports']['numbers']['$get'], 200>;

export type Attention = InferResponseType<Api['reports']['attention']['$get'], 200>;
