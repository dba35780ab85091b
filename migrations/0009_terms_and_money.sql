CREATE TABLE "proposal_comments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"proposal_id" bigint NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "deposit" jsonb;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "time_zone" text;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "valid_days" smallint;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "pay_in_full" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "terms" text;--> statement-breakpoint
ALTER TABLE "proposals" ADD COLUMN "hash_version" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "proposals" ADD COLUMN "discount" jsonb;--> statement-breakpoint
ALTER TABLE "proposals" ADD COLUMN "schedule" jsonb;--> statement-breakpoint
ALTER TABLE "proposals" ADD COLUMN "valid_until" date;--> statement-breakpoint
ALTER TABLE "proposals" ADD COLUMN "terms" text;--> statement-breakpoint
ALTER TABLE "proposal_comments" ADD CONSTRAINT "proposal_comments_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "proposal_comments_proposal" ON "proposal_comments" USING btree ("proposal_id");--> statement-breakpoint
CREATE INDEX "portal_activity_log_refund_requests" ON "portal_activity_log" USING btree ("created_at") WHERE event = 'refund_requested';--> statement-breakpoint
ALTER TABLE "orgs" ADD CONSTRAINT "orgs_valid_days" CHECK ("orgs"."valid_days" between 1 and 3650);--> statement-breakpoint
-- The status column is a projection. From now on `paid` is all of the total, and a deposit that is no longer held is not
-- paid: rows that say otherwise are corrected by what the log says. An append corrects its row too, so what an older
-- version writes meanwhile does not stay. Amounts in another currency are an anomaly, and part of no sum.
WITH entry AS (
	SELECT p.id AS proposal_id, p.total_cents, p.version, l.id, l.event, l.meta,
		coalesce(l.meta->>'currency', p.currency) = p.currency AS own
	FROM "proposals" p JOIN "portal_activity_log" l ON l.proposal_id = p.id WHERE p.status = 'deposit_paid'
), lost AS (
	SELECT DISTINCT ON (proposal_id, meta->>'dispute_id') proposal_id, meta FROM entry
	WHERE event = 'dispute_closed' AND own ORDER BY proposal_id, meta->>'dispute_id', id DESC
), held AS (
	SELECT proposal_id, total_cents,
		coalesce(sum((meta->>'amount_cents')::bigint) FILTER (WHERE own AND event = 'payment_success'), 0)
		- coalesce(sum((meta->>'amount_cents')::bigint) FILTER (WHERE own AND event = 'payment_refunded'), 0)
		+ coalesce(sum((meta->>'amount_cents')::bigint) FILTER (WHERE own AND event = 'refund_failed'), 0)
		- coalesce((SELECT sum((lost.meta->>'amount_cents')::bigint) FROM lost
			WHERE lost.proposal_id = entry.proposal_id AND lost.meta->>'status' = 'lost'), 0) AS cents,
		-- What the paid session of this version was for; without one, whatever was paid.
		(SELECT (made.meta->>'deposit_cents')::bigint FROM entry made JOIN entry paid
			ON paid.proposal_id = made.proposal_id AND paid.event = 'payment_success'
				AND paid.meta->>'stripe_session_id' = made.meta->>'session_id'
			WHERE made.proposal_id = entry.proposal_id AND made.event = 'checkout_created'
				AND (made.meta->>'version')::integer = made.version ORDER BY made.id LIMIT 1) AS first_cents,
		bool_or(event = 'approve' AND (meta->>'version')::integer = version) AS approved,
		bool_or(event = 'sent') AS sent
	FROM entry GROUP BY proposal_id, total_cents, version
)
UPDATE "proposals" SET status = CASE
	WHEN held.cents >= held.total_cents THEN 'paid'
	WHEN held.approved THEN 'approved' WHEN held.sent THEN 'sent' ELSE 'draft' END
FROM held WHERE proposals.id = held.proposal_id
	AND (held.cents >= held.total_cents OR held.cents < least(coalesce(held.first_cents, 1), held.total_cents));
