import { Component, type ReactNode } from 'react';
import { texts } from '../texts/customer.ts';
import { Button } from './Button.tsx';
import { Message } from './Message.tsx';

/**
 * Shows a message instead of a blank page when something breaks. Most likely a part of the page could not be loaded:
 * there is no connection, or a newer version was deployed.
 */
export class ErrorBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <Message title={texts.errorBoundary.thisPageCouldNotBeShown}>
        <p>{texts.errorBoundary.nothingIsLost}</p>
        <p>
          <Button kind="primary" onClick={() => location.reload()}>
            {texts.errorBoundary.loadAgain}
          </Button>
        </p>
      </Message>
    );
  }
}
