// What mails say, and the pages that they link to beside the portal. Another language is another file of this shape.
export const texts = {
  customerMessages: {
    changedIt: (orgName: string) =>
      `${orgName} has changed the proposal that you were sent. Please look at it again: the page shows what is new, and an approval of the one before does not count for this one.`,
    changedUnseen: (orgName: string) =>
      `${orgName} has changed the proposal that you were sent. Please read the new version: an approval of the one before does not count for it.`,
    sentIt: (orgName: string) =>
      `${orgName} has sent you a proposal. You can read it, approve it and pay on one page, without an account.`,
    linkToApproved: (orgName: string) =>
      `${orgName} sends you the link to the proposal that you approved. The page shows what is paid and what is due.`,
    changed: (orgName: string, title: string) => `Changed: your proposal from ${orgName}: ${title}`,
    yourProposalFrom: (orgName: string, title: string) => `Your proposal from ${orgName}: ${title}`,
    totalBefore: 'Total before',
    openTheProposal: 'Open the proposal',
    linkIsForYouAlone: (questions: string) =>
      `The link is for you alone: it opens the proposal without a password. ${questions}`,
    yourLink: (title: string) => `Your link to ${title}`,
    newLinkWasAskedFor:
      'Somebody asked on our page for a new link to this proposal. If it was not you, you need do nothing.',
    payReminder: (amount: string, title: string) => `Reminder: ${amount} to pay for ${title}`,
    toPay: (amount: string) => `${amount} to pay`,
    youApproved: (title: string) => `You approved “${title}”. What is due has not been paid yet.`,
    seeTheProposalAndPay: 'See the proposal and pay',
    approveReminder: (orgName: string, title: string) => `Reminder: your proposal from ${orgName}: ${title}`,
    sentItAndWaits: (orgName: string) => `${orgName} has sent you a proposal, and it waits for your answer.`,
    onlyUntil: (last: string, title: string) => `Only until ${last}: ${title}`,
    approveUntil: (orgName: string, last: string) =>
      `This offer of ${orgName} can be approved until ${last}.`,
    isDueFor: (amount: string, title: string) => `${amount} is due for ${title}`,
    isDue: (amount: string) => `${amount} is due`,
    asksYouToPay: (orgName: string, title: string) =>
      `${orgName} asks you to pay what is due of “${title}” by now.`,
    paymentReceived: (received: string, title: string) => `Payment received: ${received} for ${title}`,
    weReceived: (received: string) => `We received ${received}`,
    arrivedThoughVoid: (title: string, orgName: string) =>
      `Your payment for “${title}” has arrived, although the proposal had been withdrawn before. Please ask ${orgName} to return it.`,
    arrivedThoughDeclined: (title: string, orgName: string) =>
      `Your payment for “${title}” has arrived, although the proposal had been declined before. Please ask ${orgName} to return it.`,
    thankYou: (title: string) => `Thank you. Your payment for “${title}” has arrived.`,
    thisPayment: 'This payment',
    paidInAll: 'Paid in all',
    stillToPay: 'Still to pay',
    seeTheProposalAndTheReceipt: 'See the proposal and the receipt',
    paymentFailedFor: (amount: string, title: string) =>
      `Your payment of ${amount} for ${title} did not go through`,
    paymentFailed: (amount: string) => `Your payment of ${amount} did not go through`,
    bankDidNotPay: (title: string) =>
      `Your bank did not make the payment for “${title}”, so nothing was paid. Please try again, with another way to pay if you like.`,
    refundOf: (amount: string, title: string) => `Refund of ${amount} for ${title}`,
    refunded: (orgName: string, amount: string) => `${orgName} refunded ${amount}`,
    goesBack: (title: string) =>
      `The money for “${title}” goes back the way it came. Banks take five to ten days until it shows.`,
    thisRefund: 'This refund',
    paidLessRefunded: 'Paid, less what was refunded',
    seeTheProposal: 'See the proposal',
    withdrawn: (orgName: string, title: string) => `Withdrawn: your proposal from ${orgName}: ${title}`,
    hasWithdrawnThisProposal: (orgName: string) =>
      `${orgName} has withdrawn this proposal. It can no longer be approved, and there is nothing for you to pay.`,
    hello: (customerName: string) => `Hello ${customerName},`,
    questionsByMail: (orgName: string) => `Questions? Answer this mail: it goes to ${orgName}.`,
    questionsTo: (orgName: string) => `Questions? Ask ${orgName}.`,
    total: 'Total',
    toPayOnApproval: 'To pay on approval',
    validUntil: 'Valid until',
    dueOn: (date: string) => `due ${date}`,
    states: { paid: 'paid', pending: 'on its way', due: 'due', later: 'later' },
    received: 'Received',
    by: (method: string, date: string) => `by ${method}, ${date}`,
  },
  notices: {
    itIsAbout: (title: string) => `It is about “${title}”.`,
    openTheProposal: 'Open the proposal',
    whyYouGetThis: (orgName: string) => `You get this because you work with ${orgName}'s proposals.`,
    stillToPay: 'Still to pay',
    openedBy: (customerName: string) => `Opened by ${customerName}:`,
    openedTheProposal: (customerName: string) => `${customerName} opened the proposal`,
    theyLooked: 'They looked at it for the first time.',
    approvedBy: (name: string) => `Approved by ${name}:`,
    approvedVersion: (name: string, version: number) => `${name} approved version ${version}`,
    total: 'Total',
    dueNow: 'Due now',
    declinedBy: (customerName: string) => `Declined by ${customerName}:`,
    declined: (customerName: string) => `${customerName} declined`,
    theReason: (reason: string) => `The reason: ${reason}.`,
    theirWords: (comment: string) => `Their words: ${comment}`,
    paidFor: (amount: string, customerName: string) => `Paid: ${amount} by ${customerName} for`,
    paid: (customerName: string, amount: string) => `${customerName} paid ${amount}`,
    thisPayment: 'This payment',
    paymentFailed: (amount: string) => `Payment failed: ${amount} for`,
    paymentFailedOf: (amount: string) => `The payment of ${amount} did not go through`,
    customerWasMailed: (customerName: string) =>
      `${customerName} has been mailed that it can be tried again.`,
    aPaymentWasRefused: 'A payment was refused:',
    cannotPay: (customerName: string) => `${customerName} cannot pay`,
    refusedHint: (amount: string, code: string) =>
      `Stripe refused to begin a payment of ${amount}: ${code}. Open the proposal to mend it.`,
    refunded: (amount: string) => `Refunded: ${amount} for`,
    wasRefunded: (amount: string, customerName: string) => `${amount} was refunded to ${customerName}`,
    aRefundFailed: (amount: string) => `A refund failed: ${amount} for`,
    refundFailed: (amount: string) => `The refund of ${amount} failed`,
    theMoneyIsBack: 'The money is back with you. Please refund it in another way.',
    aRefundWasRefused: 'A refund was refused:',
    stripeRefusedTheRefund: 'Stripe refused the refund',
    refundRefusedHint: (code: string) => `Its code is ${code}. Nothing was refunded.`,
    subject: (what: string, title: string) => `${what} ${title}`,
    inquiry: {
      opened: (amount: string) => `Inquiry of ${amount}:`,
      because: (amount: string, reason: string) => `Inquiry of ${amount}: ${reason}`,
      closed: (outcome: string) => `Inquiry ${outcome}:`,
      ended: (amount: string, outcome: string) => `Inquiry of ${amount} ended: ${outcome}`,
      advice:
        'The bank only asks, and has taken no money. Answer it in Stripe’s dashboard before its deadline, so that it does not become a dispute.',
    },
    dispute: {
      opened: (amount: string) => `Dispute of ${amount}:`,
      because: (amount: string, reason: string) => `Dispute of ${amount}: ${reason}`,
      closed: (outcome: string) => `Dispute ${outcome}:`,
      ended: (amount: string, outcome: string) => `Dispute of ${amount} ended: ${outcome}`,
      advice: 'Answer it in Stripe’s dashboard before its deadline, or it is lost.',
    },
    aPaymentNeedsAttention: 'A payment needs attention:',
    pleaseRefundOrAccept: 'Please refund or accept it.',
    aMailCameBack: 'A mail came back:',
    aMailWasReportedAsSpam: 'A mail was reported as spam:',
    cannotBeReachedByMail: (customerName: string) => `${customerName} cannot be reached by mail`,
    reportedAMailAsSpam: (customerName: string) => `${customerName} reported a mail as spam`,
    bouncedHint:
      'Nothing more is mailed to this address. Ask them for another one, and correct it in the proposal.',
  },
  accounts: {
    invited: (orgName: string) => `You are invited to ${orgName}`,
    whoInvites: (inviter: string, orgName: string) =>
      `${inviter} invites you to work on the proposals and payments of ${orgName}.`,
    howToJoin: 'To join, open the link, and choose a password.',
    join: 'Join',
    forThreeDays:
      'The link works once, for three days. If you do not know who this is from, you need do nothing.',
    setAnother: 'Set another password',
    somebodyAsked: (email: string) => `Somebody asked to set another password for ${email}.`,
    ifItWasNotYou: 'If it was not you, you need do nothing: your password stays as it is.',
    forAnHour: 'The link works once, for an hour.',
  },
  message: {
    noMoreReminders: 'No more reminders',
    taxId: (id: string) => `Tax ID: ${id}`,
    ifTheButtonDoesNotWork: 'If the button does not work, open this address:',
  },
  stopPage: {
    noMoreReminders: 'No more reminders?',
    whatStops:
      'You will get no more reminders about proposals and payments from this business. Receipts and what you ask for are still mailed.',
    stop: 'No more reminders',
    stopped: 'You will get no more reminders',
    closeThisPage: 'You can close this page.',
    broken: 'This link does not work',
    openItAgain: 'It may be incomplete. Open it once more from the mail you got, or answer that mail.',
  },
};
