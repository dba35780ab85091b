-- How the log is written: what a group of commands appends goes in as one statement, so in one round trip to PostgreSQL
-- instead of one for each statement of a transaction. Each statement in a function sees what was committed when it began,
-- and so whatever was committed before the locks were taken.
--
-- A function is never changed, since the version before still calls it: another one is another function.

-- Takes a shard's locks: of its generation, shared, and its own. Each gives up after two seconds, so that both give up
-- before the caller's deadline, which then knows that nothing was written. SQLSTATE 22012 refuses a shard whose generation
-- does not write.
CREATE FUNCTION lock_shard(shards integer, shard integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('lock_timeout', '2s', true);
	PERFORM pg_advisory_xact_lock_shared(8090, 0), pg_advisory_xact_lock(8089, shard);
	IF shards IS DISTINCT FROM (SELECT shard_count FROM log_generation) THEN
		RAISE EXCEPTION 'another generation writes the log' USING ERRCODE = '22012';
	END IF;
END $$;
--> statement-breakpoint
-- Appends what a group writes. Returns the entries' ids by their key, the log's last id before them, and whether entries
-- of the shard lie above "head": another instance of it wrote those. An event that was unattributed may match a proposal
-- when it comes again; any other outcome stands. Plans are cached and the log grows, so none may scan all of it; and none is
-- worth compiling.
CREATE FUNCTION append_to_log(shards integer, shard integer, head bigint, entries json, statuses json, events json)
RETURNS json LANGUAGE plpgsql SET enable_seqscan = off SET jit = off AS $$
DECLARE
	ids json;
	before bigint;
	missed boolean;
BEGIN
	PERFORM lock_shard(shards, shard);
	before := (SELECT coalesce(max(id), 0) FROM portal_activity_log);
	missed := EXISTS (
		SELECT FROM portal_activity_log WHERE id > head AND mod(coalesce(proposal_id, org_id), shards) = shard);
	WITH inserted AS (
		INSERT INTO portal_activity_log (org_id, proposal_id, seq, event, actor, meta, dedupe_key, created_at)
		SELECT "orgId", "proposalId", seq, event, actor, meta, "dedupeKey", "createdAt"
		FROM ROWS FROM (json_to_recordset(entries) AS (
			"orgId" bigint, "proposalId" bigint, seq integer, event text, actor text, meta jsonb, "dedupeKey" text,
			"createdAt" timestamptz)) WITH ORDINALITY
		ORDER BY ordinality
		RETURNING id, dedupe_key)
	SELECT coalesce(json_object_agg(dedupe_key, id), '{}') INTO ids FROM inserted;
	UPDATE proposals SET status = changed.status
		FROM json_to_recordset(statuses) AS changed (id bigint, status text) WHERE proposals.id = changed.id;
	INSERT INTO stripe_events (id, type, api_version, livemode, payload, outcome, received_at)
		SELECT id, type, "apiVersion", livemode, payload::json, outcome, "receivedAt"
		FROM json_to_recordset(events) AS received (
			id text, type text, "apiVersion" text, livemode boolean, payload text, outcome text, "receivedAt" timestamptz)
		ON CONFLICT (id) DO UPDATE SET outcome = excluded.outcome
		WHERE stripe_events.outcome = 'unattributed' AND excluded.outcome <> 'unattributed';
	RETURN json_build_object('ids', ids, 'before', before, 'missed', missed);
END $$;
