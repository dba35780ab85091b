import { useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { answerOf, apiAs } from '../api.ts';
import { keepStaffToken, staffToken, subjectOf } from '../tokens.ts';
import { Message } from '../ui/Message.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { AttentionBanner, AttentionPage } from './Attention.tsx';
import { CommandMenu } from './CommandMenu.tsx';
import { EditProposalPage, NewProposalPage } from './EditorPages.tsx';
import { forgetDrafts } from './kept-draft.ts';
import { LeadsPage } from './LeadsPage.tsx';
import { LoginPage } from './LoginPage.tsx';
import { NumbersPage } from './NumbersPage.tsx';
import { ProposalListPage } from './ProposalListPage.tsx';
import { StaffProposalPage } from './StaffProposalPage.tsx';
import { StaffContext } from './staff-context.ts';
import { Toasts } from './Toasts.tsx';
import { useShortcuts } from './use-shortcuts.ts';
import './staff.css';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';

// Each component in its states. A production build has neither the route nor the file.
const ComponentsPage = import.meta.env.DEV ? lazy(() => import('./ComponentsPage.tsx')) : null;

/** The pages for staff, or the page where they sign in. */
export default function StaffApp() {
  const [token, setToken] = useState(staffToken);
  // A token that was refused because it expired, perhaps in the middle of some work.
  const [refused, setRefused] = useState<string | null>(null);
  const queries = useQueryClient();
  function keep(next: string | null) {
    const isSame = token !== null && next !== null && subjectOf(token) === subjectOf(next);
    if (!isSame) {
      queries.clear(); // another person must not see it
      forgetDrafts(next && subjectOf(next));
    }
    keepStaffToken(next);
    setToken(next);
    setRefused(null);
  }
  function onRefused() {
    if (staffToken() === token) keepStaffToken(null); // not the next one, if this refusal comes late
    setRefused(token);
  }
  if (token === null) return <LoginPage onSignedIn={keep} wasSignedOut={false} />;
  const isRefused = refused === token;
  return (
    <>
      {isRefused && <LoginPage onSignedIn={keep} wasSignedOut />}
      {/* Kept, so that unsaved work is still there after signing in again. */}
      <div hidden={isRefused}>
        <SignedIn key={subjectOf(token)} token={token} onRefused={onRefused} onSignOut={() => keep(null)} />
      </div>
    </>
  );
}

function SignedIn({
  token,
  onRefused,
  onSignOut,
}: {
  token: string;
  onRefused: () => void;
  onSignOut: () => void;
}) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same token makes the same client
  const api = useMemo(() => apiAs(token, onRefused), [token]);
  const queries = useQueryClient();
  const used = useRef(api);
  useEffect(() => {
    // After signing in again, what was refused is fetched again.
    if (used.current !== api) void queries.invalidateQueries();
    used.current = api;
  }, [api, queries]);
  const {
    data: me,
    error,
    refetch,
  } = useQuery({ queryKey: ['me'], queryFn: () => answerOf(api.auth.me.$get()) });
  if (!me) {
    if (!error) return <Spinner label={texts.staffApp.signingIn} />;
    return (
      <Message title={texts.staffApp.weCannotBeReachedRightNow}>
        <p>{texts.staffApp.pleaseCheckYourConnection}</p>
        <p>
          <Button kind="primary" onClick={() => refetch()}>
            {texts.staffApp.tryAgain}
          </Button>
        </p>
      </Message>
    );
  }
  return (
    <StaffContext value={{ api, me }}>
      <Header orgName={me.org_name} email={me.email} onSignOut={onSignOut} />
      <CommandMenu />
      <AttentionBanner />
      <Toasts>
        <Main>
          <Switch>
            <Route path="/staff">
              <Redirect to="/staff/proposals" replace />
            </Route>
            <Route path="/staff/proposals" component={ProposalListPage} />
            <Route path="/staff/proposals/new" component={NewProposalPage} />
            <Route path="/staff/proposals/:id/edit">
              {({ id }) => <EditProposalPage key={id} id={id} />}
            </Route>
            <Route path="/staff/proposals/:id">{({ id }) => <StaffProposalPage key={id} id={id} />}</Route>
            <Route path="/staff/leads" component={LeadsPage} />
            <Route path="/staff/numbers" component={NumbersPage} />
            <Route path="/staff/attention" component={AttentionPage} />
            {ComponentsPage && (
              <Route path="/staff/components">
                <Suspense>
                  <ComponentsPage />
                </Suspense>
              </Route>
            )}
            <Route>
              <h1>{texts.staffApp.thereIsNoSuchPage}</h1>
              <p>
                <Link href="/staff/proposals">{texts.staffApp.allProposals}</Link>
              </p>
            </Route>
          </Switch>
        </Main>
      </Toasts>
    </StaffContext>
  );
}

/** Takes the focus when the page in it changes, so that a screen reader announces the change. */
function Main({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current !== path) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    shown.current = path;
  }, [path]);
  return (
    <main className="staff" ref={main} tabIndex={-1}>
      {children}
    </main>
  );
}

function Header({ orgName, email, onSignOut }: { orgName: string; email: string; onSignOut: () => void }) {
  useShortcuts();
  const [path] = useLocation();
  const current = (href: string) => (path.startsWith(href) ? 'page' : undefined);
  return (
    <header className="bar">
      <strong dir="auto">{orgName}</strong>
      <nav aria-label={texts.staffApp.main}>
        <Link href="/staff/proposals" aria-current={current('/staff/proposals')}>
          {texts.staffApp.proposals}
        </Link>
        <Link href="/staff/leads" aria-current={current('/staff/leads')}>
          {texts.staffApp.leads}
        </Link>
        <Link href="/staff/numbers" aria-current={current('/staff/numbers')}>
          {texts.staffApp.numbers}
        </Link>
      </nav>
      <span className="who">
        <span className="quiet">{email}</span>
        <Button onClick={onSignOut}>{texts.staffApp.signOut}</Button>
      </span>
    </header>
  );
}
