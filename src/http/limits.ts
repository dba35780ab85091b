import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';

/** A limit of wrangler.toml, and what it counts. Cloudflare counts at each location by itself. */
type Limited = { readonly limit: keyof Deps['rateLimits']; readonly key: string };

/** Counts a request against limits, and throws `rate_limited` where one is reached. */
export async function countAgainst(deps: Deps, limited: readonly Limited[]): Promise<void> {
  const checked = await Promise.all(
    // workerd by itself has no rate limits.
    limited.map(({ limit, key }) => deps.rateLimits[limit]?.limit({ key }) ?? { success: true }),
  );
  const reached = limited.find((_, index) => !checked[index]?.success);
  if (reached) throw refusal(deps, reached.limit);
}

/** What one isolate does at once at most, since it holds up everything else there: more is refused at once. */
export class AtOnce {
  readonly #limit: string;
  readonly #most: number;
  #underWay = 0;

  constructor(limit: string, most: number) {
    this.#limit = limit;
    this.#most = most;
  }

  /** Does the work, or throws `rate_limited`. */
  async run<T>(deps: Deps, work: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.#most) throw refusal(deps, this.#limit);
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }
}

function refusal(deps: Deps, limit: string): AppError {
  deps.count({ metric: 'crm_portal_limited_requests_total', labels: { limit }, value: 1 });
  return new AppError('rate_limited', 'Too many requests. Try again in a minute.');
}
