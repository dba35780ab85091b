import type { ReactNode } from 'react';
import { holdersOf, type Permission } from '../../../src/domain/permissions.ts';
import { useStaff } from './staff-context.ts';

/** Whether the user's role holds a permission. The API decides; this only keeps away what it would refuse. */
export function useMay(permission: Permission): boolean {
  return holdersOf(permission).includes(useStaff().me.role);
}

/** What is shown only to those who may do it. */
export function Allowed({ to, children }: { to: Permission; children: ReactNode }) {
  return useMay(to) ? children : null;
}
