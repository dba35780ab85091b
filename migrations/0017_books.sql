CREATE TABLE "books_authorizations" (
	"state_hash" text PRIMARY KEY NOT NULL,
	"nonce_hash" text NOT NULL,
	"org_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"token_generation" integer NOT NULL,
	"sid" uuid,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "books_connections" (
	"org_id" bigint PRIMARY KEY NOT NULL,
	"realm_id" text NOT NULL,
	"company_name" text NOT NULL,
	"state" text NOT NULL,
	"settings" jsonb,
	"start_on" date,
	"tokens" text,
	"token_generation" integer DEFAULT 0 NOT NULL,
	"refresh_by" timestamp with time zone,
	"ends_at" timestamp with time zone,
	"looked_at" timestamp with time zone,
	"compared_at" timestamp with time zone,
	"difference_cents" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "books_refs" (
	"org_id" bigint NOT NULL,
	"realm_id" text NOT NULL,
	"key" text NOT NULL,
	"step" text NOT NULL,
	"type" text NOT NULL,
	"object_id" text NOT NULL,
	"number" text,
	"amount_cents" bigint,
	"currency" text,
	"seen_cents" bigint,
	"changed_at" timestamp with time zone,
	"proposal_id" bigint,
	"entry_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "books_refs_org_id_realm_id_key_step_pk" PRIMARY KEY("org_id","realm_id","key","step")
);
--> statement-breakpoint
ALTER TABLE "books_authorizations" ADD CONSTRAINT "books_authorizations_org_id_orgs_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."orgs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "books_authorizations" ADD CONSTRAINT "books_authorizations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "books_connections" ADD CONSTRAINT "books_connections_org_id_orgs_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."orgs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "books_refs" ADD CONSTRAINT "books_refs_org_id_orgs_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."orgs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "books_refs" ADD CONSTRAINT "books_refs_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "books_authorizations_org" ON "books_authorizations" USING btree ("org_id");--> statement-breakpoint
CREATE UNIQUE INDEX "books_connections_realm" ON "books_connections" USING btree ("realm_id") WHERE state <> 'disconnected';--> statement-breakpoint
CREATE INDEX "books_refs_object" ON "books_refs" USING btree ("org_id","realm_id","object_id");--> statement-breakpoint
CREATE INDEX "books_refs_changed" ON "books_refs" USING btree ("org_id") WHERE changed_at is not null;--> statement-breakpoint
CREATE INDEX "outbox_blocked" ON "outbox" USING btree ("org_id") WHERE state = 'blocked';