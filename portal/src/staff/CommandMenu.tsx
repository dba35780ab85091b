import { Dialog } from '@base-ui/react/dialog';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { answerOf } from '../api.ts';
import { texts } from '../texts/staff.ts';
import { useMay } from './Allowed.tsx';
import { listPath } from './list-query.ts';
import { useStaff } from './staff-context.ts';
import { useSettled } from './use-settled.ts';

type Command = { readonly id: string; readonly words: string; readonly path: string };

const mostProposals = 8;

/** Ctrl-K or ⌘K: goes to any page, and to any proposal by a few letters. */
export function CommandMenu() {
  const { isBehind } = useStaff();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (isBehind) return setOpen(false);
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [isBehind]);
  // Made again each time: one that is still closing would not take the focus.
  if (!isOpen) return null;
  return (
    <Dialog.Root open onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog commands">
          <Dialog.Title className="hidden">{texts.commandMenu.goTo}</Dialog.Title>
          <Commands onDone={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Commands({ onDone }: { onDone: () => void }) {
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const mayMake = useMay('proposals:write');
  const pages = pagesOf(text).filter(({ id }) => id !== 'new' || mayMake);
  const commands = [...pages, ...useProposals(text)];
  const chosen = commands[Math.min(at, commands.length - 1)];
  function go(command: Command | undefined) {
    if (!command) return;
    onDone();
    navigate(command.path);
  }
  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((Math.min(at, commands.length - 1) + step + commands.length) % commands.length);
    else if (event.key === 'Enter') go(chosen);
    else return;
    event.preventDefault();
  }
  return (
    <>
      <input
        // biome-ignore lint/a11y/noAutofocus: the dialog gives it the focus a frame later, and the letters before would be lost
        autoFocus
        role="combobox"
        aria-label={texts.commandMenu.goToAPage}
        aria-expanded
        aria-controls="commands"
        aria-activedescendant={chosen && `command-${chosen.id}`}
        value={text}
        maxLength={200}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id="commands" aria-label={texts.commandMenu.pagesAndProposals}>
        {commands.map((command) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's, which keeps the focus
          <div
            key={command.id}
            id={`command-${command.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={command === chosen}
            onClick={() => go(command)}
          >
            <bdi>{command.words}</bdi>
          </div>
        ))}
      </div>
      {commands.length === 0 && <p className="quiet">{texts.commandMenu.nothingMatches}</p>}
    </>
  );
}

function pagesOf(text: string): Command[] {
  const pages = [
    { id: 'new', words: texts.commandMenu.newProposal, path: '/staff/proposals/new' },
    { id: 'proposals', words: texts.commandMenu.proposals, path: listPath() },
    { id: 'leads', words: texts.commandMenu.leads, path: '/staff/leads' },
    { id: 'numbers', words: texts.commandMenu.numbers, path: '/staff/numbers' },
    { id: 'attention', words: texts.commandMenu.needsAttention, path: '/staff/attention' },
    { id: 'team', words: texts.teamPage.title, path: '/staff/team' },
    { id: 'settings', words: texts.settingsPage.title, path: '/staff/settings' },
    { id: 'books', words: texts.booksPage.title, path: '/staff/books' },
    { id: 'account', words: texts.accountPage.title, path: '/staff/account' },
  ];
  return pages.filter(({ words }) => words.toLowerCase().includes(text.trim().toLowerCase()));
}

function useProposals(text: string): Command[] {
  const { api } = useStaff();
  const q = useSettled(text.trim());
  const { data } = useQuery({
    queryKey: ['proposals', 'command', q],
    queryFn: () => answerOf(api.proposals.$get({ query: { q } })),
    enabled: q !== '',
    placeholderData: keepPreviousData,
  });
  if (q === '' || text.trim() === '' || !data) return [];
  return data.data.slice(0, mostProposals).map(({ id, title, customer_name: name }) => ({
    id: String(id),
    words: `${title} · ${name} · #${id}`,
    path: `/staff/proposals/${id}`,
  }));
}
