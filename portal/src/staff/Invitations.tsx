import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, type Invitation, type Invited } from '../api.ts';
import { TextField } from '../fields/TextField.tsx';
import { texts } from '../texts/staff.ts';
import { formatDate, formatTime } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { useMay } from './Allowed.tsx';
import { ConfirmedAction } from './ConfirmedAction.tsx';
import { Failure } from './Failure.tsx';
import { Labelled } from './Labelled.tsx';
import { RoleField, roleOf } from './RoleField.tsx';
import { useStaff } from './staff-context.ts';
import { useToast } from './Toasts.tsx';

const words = texts.teamPage;

/** Lets an admin invite a person by mail. */
export function Invite({ onInvited }: { onInvited: (invited: Invited) => void }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action={words.invite}
      kind="primary"
      title={words.inviteTitle}
      yes={words.sendInvitation}
      run={async (fields) =>
        onInvited(
          await answerOf(
            api.team.invitations.$post({
              json: { email: String(fields.get('email')).trim(), role: roleOf(fields) },
            }),
          ),
        )
      }
    >
      <TextField name="email" label={words.email} kind="email" most={254} />
      <RoleField start="staff" />
      <p className="quiet">{words.howInvitationsWork}</p>
    </ActionDialog>
  );
}

/** The open invitations, and what admins can do about each. */
export function Invitations({
  invitations,
  onInvited,
}: {
  invitations: readonly Invitation[];
  onInvited: (invited: Invited) => void;
}) {
  const mayInvite = useMay('team:write');
  return (
    <table className="list">
      <caption className="hidden">{words.invitations}</caption>
      <thead>
        <tr>
          <th scope="col">{words.email}</th>
          <th scope="col">{words.role}</th>
          <th scope="col">{words.sent}</th>
          <th scope="col">{words.until}</th>
          {mayInvite && (
            <th scope="col">
              <span className="hidden">{words.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {invitations.map((invitation) => (
          <tr key={invitation.id}>
            <td>{invitation.email}</td>
            <td className="word">{words.roles[invitation.role]}</td>
            <td className="quiet" data-label={words.sent}>
              {formatDate(invitation.sent_at)}
            </td>
            <td className="quiet" data-label={words.until}>
              {Date.parse(invitation.expires_at) < Date.now()
                ? words.expired
                : formatTime(invitation.expires_at)}
            </td>
            {mayInvite && (
              <td className="number">
                <InvitationActions invitation={invitation} onInvited={onInvited} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function InvitationActions({
  invitation: { id, email, invitation_url: url, expires_at: expiresAt },
  onInvited,
}: {
  invitation: Invitation;
  onInvited: (invited: Invited) => void;
}) {
  const { api } = useStaff();
  const queries = useQueryClient();
  const toast = useToast();
  const param = { invitation_id: id };
  const isExpired = Date.parse(expiresAt) < Date.now();
  const sending = useMutation({
    mutationFn: () => answerOf(api.team.invitations[':invitation_id'].send.$post({ param })),
    onSuccess: onInvited,
    onSettled: () => queries.invalidateQueries({ queryKey: ['team'] }),
  });
  const copying = useMutation({
    mutationFn: () => navigator.clipboard.writeText(url ?? ''),
    onSuccess: () => toast(words.linkCopied),
    onError: () => toast(words.linkNotCopied),
  });
  return (
    <span className="actions">
      <Button onClick={() => sending.mutate()} busy={sending.isPending && words.sending}>
        <Labelled text={words.sendAgain} of={email} />
      </Button>
      {url && !isExpired && (
        <Button onClick={() => copying.mutate()}>
          <Labelled text={words.copyLink} of={email} />
        </Button>
      )}
      <ConfirmedAction
        words={{
          action: <Labelled text={words.withdraw} of={email} />,
          question: words.withdrawQuestion(email),
          yes: words.withdrawYes,
          busy: words.withdrawing,
          no: words.keep,
          done: words.withdrawn,
        }}
        run={() => answerOf(api.team.invitations[':invitation_id'].withdraw.$post({ param }))}
      >
        {words.withdrawHint}
      </ConfirmedAction>
      {sending.error && <Failure error={sending.error} />}
    </span>
  );
}
