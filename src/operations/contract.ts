import * as v from 'valibot';
import type { Contracts } from '../http/contract.ts';
import { contentTypes } from '../metrics/exposition.ts';
import { MetricsQuery } from './schemas.ts';

const Health = v.object({ status: v.literal('ok') });
const Rebuilding = v.object({ rebuilding: v.literal(true) });

export const operationContracts = {
  'GET /metrics': {
    id: 'scrapeMetrics',
    tag: 'Operations',
    summary: 'Scrape the metrics',
    description:
      'The sums over the activity log, for Prometheus, in the text format that Accept prefers. Open in development.',
    permission: 'metrics_token',
    query: MetricsQuery,
    example: { query: { org_id: '1' } },
    answer: {
      status: 200,
      description: 'Every series, or every one of the org.',
      body: v.string(),
      mediaTypes: Object.values(contentTypes),
      example: 'crm_leads_created_total{org_id="1"} 3\n',
    },
    problems: ['invalid_request'],
  },
  'POST /metrics/rebuild': {
    id: 'rebuildMetrics',
    tag: 'Operations',
    summary: 'Rebuild the metrics',
    description:
      'Folds the sums again, from the beginning of the activity log. A scrape shows those of before until that is done.',
    permission: 'operator_token',
    example: {},
    answer: { status: 202, description: 'It has begun.', body: Rebuilding, example: { rebuilding: true } },
    problems: [],
  },
  'GET /healthz': {
    id: 'getHealth',
    tag: 'Operations',
    summary: 'Ask whether the Worker runs',
    permission: 'public',
    example: {},
    answer: { status: 200, description: 'It runs.', body: Health, example: { status: 'ok' } },
    problems: [],
  },
  'GET /readyz': {
    id: 'getReadiness',
    tag: 'Operations',
    summary: 'Ask whether the service can work',
    permission: 'public',
    example: {},
    answer: {
      status: 200,
      description: 'The database can be reached.',
      body: Health,
      example: { status: 'ok' },
    },
    problems: [],
  },
} as const satisfies Contracts;

export const operationComponents = { Health, Rebuilding };
