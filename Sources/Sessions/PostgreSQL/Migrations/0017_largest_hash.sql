-- Logins wait for their turn to be hashed for, and how long must not depend on whose hashes are before them: workers count
-- each as the one that needs most memory.

ALTER TABLE session_settings
    ADD COLUMN largest_hash bigint;

COMMENT ON COLUMN session_settings.slowest_hash IS
    'What the slowest password hash costs that a login was ever tried with, or that USERS_PRESET lets expect, with a short password, in seconds of a machine that workers compare themselves with: failed logins take at least twice as long. Set it to NULL when such hashes are no longer in use.';
COMMENT ON COLUMN session_settings.largest_hash IS
    'How many bytes of memory a password hash takes at most. Counts where slowest_hash is set.';
