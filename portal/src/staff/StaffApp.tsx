import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type ComponentType,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { answerOf, apiAs } from '../api.ts';
import { Message } from '../ui/Message.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { ForgotPage, InvitationPage, ResetPage } from './AccountLinks.tsx';
import { AccountPage } from './AccountPage.tsx';
import { AttentionBanner, AttentionPage } from './Attention.tsx';
import { AuditPage } from './AuditPage.tsx';
import { BooksPage } from './BooksPage.tsx';
import { CommandMenu } from './CommandMenu.tsx';
import { EditProposalPage, NewProposalPage } from './EditorPages.tsx';
import { forgetDrafts } from './kept-draft.ts';
import { LeadsPage } from './LeadsPage.tsx';
import { LoginPage } from './LoginPage.tsx';
import { NumbersPage } from './NumbersPage.tsx';
import { ProofPage } from './ProofPage.tsx';
import { ProposalListPage } from './ProposalListPage.tsx';
import { wordsOf } from './problem-words.ts';
import { SettingsPage } from './SettingsPage.tsx';
import { StaffProposalPage } from './StaffProposalPage.tsx';
import { Session } from './session.ts';
import { StaffContext, useStaff } from './staff-context.ts';
import { TeamPage } from './TeamPage.tsx';
import { Toasts } from './Toasts.tsx';
import { useShortcuts } from './use-shortcuts.ts';
import './staff.css';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';

// Each component in its states. A production build has neither the route nor the file.
const ComponentsPage = import.meta.env.DEV ? lazy(() => import('./ComponentsPage.tsx')) : null;

/** The pages that need no session. */
const openPages: Readonly<Record<string, ComponentType<{ session: Session }>>> = {
  '/staff/invitation': InvitationPage,
  '/staff/reset': ResetPage,
  '/staff/forgot': ForgotPage,
};

/** The pages for staff, or the page where they sign in. */
export default function StaffApp() {
  // Undefined until the browser's cookie has been tried.
  const [user, setUser] = useState<string | null | undefined>(undefined);
  // The session ended, perhaps in the middle of some work.
  const [hasEnded, setEnded] = useState(false);
  const [isProving, setProving] = useState(false);
  const queries = useQueryClient();
  const shown = useRef<string | null>(null);
  const show = useCallback(
    (next: string | null) => {
      if (next !== shown.current) {
        queries.clear(); // another person must not see it
        forgetDrafts(next);
      }
      shown.current = next;
      setUser(next);
      setEnded(false);
    },
    [queries],
  );
  const session = useMemo(
    () =>
      new Session(
        (next) => (next === null && shown.current !== null ? setEnded(true) : show(next)),
        setProving,
      ),
    [show],
  );
  const [path] = useLocation();
  const OpenPage = openPages[path];
  const restored = useQuery({
    queryKey: ['session'],
    queryFn: () => session.refresh().then(() => null),
    enabled: user === undefined && !OpenPage,
  });
  if (OpenPage) return <OpenPage session={session} />;
  if (user === undefined) {
    return restored.error ? <Unreachable onRetry={() => restored.refetch()} /> : <SigningIn />;
  }
  if (user === null) return <LoginPage session={session} hasEnded={false} />;
  const isBehind = hasEnded || isProving;
  return (
    <>
      {hasEnded && <LoginPage session={session} hasEnded />}
      {isProving && !hasEnded && <ProofPage session={session} />}
      {/* Kept, so that unsaved work is still there afterwards. */}
      <div hidden={isBehind}>
        <SignedIn key={user} session={session} isBehind={isBehind} onSignedOut={() => show(null)} />
      </div>
    </>
  );
}

const SigningIn = () => <Spinner label={texts.staffApp.signingIn} />;

function Unreachable({ onRetry }: { onRetry: () => void }) {
  return (
    <Message title={texts.staffApp.weCannotBeReachedRightNow}>
      <p>{texts.staffApp.pleaseCheckYourConnection}</p>
      <p>
        <Button kind="primary" onClick={onRetry}>
          {texts.staffApp.tryAgain}
        </Button>
      </p>
    </Message>
  );
}

function SignedIn({
  session,
  isBehind,
  onSignedOut,
}: {
  session: Session;
  isBehind: boolean;
  onSignedOut: () => void;
}) {
  const api = useMemo(() => apiAs(session), [session]);
  const queries = useQueryClient();
  const had = useRef(isBehind);
  useEffect(() => {
    // After signing in again, or a proof, what was refused is fetched again.
    if (had.current && !isBehind) void queries.invalidateQueries();
    had.current = isBehind;
  }, [isBehind, queries]);
  const {
    data: me,
    error,
    refetch,
  } = useQuery({ queryKey: ['me'], queryFn: () => answerOf(api.auth.me.$get()) });
  if (!me) return error ? <Unreachable onRetry={refetch} /> : <SigningIn />;
  return (
    <StaffContext value={{ api, me, session, isBehind }}>
      <Header onSignedOut={onSignedOut} />
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
            <Route path="/staff/team" component={TeamPage} />
            <Route path="/staff/audit" component={AuditPage} />
            <Route path="/staff/settings" component={SettingsPage} />
            <Route path="/staff/books" component={BooksPage} />
            <Route path="/staff/account">
              <AccountPage onSignedOut={onSignedOut} />
            </Route>
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

function Header({ onSignedOut }: { onSignedOut: () => void }) {
  useShortcuts();
  const { me, session } = useStaff();
  const [path] = useLocation();
  const current = (href: string) => (path.startsWith(href) ? 'page' : undefined);
  const signOut = useMutation({ mutationFn: () => session.end(), onSuccess: onSignedOut });
  return (
    <>
      <header className="bar">
        <strong dir="auto">{me.org_name}</strong>
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
          <Link href="/staff/team" aria-current={current('/staff/team')}>
            {texts.staffApp.team}
          </Link>
        </nav>
        <span className="who">
          <Link href="/staff/account" aria-current={current('/staff/account')}>
            {texts.staffApp.account}
          </Link>
          <Button onClick={() => signOut.mutate()} busy={signOut.isPending && texts.staffApp.signingOut}>
            {texts.staffApp.signOut}
          </Button>
        </span>
      </header>
      {signOut.error && (
        <div className="banner">
          <Notice kind="bad" title={texts.staffApp.youAreStillSignedIn}>
            <p>{wordsOf(signOut.error)}</p>
          </Notice>
        </div>
      )}
    </>
  );
}
