import { useEffect } from 'react';
import { type Api, answerOf, Problem } from '../api.ts';

/** What only a person does. A mail scanner opens the page too, and runs its script. */
const deeds = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** After a failure that may pass, the next thing that they do tries again: not at once, and not for ever. */
const [pauseMs, mostTries] = [15_000, 4];

/** Has the API record that a person looked at this version, at the first thing that they do on the page. */
export function useView(api: Api, id: string, version: number) {
  useEffect(() => {
    const over = new AbortController();
    let [tries, nextAt] = [0, 0];
    const record = async () => {
      if (Date.now() < nextAt) return;
      tries += 1;
      nextAt = Date.now() + pauseMs;
      const failure: unknown = await answerOf(
        api.proposals[':proposal_id'].view.$post({ param: { proposal_id: id }, json: { version } }),
      ).then(
        () => null,
        (error) => error,
      );
      const mayPass = failure instanceof Problem && failure.isPassing;
      if (!mayPass || tries >= mostTries) over.abort();
    };
    for (const deed of deeds) window.addEventListener(deed, record, { signal: over.signal, passive: true });
    return () => over.abort();
  }, [api, id, version]);
}
