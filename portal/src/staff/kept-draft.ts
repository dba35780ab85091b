import { useEffect, useState } from 'react';
import type { Draft } from './draft.ts';

// What staff have typed is kept in this tab until they save it or discard it, so that leaving the page loses nothing.

const prefix = 'draft:';

/**
 * A draft that begins as `start`, or as what was typed before and not saved. `kept` says which; `forget` begins again. The
 * browser asks before it closes a tab with unsaved work.
 */
export function useKeptDraft(name: string, start: () => Draft) {
  const key = prefix + name;
  const [first] = useState(() => read(key));
  const [draft, setDraft] = useState(() => first ?? start());
  const [isKept, setKept] = useState(first !== null);
  const [isDirty, setDirty] = useState(first !== null);
  useEffect(() => {
    if (!isDirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isDirty]);
  return {
    draft,
    isKept,
    isDirty,
    change(next: Draft) {
      setDraft(next);
      setDirty(true);
      write(key, next);
    },
    /** Once it is saved, or not wanted: another visit begins with what is on file. */
    forget() {
      forgetDraft(key);
      setKept(false);
      setDirty(false);
    },
    /** Begins again with what is on file. */
    restart() {
      forgetDraft(key);
      location.reload();
    },
  };
}

/** Forgets every draft: another person must not see it. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(prefix)) forgetDraft(key);
  } catch {
    // A browser that refuses storage has kept nothing.
  }
}

function forgetDraft(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // As above.
  }
}

function read(key: string): Draft | null {
  try {
    const text = sessionStorage.getItem(key);
    // Sound: this page wrote it, in this tab. A number that was not understood was written as null.
    return text === null
      ? null
      : (JSON.parse(text, (_, value) => (value === null ? Number.NaN : value)) as Draft);
  } catch {
    return null;
  }
}

function write(key: string, draft: Draft): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Then it lasts until the page is left, and the browser asks before that.
  }
}
