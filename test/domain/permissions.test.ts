import { expect, test } from 'vitest';
import { authorize, type Permission } from '../../src/domain/permissions.ts';
import { customer, staff } from '../support/given.ts';

/** Who may do what. Wrong here is wrong everywhere, so it is written out once more. */
const everyone: Permission[] = ['proposals:read', 'proposals:approve', 'checkouts:write', 'checkouts:read'];
const read: Permission[] = ['org:read', 'leads:read', 'proposals:list', 'activity:read', 'reports:read'];
const write: Permission[] = ['leads:write', 'proposals:write', 'payments:write'];
const staffOnly = [...read, ...write];
const member = { ...staff, role: 'staff' } as const;
const viewer = { ...staff, role: 'viewer' } as const;

test.each([...read, 'proposals:read', 'checkouts:read'] as const)('a viewer may %s', (permission) => {
  expect(() => authorize(viewer, permission, 8)).not.toThrow();
});

test.each([
  ...write,
  ...(['proposals:approve', 'proposals:decline', 'checkouts:write', 'refunds:write'] as const),
])('a viewer may not %s', (permission) => {
  expect(() => authorize(viewer, permission, 8)).toThrow(/^Only .* may do this\.$/);
});

test.each([...everyone, ...staffOnly])('staff and admins may %s', (permission) => {
  expect(() => authorize(member, permission, 8)).not.toThrow();
  expect(() => authorize(staff, permission, 8)).not.toThrow();
});

test('only the customer of the link may proposals:view', () => {
  expect(() => authorize(customer, 'proposals:view', 7)).not.toThrow();
  expect(() => authorize(customer, 'proposals:view', 8)).toThrow('This link opens another proposal.');
  expect(() => authorize(staff, 'proposals:view', 7)).toThrow('Only the customer may do this.');
});

test.each(everyone)('a customer may %s, with the proposal of the link only', (permission) => {
  expect(() => authorize(customer, permission, 7)).not.toThrow();
  expect(() => authorize(customer, permission, 8)).toThrow('This link opens another proposal.');
});

test.each(staffOnly)('a customer may not %s', (permission) => {
  expect(() => authorize(customer, permission, 7)).toThrow('Only staff may do this.');
});
