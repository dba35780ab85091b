CREATE TABLE "channels" (
	"org_id" bigint NOT NULL,
	"channel" text NOT NULL,
	"generation" integer DEFAULT 1 NOT NULL,
	"since" timestamp with time zone DEFAULT now(),
	CONSTRAINT "channels_org_id_channel_pk" PRIMARY KEY("org_id","channel")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"org_id" bigint NOT NULL,
	"proposal_id" bigint,
	"channel" text NOT NULL,
	"generation" integer NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"entry_key" text NOT NULL,
	"share" text,
	"due_at" timestamp with time zone NOT NULL,
	"try_at" timestamp with time zone NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"leased_until" timestamp with time zone,
	"doubt_since" timestamp with time zone,
	"frozen" json,
	"vendor_id" text,
	"reported" text,
	"reported_at" timestamp with time zone,
	"reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "outbox_key" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "suppressions" (
	"org_id" bigint NOT NULL,
	"email" text NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "suppressions_org_id_email_reason_pk" PRIMARY KEY("org_id","email","reason")
);
--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "email" text;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "reminder_days" jsonb;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "notify" jsonb;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "next_steps" text;--> statement-breakpoint
ALTER TABLE "channels" ADD CONSTRAINT "channels_org_id_orgs_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."orgs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_org_id_orgs_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."orgs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_org_id_orgs_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."orgs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "outbox_due" ON "outbox" USING btree ("org_id","try_at") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "outbox_proposal" ON "outbox" USING btree ("proposal_id");--> statement-breakpoint
CREATE INDEX "outbox_new_links" ON "outbox" USING btree ("org_id","created_at") WHERE kind = 'new_link';--> statement-breakpoint
CREATE INDEX "outbox_vendor_id" ON "outbox" USING btree ("vendor_id") WHERE vendor_id is not null;--> statement-breakpoint
CREATE INDEX "outbox_undelivered" ON "outbox" USING btree ("org_id","ended_at") WHERE (state in ('failed', 'perhaps_sent') or reported in ('bounced', 'complained'));--> statement-breakpoint
CREATE INDEX "outbox_frozen" ON "outbox" USING btree ("ended_at") WHERE frozen is not null;