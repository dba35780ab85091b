import * as v from 'valibot';
import { type Contracts, pageOf, Time } from '../http/contract.ts';
import { IdempotencyHeader } from '../schemas.ts';
import { CreateLeadBody, ListLeadsQuery } from './schemas.ts';

const lead = {
  id: v.pipe(v.string(), v.uuid()),
  name: v.string(),
  email: v.nullable(v.string()),
  phone: v.nullable(v.string()),
  source: v.nullable(v.string()),
};

const NewLead = v.object(lead);
const Lead = v.object({ ...lead, created_at: Time });
const LeadPage = pageOf(Lead);

const newLead = {
  id: '3f0c8a52-1c3b-4a53-9d5e-0d8f8f3b6c11',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  phone: null,
  source: 'web',
};

export const leadContracts = {
  'POST /leads': {
    id: 'createLead',
    tag: 'Leads',
    summary: 'Create a lead',
    description: 'The same Idempotency-Key with the same body is the same lead.',
    permission: 'leads:write',
    headers: IdempotencyHeader,
    body: CreateLeadBody,
    example: {
      headers: { 'idempotency-key': '8f14e45f' },
      body: { name: 'Ada Lovelace', email: 'ada@example.com', source: 'web' },
    },
    answer: { status: 201, description: 'The lead.', body: NewLead, example: newLead },
    problems: ['invalid_request'],
  },
  'GET /leads': {
    id: 'listLeads',
    tag: 'Leads',
    summary: 'List leads',
    description: "The org's leads, newest first.",
    permission: 'leads:read',
    query: ListLeadsQuery,
    example: {},
    answer: {
      status: 200,
      description: 'A page of leads.',
      body: LeadPage,
      example: { data: [{ ...newLead, created_at: '2026-11-26T09:00:00.000Z' }], next_cursor: null },
    },
    problems: ['invalid_request'],
  },
} as const satisfies Contracts;

export const leadComponents = { NewLead, Lead, LeadPage };
