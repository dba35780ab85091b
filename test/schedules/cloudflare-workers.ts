/** Stands in for the module of that name when the schedules run in Node. */
export class DurableObject {
  readonly ctx: unknown;
  readonly env: unknown;

  constructor(ctx: unknown, env: unknown) {
    this.ctx = ctx;
    this.env = env;
  }
}

/** The bindings, except those that the test provides. */
export const env = {
  ENVIRONMENT: 'development',
  DATABASE_URL: 'postgres://nobody:nothing@database.test/none',
  JWT_SECRET: 'only-for-tests-only-for-tests-only-for-tests',
};

/** A process lives until it dies of a fault, and not only until it has answered. */
export function waitUntil(): void {}

/** Nothing is traced here. */
export const tracing = { enterSpan: <T>(_name: string, work: () => T): T => work() };
