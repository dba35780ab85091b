CREATE TABLE "logos" (
	"file" text NOT NULL,
	"org_id" bigint NOT NULL,
	"content" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "logos_file_org_id_pk" PRIMARY KEY("file","org_id")
);
--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "phone" text;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "web" text;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "tax_id" text;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "logo" text;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "colour" text;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "locale" text;--> statement-breakpoint
ALTER TABLE "orgs" ADD COLUMN "paper_size" text;--> statement-breakpoint
ALTER TABLE "logos" ADD CONSTRAINT "logos_org_id_orgs_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."orgs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orgs" ADD CONSTRAINT "orgs_colour" CHECK ("orgs"."colour" ~ '^#[0-9a-f]{6}$');