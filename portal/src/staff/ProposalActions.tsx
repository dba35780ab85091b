import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { declineWords } from '../../../src/domain/words.ts';
import { answerOf, type Proposal } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { formatMoney } from '../money.ts';
import { texts } from '../texts/staff.ts';
import { Button } from '../ui/Button.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { ConfirmedAction } from './ConfirmedAction.tsx';
import { Failure } from './Failure.tsx';
import { AskFor, askableParts } from './Money.tsx';
import { SendLink } from './SendLink.tsx';
import { useStaff } from './staff-context.ts';

/** What staff do next with a proposal. */
export type Step = 'send' | 'edit' | 'ask';

/** What staff can do with a proposal: first what leads on, then what ends or corrects something. */
export function ProposalActions({ proposal, next }: { proposal: Proposal; next: Step | null }) {
  const { status } = proposal;
  const [withdrawals, setWithdrawals] = useState(0);
  const isVoid = status === 'void';
  const isClosed = isVoid || status === 'declined' || proposal.expired;
  const hasMoney = proposal.pending_cents > 0 || proposal.payments.some(isHeld);
  return (
    <>
      {next === 'ask' && (
        <div className="actions">
          {askableParts(proposal)
            .slice(0, 1)
            .map((part) => (
              <AskFor key={part.key} proposal={proposal} part={part} kind="primary" />
            ))}
        </div>
      )}
      {/* Without the link that it showed, once that was withdrawn and opens nothing any more. */}
      {!isClosed && <SendLink key={withdrawals} proposal={proposal} isNext={next === 'send'} />}
      <div className="actions">
        {!isVoid && !hasMoney && (
          <Link
            href={`/staff/proposals/${proposal.id}/edit`}
            className={next === 'edit' ? 'button primary' : 'button'}
          >
            {texts.proposalActions.edit}
          </Link>
        )}
        <Duplicate proposal={proposal} />
        {!isClosed && !proposal.approved_by && <ApproveOnBehalf proposal={proposal} />}
        {!isVoid && !hasMoney && status !== 'declined' && <DeclineOnBehalf proposal={proposal} />}
        {!isVoid && hasMoney && <CorrectCustomer proposal={proposal} />}
        {!isVoid && proposal.sent_version !== null && (
          <WithdrawLinks proposal={proposal} onDone={() => setWithdrawals(withdrawals + 1)} />
        )}
        {!isVoid && !hasMoney && <Void proposal={proposal} />}
      </div>
    </>
  );
}

/** Whether some of it may not have gone back: then nothing of what it was paid for is changed. */
function isHeld({ method, reversed, refundable_cents: left }: Proposal['payments'][number]): boolean {
  return method === 'stripe' ? left > 0 : !reversed;
}

/** What was agreed stays as it is while money is held; who it was agreed with can be corrected. */
function CorrectCustomer({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action={texts.proposalActions.correctTheCustomer}
      title={texts.proposalActions.correctTheCustomersNameOrAddress}
      yes={texts.proposalActions.save}
      done={texts.proposalActions.saved}
      run={(fields) =>
        answerOf(
          api.proposals[':proposal_id'].$patch({
            param: { proposal_id: String(proposal.id) },
            json: {
              customer_name: String(fields.get('customer_name')).trim(),
              customer_email: String(fields.get('customer_email')).trim(),
            },
          }),
        )
      }
    >
      <p>{texts.proposalActions.correctHint}</p>
      <TextField
        name="customer_name"
        label={texts.proposalActions.name}
        most={200}
        start={proposal.customer_name}
      />
      <TextField
        name="customer_email"
        label={texts.proposalActions.email}
        kind="email"
        most={254}
        start={proposal.customer_email}
      />
    </ActionDialog>
  );
}

function ApproveOnBehalf({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action={texts.proposalActions.approveForTheCustomer}
      title={texts.proposalActions.approveFor(proposal.customer_name)}
      yes={texts.proposalActions.recordTheApproval}
      done={texts.proposalActions.approvalRecorded}
      run={(fields) =>
        answerOf(
          api.proposals[':proposal_id'].approve.$post({
            param: { proposal_id: String(proposal.id) },
            json: {
              name: String(fields.get('name')),
              version: proposal.version,
              method: fields.get('method') as 'phone' | 'paper' | 'in_person',
              reference: String(fields.get('reference')),
            },
          }),
        )
      }
    >
      <p>
        {texts.proposalActions.approveHint(
          proposal.version,
          formatMoney(proposal.total_cents, proposal.currency),
        )}
      </p>
      <TextField
        name="name"
        label={texts.proposalActions.whoAgreed}
        most={200}
        start={proposal.customer_name}
      />
      <label>
        {texts.proposalActions.how}
        <select name="method">
          <option value="phone">{texts.proposalActions.onThePhone}</option>
          <option value="paper">{texts.proposalActions.onPaper}</option>
          <option value="in_person">{texts.proposalActions.inPerson}</option>
        </select>
      </label>
      <TextField
        name="reference"
        label={texts.proposalActions.reference}
        hint={texts.proposalActions.forExample}
        most={200}
      />
    </ActionDialog>
  );
}

function DeclineOnBehalf({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action={texts.proposalActions.markAsDeclined}
      title={texts.proposalActions.markAsDeclined}
      yes={texts.proposalActions.markAsDeclined}
      done={texts.proposalActions.markedAsDeclined}
      run={(fields) => {
        const comment = String(fields.get('comment') ?? '').trim();
        return answerOf(
          api.proposals[':proposal_id'].decline.$post({
            param: { proposal_id: String(proposal.id) },
            json: {
              reason: fields.get('reason') as keyof typeof declineWords,
              ...(comment ? { comment } : {}),
            },
          }),
        );
      }}
    >
      <p>{texts.proposalActions.declineHint(proposal.customer_name)}</p>
      <label>
        {texts.proposalActions.why}
        <select name="reason">
          {Object.entries(declineWords).map(([value, words]) => (
            <option key={value} value={value}>
              {words.replace(/^./, (letter) => letter.toUpperCase())}
            </option>
          ))}
        </select>
      </label>
      <TextField
        name="comment"
        label={texts.proposalActions.inTheirWordsOptional}
        kind="paragraphs"
        isOptional
        most={2_000}
      />
    </ActionDialog>
  );
}

function Duplicate({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  // A second click makes no second draft.
  const [requestKey] = useState(() => crypto.randomUUID());
  const copy = useMutation({
    mutationFn: () =>
      answerOf(
        api.proposals[':proposal_id'].duplicate.$post({
          param: { proposal_id: String(proposal.id) },
          header: { 'idempotency-key': requestKey },
        }),
      ),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['proposals'] });
      navigate(`/staff/proposals/${id}/edit`);
    },
  });
  return (
    <>
      <Button onClick={() => copy.mutate()} busy={copy.isPending && texts.proposalActions.copying}>
        {texts.proposalActions.duplicate}
      </Button>
      {copy.error && <Failure error={copy.error} />}
    </>
  );
}

function WithdrawLinks({ proposal, onDone }: { proposal: Proposal; onDone: () => void }) {
  const { api } = useStaff();
  return (
    <ConfirmedAction
      words={{
        action: texts.proposalActions.withdrawLinks,
        question: texts.proposalActions.withdrawTheLinks,
        yes: texts.proposalActions.withdrawThem,
        busy: texts.proposalActions.withdrawing,
        no: texts.proposalActions.keepThem,
        done: texts.proposalActions.linksWithdrawn,
      }}
      run={async () => {
        const param = { proposal_id: String(proposal.id) };
        await answerOf(api.proposals[':proposal_id'].links.revoke.$post({ param }));
        onDone();
      }}
    >
      {texts.proposalActions.withdrawHint(proposal.customer_name)}
    </ConfirmedAction>
  );
}

function Void({ proposal }: { proposal: Proposal }) {
  const { api } = useStaff();
  return (
    <ConfirmedAction
      words={{
        action: texts.proposalActions.void,
        question: texts.proposalActions.voidThisProposal,
        yes: texts.proposalActions.voidIt,
        busy: texts.proposalActions.voiding,
        no: texts.proposalActions.keepIt,
        done: texts.proposalActions.voided,
      }}
      run={() =>
        answerOf(api.proposals[':proposal_id'].void.$post({ param: { proposal_id: String(proposal.id) } }))
      }
    >
      {texts.proposalActions.voidHint(proposal.customer_name)}
    </ConfirmedAction>
  );
}
