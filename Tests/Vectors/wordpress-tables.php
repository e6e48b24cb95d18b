#!/usr/bin/env php
<?php
// wordpress-tables.php FOLDER SOCKET DATABASE: installs the WordPress whose source is in FOLDER into a database of the
// MySQL or MariaDB server at SOCKET, with users whom it makes itself: an administrator, one with two roles, one with none.
[, $folder, $socket, $database] = $argv;
define('ABSPATH', "$folder/");
define('WP_INSTALLING', true);
define('DB_NAME', $database);
define('DB_USER', 'root');
define('DB_PASSWORD', '');
define('DB_HOST', "localhost:$socket");
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
define('WP_SITEURL', 'http://localhost');
$table_prefix = 'wp_';
// No mail is to be sent.
function wp_mail(): bool
{
    return true;
}
require ABSPATH . 'wp-settings.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
$password = 'correct horse battery staple';
wp_install('Site', 'ann', 'ann@example.org', true, '', $password);
$bob = new WP_User(wp_insert_user([
    'user_login' => 'bob', 'user_pass' => $password, 'user_email' => 'bob@example.org', 'role' => 'editor',
    'display_name' => 'Bob Müller',
]));
$bob->add_role('author');
// A name may be another user's address.
(new WP_User(wp_insert_user([
    'user_login' => 'bob@example.org', 'user_pass' => $password, 'user_email' => 'eve@example.org',
])))->remove_all_caps();
