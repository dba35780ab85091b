import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { Link, Route, Switch } from 'wouter';
import { Problem } from './api.ts';
import { ProposalPage } from './customer/ProposalPage.tsx';
import { surviveTranslation } from './survive-translation.ts';
import { takeLinkToken } from './tokens.ts';
import { ErrorBoundary } from './ui/ErrorBoundary.tsx';
import { Message } from './ui/Message.tsx';
import './styles.css';
import { texts } from './texts/customer.ts';

const StaffApp = lazy(() => import('./staff/StaffApp.tsx'));

surviveTranslation();
takeLinkToken();
// Pasting another link into the same tab changes only the fragment.
addEventListener('hashchange', () => takeLinkToken() && location.reload());

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Repeating a refused request does not help.
      retry: (failures, error) => failures < 2 && error instanceof Problem && error.isPassing,
      networkMode: 'always', // the browser's own idea of being online is often wrong
    },
    mutations: { networkMode: 'always' },
  },
});

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ErrorBoundary>
        <Suspense>
          <Switch>
            <Route path="/proposal/:id">{({ id }) => <ProposalPage key={id} id={id} />}</Route>
            <Route path="/staff/*?">
              <StaffApp />
            </Route>
            <Route path="/">
              <Message title={texts.main.nothingToSeeWithoutALink}>
                <p>{texts.main.toSeeYourProposal}</p>
                <p>
                  {texts.main.ifYouWorkHere}
                  <Link href="/staff">{texts.main.signIn}</Link>.
                </p>
              </Message>
            </Route>
            <Route>
              <Message title={texts.main.thereIsNoSuchPage}>
                <p>{texts.main.toSeeYourProposal}</p>
              </Message>
            </Route>
          </Switch>
        </Suspense>
      </ErrorBoundary>
    </QueryClientProvider>
  </StrictMode>,
);
