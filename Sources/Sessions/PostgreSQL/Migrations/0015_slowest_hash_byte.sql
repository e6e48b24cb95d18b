-- Some formats hash a password anew in each of their rounds: a long one takes them several
-- times as long as a short one. Failed logins take that into account, whoever they are for.

ALTER TABLE session_settings
    ADD COLUMN slowest_hash_byte interval;

COMMENT ON COLUMN session_settings.slowest_hash IS
    'What the slowest password hash costs that a login was ever tried with, or that USERS_PRESET lets expect, with a short password, in seconds of a machine that workers compare themselves with: failed logins take at least twice as long. Set it and slowest_hash_byte to NULL when such hashes are no longer in use.';
COMMENT ON COLUMN session_settings.slowest_hash_byte IS
    'How much more a password hash costs at most with each byte of the password. Counts where slowest_hash is set.';
