-- What pgloader 3.6.9 makes of the users' tables of WordPress 6.1.9 in MariaDB 10.11, with the users whom
-- Tests/Vectors/wordpress-tables.php made: Tests/Vectors/wordpress-schema.
CREATE SCHEMA wordpress;
CREATE TABLE wordpress.wp_usermeta (
    umeta_id bigint NOT NULL,
    user_id numeric DEFAULT '0'::numeric NOT NULL,
    meta_key character varying(255) DEFAULT NULL::character varying,
    meta_value text
);
CREATE SEQUENCE wordpress.wp_usermeta_umeta_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE wordpress.wp_usermeta_umeta_id_seq OWNED BY wordpress.wp_usermeta.umeta_id;
CREATE TABLE wordpress.wp_users (
    id bigint NOT NULL,
    user_login character varying(60) DEFAULT ''::character varying NOT NULL,
    user_pass character varying(255) DEFAULT ''::character varying NOT NULL,
    user_nicename character varying(50) DEFAULT ''::character varying NOT NULL,
    user_email character varying(100) DEFAULT ''::character varying NOT NULL,
    user_url character varying(100) DEFAULT ''::character varying NOT NULL,
    user_registered timestamp with time zone,
    user_activation_key character varying(255) DEFAULT ''::character varying NOT NULL,
    user_status bigint DEFAULT '0'::bigint NOT NULL,
    display_name character varying(250) DEFAULT ''::character varying NOT NULL
);
CREATE SEQUENCE wordpress.wp_users_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE wordpress.wp_users_id_seq OWNED BY wordpress.wp_users.id;
ALTER TABLE ONLY wordpress.wp_usermeta ALTER COLUMN umeta_id SET DEFAULT nextval('wordpress.wp_usermeta_umeta_id_seq'::regclass);
ALTER TABLE ONLY wordpress.wp_users ALTER COLUMN id SET DEFAULT nextval('wordpress.wp_users_id_seq'::regclass);
INSERT INTO wordpress.wp_usermeta VALUES (1, 1, 'nickname', 'ann');
INSERT INTO wordpress.wp_usermeta VALUES (2, 1, 'first_name', '');
INSERT INTO wordpress.wp_usermeta VALUES (3, 1, 'last_name', '');
INSERT INTO wordpress.wp_usermeta VALUES (4, 1, 'description', '');
INSERT INTO wordpress.wp_usermeta VALUES (5, 1, 'rich_editing', 'true');
INSERT INTO wordpress.wp_usermeta VALUES (6, 1, 'syntax_highlighting', 'true');
INSERT INTO wordpress.wp_usermeta VALUES (7, 1, 'comment_shortcuts', 'false');
INSERT INTO wordpress.wp_usermeta VALUES (8, 1, 'admin_color', 'fresh');
INSERT INTO wordpress.wp_usermeta VALUES (9, 1, 'use_ssl', '0');
INSERT INTO wordpress.wp_usermeta VALUES (10, 1, 'show_admin_bar_front', 'true');
INSERT INTO wordpress.wp_usermeta VALUES (11, 1, 'locale', '');
INSERT INTO wordpress.wp_usermeta VALUES (12, 1, 'wp_capabilities', 'a:1:{s:13:"administrator";b:1;}');
INSERT INTO wordpress.wp_usermeta VALUES (13, 1, 'wp_user_level', '10');
INSERT INTO wordpress.wp_usermeta VALUES (14, 1, 'dismissed_wp_pointers', '');
INSERT INTO wordpress.wp_usermeta VALUES (15, 1, 'show_welcome_panel', '1');
INSERT INTO wordpress.wp_usermeta VALUES (16, 2, 'nickname', 'bob');
INSERT INTO wordpress.wp_usermeta VALUES (17, 2, 'first_name', '');
INSERT INTO wordpress.wp_usermeta VALUES (18, 2, 'last_name', '');
INSERT INTO wordpress.wp_usermeta VALUES (19, 2, 'description', '');
INSERT INTO wordpress.wp_usermeta VALUES (20, 2, 'rich_editing', 'true');
INSERT INTO wordpress.wp_usermeta VALUES (21, 2, 'syntax_highlighting', 'true');
INSERT INTO wordpress.wp_usermeta VALUES (22, 2, 'comment_shortcuts', 'false');
INSERT INTO wordpress.wp_usermeta VALUES (23, 2, 'admin_color', 'fresh');
INSERT INTO wordpress.wp_usermeta VALUES (24, 2, 'use_ssl', '0');
INSERT INTO wordpress.wp_usermeta VALUES (25, 2, 'show_admin_bar_front', 'true');
INSERT INTO wordpress.wp_usermeta VALUES (26, 2, 'locale', '');
INSERT INTO wordpress.wp_usermeta VALUES (27, 2, 'wp_capabilities', 'a:2:{s:6:"editor";b:1;s:6:"author";b:1;}');
INSERT INTO wordpress.wp_usermeta VALUES (28, 2, 'wp_user_level', '7');
INSERT INTO wordpress.wp_usermeta VALUES (29, 2, 'dismissed_wp_pointers', '');
INSERT INTO wordpress.wp_usermeta VALUES (30, 3, 'nickname', 'bob@example.org');
INSERT INTO wordpress.wp_usermeta VALUES (31, 3, 'first_name', '');
INSERT INTO wordpress.wp_usermeta VALUES (32, 3, 'last_name', '');
INSERT INTO wordpress.wp_usermeta VALUES (33, 3, 'description', '');
INSERT INTO wordpress.wp_usermeta VALUES (34, 3, 'rich_editing', 'true');
INSERT INTO wordpress.wp_usermeta VALUES (35, 3, 'syntax_highlighting', 'true');
INSERT INTO wordpress.wp_usermeta VALUES (36, 3, 'comment_shortcuts', 'false');
INSERT INTO wordpress.wp_usermeta VALUES (37, 3, 'admin_color', 'fresh');
INSERT INTO wordpress.wp_usermeta VALUES (38, 3, 'use_ssl', '0');
INSERT INTO wordpress.wp_usermeta VALUES (39, 3, 'show_admin_bar_front', 'true');
INSERT INTO wordpress.wp_usermeta VALUES (40, 3, 'locale', '');
INSERT INTO wordpress.wp_usermeta VALUES (43, 3, 'dismissed_wp_pointers', '');
INSERT INTO wordpress.wp_users VALUES (1, 'ann', '$P$BcDieSiiX.rkba/agbePbVfUhkMayZ/', 'ann', 'ann@example.org', 'http://localhost', '2026-11-23 15:40:05+00', '', 0, 'ann');
INSERT INTO wordpress.wp_users VALUES (2, 'bob', '$P$Bw9LQNx/x6mgKFVAYyC0tUJeWuwYoX0', 'bob', 'bob@example.org', '', '2026-11-23 15:40:06+00', '', 0, 'Bob Müller');
INSERT INTO wordpress.wp_users VALUES (3, 'bob@example.org', '$P$BlCgtsHnB7RZZNqvXjk2q6e8CvK.mM/', 'bobexample-org', 'eve@example.org', '', '2026-11-23 15:40:06+00', '', 0, 'bob@example.org');
SELECT pg_catalog.setval('wordpress.wp_usermeta_umeta_id_seq', 43, true);
SELECT pg_catalog.setval('wordpress.wp_users_id_seq', 3, true);
ALTER TABLE ONLY wordpress.wp_usermeta
    ADD CONSTRAINT idx_16482_primary PRIMARY KEY (umeta_id);
ALTER TABLE ONLY wordpress.wp_users
    ADD CONSTRAINT idx_16491_primary PRIMARY KEY (id);
CREATE INDEX idx_16482_meta_key ON wordpress.wp_usermeta USING btree (meta_key);
CREATE INDEX idx_16482_user_id ON wordpress.wp_usermeta USING btree (user_id);
CREATE INDEX idx_16491_user_email ON wordpress.wp_users USING btree (user_email);
CREATE INDEX idx_16491_user_login_key ON wordpress.wp_users USING btree (user_login);
CREATE INDEX idx_16491_user_nicename ON wordpress.wp_users USING btree (user_nicename);
