import { createContext, useContext, useEffect } from 'react';
import type { Api, Me } from '../api.ts';
import type { Session } from './session.ts';

type Staff = {
  readonly api: Api;
  readonly me: Me;
  readonly session: Session;
  /** Whether the page waits behind the login, since the session has ended, or behind the question for a proof. */
  readonly isBehind: boolean;
};

export const StaffContext = createContext<Staff | null>(null);

/** Who is signed in, and the API with their token. */
export function useStaff(): Staff {
  const staff = useContext(StaffContext);
  if (!staff) throw new Error('Nobody is signed in.');
  return staff;
}

export function useTitle(title: string): void {
  const { me } = useStaff();
  useEffect(() => {
    document.title = `${title} · ${me.org_name}`;
  }, [title, me]);
}
