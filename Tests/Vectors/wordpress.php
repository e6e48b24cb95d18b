#!/usr/bin/env php
<?php
// wordpress.php FOLDER: prints vectors made by the WordPress whose source is in FOLDER, 6.8 or later.
$passwords = file(__DIR__ . '/passwords.txt', FILE_IGNORE_NEW_LINES);
// WordPress trims blanks before it hashes and before it verifies.
$passwords[] = ' with blanks around ';
$cost = 4;

function apply_filters(string $name, mixed $value): mixed
{
    return $name === 'wp_hash_password_options' && $GLOBALS['cost'] ? ['cost' => $GLOBALS['cost']] : $value;
}

require $argv[1] . '/wp-includes/class-phpass.php';
require $argv[1] . '/wp-includes/pluggable.php';

foreach ($passwords as $password) echo "wordpress bcrypt\t$password\t", wp_hash_password($password), "\n";
$cost = null;
echo "wordpress bcrypt\t$passwords[1]\t", wp_hash_password($passwords[1]), "\n";

// As up to 6.7, with the eight that wp_hash_password has there.
$wp_hasher = new PasswordHash(8, true);
foreach ($passwords as $password) echo "phpass\t$password\t", wp_hash_password($password), "\n";
