-- Failed logins take as long as the slowest hash in use would, whoever they are for. A
-- worker learns of that hash when its user tries to sign in; all others, and those that
-- start later, from here.

ALTER TABLE session_settings
    ADD COLUMN slowest_hash interval;

COMMENT ON COLUMN session_settings.slowest_hash IS
    'What the slowest password hash costs that a login was ever tried with, in seconds of a machine that workers compare themselves with: failed logins take two to four times as long. Set it to NULL when such hashes are no longer in use.';
