import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { useMay } from './Allowed.tsx';
import { listPath } from './list-query.ts';
import { useStaff } from './staff-context.ts';

/** `/` searches, `n` begins a proposal. Not while something is typed, and not with another key held. */
export function useShortcuts(): void {
  const mayMake = useMay('proposals:write');
  const { isBehind } = useStaff();
  const [, navigate] = useLocation();
  useEffect(() => {
    if (isBehind) return;
    const onKey = (event: KeyboardEvent) => {
      const { key, target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const isTyping =
        target instanceof Element && target.closest('input, select, textarea, [role$="dialog"]');
      if (isTyping) return;
      if (key === '/') {
        event.preventDefault();
        if (!focusSearch()) {
          navigate(listPath());
          setTimeout(focusSearch);
        }
      } else if (key === 'n' && mayMake) {
        event.preventDefault();
        navigate('/staff/proposals/new');
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [navigate, mayMake, isBehind]);
}

function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>('#search');
  search?.focus();
  search?.select();
  return search !== null;
}
