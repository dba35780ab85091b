ALTER TABLE "proposals" ADD COLUMN "dedupe_key" text;--> statement-breakpoint
ALTER TABLE "proposals" ADD CONSTRAINT "proposals_dedupe_key" UNIQUE("org_id","dedupe_key");