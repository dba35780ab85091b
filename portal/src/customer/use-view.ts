import { useEffect } from 'react';
import { type Api, answerOf } from '../api.ts';

/** What only a person does. A mail scanner opens the page too, and runs its script. */
const deeds = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const;

/** Has the API record that a person looked at the proposal, at the first thing that they do on the page. */
export function useView(api: Api, id: string) {
  useEffect(() => {
    const over = new AbortController();
    let isRecorded = false;
    const record = () => {
      if (isRecorded) return;
      isRecorded = true;
      answerOf(api.proposals[':proposal_id'].view.$post({ param: { proposal_id: id } })).then(
        () => over.abort(),
        () => {
          isRecorded = false; // the next thing that they do tries again
        },
      );
    };
    for (const deed of deeds) window.addEventListener(deed, record, { signal: over.signal, passive: true });
    return () => over.abort();
  }, [api, id]);
}
