import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type Api, answerOf, Problem, type Session } from '../api.ts';

/** How often the page checks on a delayed payment. */
const pendingPollMs = 30_000;

const keyOf = (id: string) => ['proposal', id];

/** The current proposal, fetched again when the customer returns to the tab. */
export function useProposal(api: Api, id: string) {
  return useQuery({
    queryKey: keyOf(id),
    queryFn: () => answerOf(api.proposals[':proposal_id'].$get({ param: { proposal_id: id } })),
    refetchOnWindowFocus: 'always',
    refetchInterval: ({ state }) => ((state.data?.pending_cents ?? 0) > 0 ? pendingPollMs : false),
  });
}

/** Fetches the proposal again. */
export function useRefresh(id: string) {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: keyOf(id) });
}

/** Often at first and then less often: the customer is waiting, but not for ever. */
const confirmingMs = 20_000;
const pollMs = (age: number) => (age < confirmingMs ? 1_500 : age < 5 * 60_000 ? 10_000 : 60_000);

/**
 * The status of the session that the customer returns from. It does nothing if `sessionId` is null. The return proves
 * nothing, so the page asks the API until it knows and the proposal shows it; a session that was left, `isLeft`, may still be
 * open. `isUnsure`: that is not so yet. `isSlow`: it takes longer than anyone likes to wait.
 */
export function useSession(api: Api, id: string, sessionId: string | null, isLeft: boolean) {
  const refresh = useRefresh(id);
  const [since] = useState(() => Date.now());
  const { data, error, dataUpdatedAt } = useQuery({
    queryKey: ['session', sessionId],
    queryFn: () =>
      answerOf(api.payments.sessions[':session_id'].$get({ param: { session_id: sessionId ?? '' } })),
    enabled: sessionId !== null,
    refetchInterval: ({ state }) => (isOver(state, isLeft) ? false : pollMs(Date.now() - since)),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: at every answer, and only then
  useEffect(() => {
    if (data && data.status !== 'open') void refresh();
  }, [dataUpdatedAt]);
  return {
    status: data?.status,
    isUnsure: sessionId !== null && !isOver({ data, error }, isLeft),
    isSlow: Date.now() - since >= confirmingMs,
  };
}

/** Whether asking again is pointless: there was no payment, or the session is not this customer's. */
function isOver(
  { data, error }: { data: Session | undefined; error: Error | null },
  isLeft: boolean,
): boolean {
  if (isLeft && data?.status === 'open') return true;
  if (data?.status === 'failed' || data?.status === 'expired') return true;
  return error !== null && !(error instanceof Problem && error.isPassing);
}
