import type { Config } from '../config.ts';
import type { BooksGateway } from '../domain/accounting.ts';
import { createQuickBooks } from '../quickbooks/gateway.ts';

/** QuickBooks is the only vendor so far. */
export function createBooksGateway(config: Config): BooksGateway {
  return createQuickBooks(() => config.quickBooks, config.booksPaceMs);
}
