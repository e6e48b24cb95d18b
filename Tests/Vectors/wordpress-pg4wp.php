#!/usr/bin/env php
<?php
// wordpress-pg4wp.php WORDPRESS PG4WP: prints the users' tables of the WordPress whose source is in the first folder as
// PG4WP, whose folder pg4wp is the second, makes them in PostgreSQL.
define('PG4WP_ROOT', $argv[2]);
define('PG4WP_DEBUG', false);
require PG4WP_ROOT . '/driver_pgsql_rewrite.php';

function is_multisite(): bool
{
    return false;
}

$wpdb = new class () {
    public ?int $blogid = null;

    public function __get(string $table): string
    {
        return "wp_$table";
    }

    public function get_charset_collate(): string
    {
        return 'DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci';
    }
};
require $argv[1] . '/wp-admin/includes/schema.php';
foreach (array_filter(array_map('trim', explode(';', wp_get_db_schema('global')))) as $statement) {
    echo pg4wp_rewrite($statement), "\n";
}
