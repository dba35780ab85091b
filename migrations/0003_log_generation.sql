CREATE TABLE "log_generation" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"shard_count" integer NOT NULL,
	CONSTRAINT "log_generation_one" CHECK ("log_generation"."one")
);
--> statement-breakpoint
-- As many as LOG_SHARDS says unless it is changed, so that the first append of a new database finds them writing.
INSERT INTO "log_generation" ("shard_count") VALUES (4);
