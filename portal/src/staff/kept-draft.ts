import { useState } from 'react';
import type { Draft } from './draft.ts';
import { useUnsaved } from './use-unsaved.ts';

// What staff have typed is kept in this tab until they save it or discard it, so that leaving the page loses nothing.

const prefix = 'draft:';

/** What is kept: what the work began with, and the key with which it is sent, so that it is saved once however often it is. */
type Kept = { readonly start: Draft; readonly draft: Draft; readonly requestKey: string };

/**
 * A person's draft, which begins as `start`, or as what they typed before and did not save: `isKept`. The browser asks before it
 * closes a tab with unsaved work.
 */
export function useKeptDraft(userId: number, name: string, start: () => Draft) {
  const key = `${prefix}${userId}:${name}`;
  const [first] = useState(() => read(key));
  const [work, setWork] = useState<Kept>(() => first ?? begin(start()));
  const [isKept, setKept] = useState(first !== null);
  const [isDirty, setDirty] = useState(first !== null);
  useUnsaved(isDirty);
  /** Another visit begins with what is on file. */
  function forget() {
    forgetDraft(key);
    setKept(false);
    setDirty(false);
  }
  return {
    ...work,
    isKept,
    forget,
    change(draft: Draft) {
      const next = { ...work, draft };
      setWork(next);
      setDirty(true);
      write(key, next);
    },
    /** Forgets what is not wanted. Returns how to keep it again, where something was typed. */
    discard(): (() => void) | null {
      forget();
      return isDirty ? () => write(key, work) : null;
    },
    /** Begins again with what is on file. */
    restart() {
      forget();
      setTimeout(() => location.reload()); // after the browser has heard that nothing is unsaved
    },
  };
}

function begin(start: Draft): Kept {
  return { start, draft: start, requestKey: crypto.randomUUID() };
}

/** Forgets every draft of other people: who signs in now must not see them. */
export function forgetDrafts(userId: string | null): void {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(prefix) && !key.startsWith(`${prefix}${userId}:`)) forgetDraft(key);
    }
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

function read(key: string): Kept | null {
  try {
    const text = sessionStorage.getItem(key);
    // Sound: this page wrote it, in this tab. A number that was not understood was written as null.
    return text === null
      ? null
      : (JSON.parse(text, (_, value) => (value === null ? Number.NaN : value)) as Kept);
  } catch {
    return null;
  }
}

function write(key: string, work: Kept): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(work));
  } catch {
    // Then it lasts until the page is left, and the browser asks before that.
  }
}
