-- A login takes names of up to 256 bytes, and so does the table.

ALTER TABLE authfcgi_users
    DROP CONSTRAINT authfcgi_users_username_check,
    ADD CONSTRAINT authfcgi_users_username_check CHECK (octet_length(username) BETWEEN 1 AND 256);
