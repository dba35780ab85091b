/** Stands in for the module of that name where the schedules run in Node. */
export class DurableObject {
  readonly ctx: unknown;
  readonly env: unknown;

  constructor(ctx: unknown, env: unknown) {
    this.ctx = ctx;
    this.env = env;
  }
}

/** The bindings, but for those that the test itself provides. */
export const env = {
  ENVIRONMENT: 'development',
  DATABASE_URL: 'postgres://nobody:nothing@database.test/none',
  JWT_SECRET: 'only-for-tests-only-for-tests-only-for-tests',
};
