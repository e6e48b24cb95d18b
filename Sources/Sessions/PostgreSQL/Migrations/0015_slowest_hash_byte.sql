-- Some formats hash a password anew in each of their rounds: a long one takes them several
-- times as long as a short one. Failed logins take that into account, whoever they are for.

ALTER TABLE session_settings
    ADD COLUMN slowest_hash_byte interval;

COMMENT ON COLUMN session_settings.slowest_hash IS
    'What the slowest password hash costs that a login was ever tried with, in seconds of a machine that workers compare themselves with: failed logins take two to four times as long. Set it to NULL when such hashes are no longer in use.';
COMMENT ON COLUMN session_settings.slowest_hash_byte IS
    'How much more a password hash costs at most with each byte of the password, NULL while slowest_hash is.';
