-- The log is the truth, so not even we may rewrite it.
CREATE FUNCTION portal_activity_log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'portal_activity_log is append-only' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER portal_activity_log_append_only
	BEFORE UPDATE OR DELETE OR TRUNCATE ON "portal_activity_log"
	FOR EACH STATEMENT EXECUTE FUNCTION portal_activity_log_append_only();
--> statement-breakpoint
-- Also where triggers are off for replication.
ALTER TABLE "portal_activity_log" ENABLE ALWAYS TRIGGER portal_activity_log_append_only;
