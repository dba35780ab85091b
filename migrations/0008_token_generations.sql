-- A token carries the generation of its user or proposal, and ends when that is raised; one without any carries 0. The
-- database raises it itself, so that an older version, or a hand at psql, revokes as well.
ALTER TABLE "proposals" ADD COLUMN "link_generation" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "deactivated_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "token_generation" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE FUNCTION raise_token_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.token_generation := OLD.token_generation + 1;
	RETURN NEW;
END $$;
--> statement-breakpoint
-- The same password with another cost (`portal.rehash`) is no change of password.
CREATE TRIGGER raise_token_generation BEFORE UPDATE ON "users" FOR EACH ROW
	WHEN ((OLD.role, OLD.org_id, OLD.deactivated_at) IS DISTINCT FROM (NEW.role, NEW.org_id, NEW.deactivated_at)
		OR (OLD.password_hash IS DISTINCT FROM NEW.password_hash
			AND current_setting('portal.rehash', true) IS DISTINCT FROM 'on'))
	EXECUTE FUNCTION raise_token_generation();
--> statement-breakpoint
CREATE FUNCTION raise_link_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.link_generation := OLD.link_generation + 1;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER raise_link_generation BEFORE UPDATE ON "proposals" FOR EACH ROW
	WHEN (OLD.customer_email IS DISTINCT FROM NEW.customer_email)
	EXECUTE FUNCTION raise_link_generation();
