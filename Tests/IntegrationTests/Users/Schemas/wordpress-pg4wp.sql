-- What PG4WP 3.4 makes of the users' tables of WordPress 6.1.9: Tests/Vectors/wordpress-pg4wp.php.
CREATE TABLE IF NOT EXISTS wp_users (
 "ID" bigserial,
	user_login varchar(60) NOT NULL default '',
	user_pass varchar(255) NOT NULL default '',
	user_nicename varchar(50) NOT NULL default '',
	user_email varchar(100) NOT NULL default '',
	user_url varchar(100) NOT NULL default '',
	user_registered timestamp NOT NULL DEFAULT now(),
	user_activation_key varchar(255) NOT NULL default '',
	user_status int NOT NULL default '0',
	display_name varchar(250) NOT NULL default '',
	PRIMARY KEY  ( "ID" )
);
CREATE INDEX IF NOT EXISTS wp_users_user_login_key ON wp_users (user_login);
CREATE INDEX IF NOT EXISTS wp_users_user_nicename ON wp_users (user_nicename);
CREATE INDEX IF NOT EXISTS wp_users_user_email ON wp_users (user_email);
CREATE TABLE IF NOT EXISTS wp_usermeta (
	umeta_id bigserial,
	user_id bigint  NOT NULL default '0',
	meta_key varchar(255) default NULL,
	meta_value text,
	PRIMARY KEY  (umeta_id)
);
CREATE INDEX IF NOT EXISTS wp_usermeta_user_id ON wp_usermeta (user_id);
CREATE INDEX IF NOT EXISTS wp_usermeta_meta_key ON wp_usermeta (meta_key);
