import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { answerOf, type Invited, type Member } from '../api.ts';
import { texts } from '../texts/staff.ts';
import { formatTime } from '../time.ts';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/Notice.tsx';
import { Spinner } from '../ui/Spinner.tsx';
import { ActionDialog } from './ActionDialog.tsx';
import { Allowed, useMay } from './Allowed.tsx';
import { ConfirmedAction } from './ConfirmedAction.tsx';
import { EmptyState } from './EmptyState.tsx';
import { Failure } from './Failure.tsx';
import { Invitations, Invite } from './Invitations.tsx';
import { Labelled } from './Labelled.tsx';
import { RoleField, roleOf } from './RoleField.tsx';
import { useStaff, useTitle } from './staff-context.ts';
import { useToast } from './Toasts.tsx';

const words = texts.teamPage;

/** The organization's people: who they are, what they may do, and who is invited. */
export function TeamPage() {
  useTitle(words.title);
  const { api } = useStaff();
  const toast = useToast();
  // Whose mail did not go out, the last time that one was sent.
  const [unsent, setUnsent] = useState<Invited | null>(null);
  function onInvited(invited: Invited) {
    setUnsent(invited.mail === 'sent' ? null : invited);
    if (invited.mail === 'sent') toast(words.invited);
  }
  const { data, error, refetch } = useQuery({
    queryKey: ['team'],
    queryFn: () => answerOf(api.team.$get()),
  });
  return (
    <>
      <div className="title">
        <h1>{words.title}</h1>
        <span className="actions">
          <Link href="/staff/settings" className="button">
            {texts.settingsPage.title}
          </Link>
          <Allowed to="audit:read">
            <Link href="/staff/audit" className="button">
              {texts.auditPage.title}
            </Link>
          </Allowed>
          <Allowed to="team:write">
            <Invite onInvited={onInvited} />
          </Allowed>
        </span>
      </div>
      {unsent && data?.invitations.some(({ id }) => id === unsent.id) && (
        <Notice kind="bad" title={words.mailDidNotGoOut(unsent.email)}>
          <p>{unsent.mail === 'failed' ? words.sendAgainOrCopy : words.noMailHere}</p>
          <p className="code">{unsent.invitation_url}</p>
        </Notice>
      )}
      {data ? (
        <>
          <Members members={data.members} />
          <h2>{words.invitations}</h2>
          {data.invitations.length === 0 ? (
            <EmptyState title={words.nobodyIsInvited} hint={words.inviteHint} />
          ) : (
            <Invitations invitations={data.invitations} onInvited={onInvited} />
          )}
        </>
      ) : error ? (
        <Failure error={error} onRetry={() => refetch()} />
      ) : (
        <Spinner label={words.loading} />
      )}
    </>
  );
}

function Members({ members }: { members: readonly Member[] }) {
  const { me } = useStaff();
  const mayChange = useMay('team:write');
  return (
    <table className="list">
      <caption className="hidden">{words.title}</caption>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col">{words.email}</th>
          <th scope="col">{words.role}</th>
          <th scope="col">{words.lastUsed}</th>
          {mayChange && (
            <th scope="col">
              <span className="hidden">{words.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <tr key={member.user_id}>
            <td dir="auto">
              {member.name ?? '–'}
              {member.user_id === me.user_id && <span className="quiet"> {words.you}</span>}
            </td>
            <td>{member.email}</td>
            <td className="word">
              {member.is_active ? words.roles[member.role] : words.deactivated}
              {member.has_second_factor && <small className="quiet note">{words.withSecondFactor}</small>}
            </td>
            <td className="quiet" data-label={words.lastUsed}>
              {member.last_used_at ? formatTime(member.last_used_at) : '–'}
            </td>
            {mayChange && (
              <td className="number">
                <span className="actions">
                  {member.is_active ? (
                    <>
                      <ChangeRole member={member} />
                      {member.has_second_factor && <RemoveSecondFactor member={member} />}
                      <Deactivate member={member} />
                    </>
                  ) : (
                    <Reactivate member={member} />
                  )}
                </span>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ChangeRole({ member }: { member: Member }) {
  const { api } = useStaff();
  return (
    <ActionDialog
      action={<Labelled text={words.changeRole} of={member.email} />}
      title={words.roleOf(member.name ?? member.email)}
      yes={words.changeRole}
      done={words.roleChanged}
      run={(fields) =>
        answerOf(
          api.team.members[':user_id'].$patch({
            param: { user_id: String(member.user_id) },
            json: { role: roleOf(fields) },
          }),
        )
      }
    >
      <RoleField start={member.role} />
      <p className="quiet">{words.signedOutWithIt}</p>
    </ActionDialog>
  );
}

function RemoveSecondFactor({ member }: { member: Member }) {
  const { api } = useStaff();
  const who = member.name ?? member.email;
  return (
    <ConfirmedAction
      words={{
        action: <Labelled text={words.removeFactor} of={member.email} />,
        question: words.removeFactorQuestion(who),
        yes: words.removeFactor,
        busy: words.removing,
        no: words.keep,
        done: words.factorRemoved(who),
      }}
      run={() =>
        answerOf(
          api.team.members[':user_id'].second_factor.remove.$post({
            param: { user_id: String(member.user_id) },
          }),
        )
      }
    >
      {words.removeFactorHint}
    </ConfirmedAction>
  );
}

function Deactivate({ member }: { member: Member }) {
  const { api } = useStaff();
  const who = member.name ?? member.email;
  return (
    <ConfirmedAction
      words={{
        action: <Labelled text={words.deactivate} of={member.email} />,
        question: words.deactivateQuestion(who),
        yes: words.deactivateYes,
        busy: words.deactivating,
        no: words.keep,
        done: words.deactivatedDone(who),
      }}
      run={() =>
        answerOf(
          api.team.members[':user_id'].deactivate.$post({ param: { user_id: String(member.user_id) } }),
        )
      }
    >
      {words.deactivateHint}
    </ConfirmedAction>
  );
}

function Reactivate({ member }: { member: Member }) {
  const { api } = useStaff();
  const queries = useQueryClient();
  const toast = useToast();
  const running = useMutation({
    mutationFn: () =>
      answerOf(api.team.members[':user_id'].reactivate.$post({ param: { user_id: String(member.user_id) } })),
    onSuccess: () => toast(words.reactivated(member.name ?? member.email)),
    onSettled: () => queries.invalidateQueries({ queryKey: ['team'] }),
  });
  return (
    <>
      <Button onClick={() => running.mutate()} busy={running.isPending && words.reactivating}>
        <Labelled text={words.reactivate} of={member.email} />
      </Button>
      {running.error && <Failure error={running.error} />}
    </>
  );
}
