import { answerOf, apiAs, type Bearer, Problem } from '../api.ts';
import { subjectOf } from '../tokens.ts';

type Access = { readonly token: string; readonly user: string; readonly until: number };

type Token = { readonly access_token: string; readonly expires_in: number };

/** A token this near its end may not live until the API reads it. */
const marginMs = 30_000;

/**
 * Who is signed in on this browser. The token is in memory only. The session's cookie, which no script can read, gets the
 * next one, so a second tab is signed in, and a tab that was reloaded.
 */
export class Session implements Bearer {
  #access: Access | null = null;
  #refreshing: Promise<void> | null = null;
  /** How often somebody signed in or out here, or went on. */
  #changes = 0;
  readonly #onUser: (user: string | null) => void;
  readonly #onProof: (isAskedFor: boolean) => void;
  /** A proof that the user is asked for, and who waits for it. */
  #proof: {
    readonly promise: Promise<string | null>;
    readonly resolve: (token: string | null) => void;
  } | null = null;

  /**
   * `onUser` hears who is signed in each time that this was found out; null is that the session has ended. `onProof` hears when the
   * user is asked to prove who they are, and when that is over.
   */
  constructor(onUser: (user: string | null) => void, onProof: (isAskedFor: boolean) => void) {
    this.#onUser = onUser;
    this.#onProof = onProof;
  }

  /** The token to send; null if there is none, or if another person has signed in since. */
  async token(): Promise<string | null> {
    const access = this.#access;
    if (!access || access.until - Date.now() > marginMs) return access?.token ?? null;
    return this.renew(access.token);
  }

  /** The token to send instead of one that was refused; null as above. */
  async renew(refused: string | null): Promise<string | null> {
    if (refused === this.#access?.token) await this.refresh();
    const isSameUser = refused !== null && this.#access?.user === subjectOf(refused);
    return isSameUser ? (this.#access?.token ?? null) : null;
  }

  /** The token of a user who was asked to prove who they are; null if they would not, or if another person has signed in since. */
  async prove(refused: string): Promise<string | null> {
    if (!this.#proof) {
      this.#proof = Promise.withResolvers<string | null>();
      this.#onProof(true);
    }
    const token = await this.#proof.promise;
    return token && subjectOf(token) === subjectOf(refused) ? token : null;
  }

  /** Sends the proof. Rejects with a `Problem`. */
  async sendProof(json: { password: string; code?: string }): Promise<void> {
    this.keep(await answerOf(apiAs(this).auth.proof.$post({ json })));
    this.#endProof(this.#access);
  }

  /** Null: the user would not. Signing in again is a proof, too. */
  #endProof(access: Access | null): void {
    this.#proof?.resolve(access?.token ?? null);
    this.#proof = null;
    this.#onProof(false);
  }

  cancelProof(): void {
    this.#endProof(null);
  }

  /** Gets the next token by the cookie, and says who is signed in. Rejects where the API cannot be reached. */
  refresh(): Promise<void> {
    this.#refreshing ??= oneTabAtATime(() => this.#next()).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #next(): Promise<void> {
    const changes = this.#changes;
    const answer = await answerOf(apiAs(null).auth.refresh.$post()).catch((error) => {
      if (error instanceof Problem && isOver(error)) return null;
      throw error;
    });
    if (changes !== this.#changes) return; // who signed in or out meanwhile has the last word
    if (answer) this.keep(answer);
    else {
      this.#access = null;
      this.#onUser(null);
    }
  }

  /** Signs in. Rejects with a `Problem`. */
  async begin(credentials: { email: string; password: string; code?: string }): Promise<void> {
    this.keep(await answerOf(apiAs(null).auth.sessions.$post({ json: credentials })));
    this.#endProof(this.#access);
  }

  /** Goes on with the token of an answer. */
  keep({ access_token: token, expires_in: seconds }: Token): void {
    this.#changes += 1;
    const user = subjectOf(token);
    if (this.#access && this.#access.user !== user) this.#endProof(null); // what waits is another person's
    this.#access = { token, user, until: Date.now() + seconds * 1000 };
    this.#onUser(this.#access.user);
  }

  /** Ends the session, in all tabs. Rejects where the API cannot be reached: then it goes on. */
  async end(): Promise<void> {
    await answerOf(apiAs(null).auth.logout.$post());
    this.#changes += 1;
    this.#access = null;
  }
}

/** Not an outage, and no answer of another version: there is no session. */
const isOver = ({ code }: Problem) => ['token_missing', 'token_invalid', 'token_expired'].includes(code);

/** Answers that cross would leave the browser with a cookie that was replaced already. */
function oneTabAtATime(refresh: () => Promise<void>): Promise<void> {
  const { locks } = navigator as { locks?: LockManager }; // a page without HTTPS has none
  return locks ? locks.request('refresh', refresh) : refresh();
}
