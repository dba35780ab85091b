import { withDeadline } from '../deadline.ts';

/** A poke has the courier begin this much later, so that it takes all that is appended until then. */
export const pokeMs = 1_000;

/** A poke only sets an alarm. */
const deadlineMs = 2_000;

/**
 * Tells an org's courier that something is owed: at most once a second. Nothing waits for it and nothing depends on it, since
 * the cron looks for what is due.
 */
export class Pokes {
  readonly #couriers: Env['COURIER'];
  /** When each org was poked last. */
  readonly #last = new Map<number, number>();
  /** The orgs whose next poke waits for the second to end. */
  readonly #pending = new Set<number>();

  constructor(couriers: Env['COURIER']) {
    this.#couriers = couriers;
  }

  /** Resolves when the courier has heard of it, or will not. Never rejects. */
  async poke(orgId: number): Promise<void> {
    if (this.#pending.has(orgId)) return;
    const waitMs = (this.#last.get(orgId) ?? 0) + pokeMs - Date.now();
    if (waitMs > 0) {
      this.#pending.add(orgId);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      this.#pending.delete(orgId);
    }
    if (this.#last.size >= 1_000) this.#last.clear();
    this.#last.set(orgId, Date.now());
    const poke = async () => this.#couriers.getByName(String(orgId)).poke();
    await withDeadline(deadlineMs, poke, () => new Error('The courier did not answer.')).catch(() => {});
  }
}
