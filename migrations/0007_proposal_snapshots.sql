CREATE TABLE "proposal_snapshots" (
	"proposal_id" bigint PRIMARY KEY NOT NULL,
	"fold_version" integer NOT NULL,
	"seq" integer NOT NULL,
	"state" json NOT NULL
);
--> statement-breakpoint
ALTER TABLE "proposal_snapshots" ADD CONSTRAINT "proposal_snapshots_proposal_id_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."proposals"("id") ON DELETE no action ON UPDATE no action;