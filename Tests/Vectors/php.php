#!/usr/bin/env php
<?php
// Prints vectors made by PHP's password_hash, which Laravel and most PHP applications call.
$passwords = file(__DIR__ . '/passwords.txt', FILE_IGNORE_NEW_LINES);

function emit(string $format, string $password, string $hash): void
{
    echo "$format\t$password\t$hash\n";
}

$argon2 = ['memory_cost' => 1024, 'time_cost' => 2, 'threads' => 1];
foreach ($passwords as $password) {
    emit('bcrypt', $password, password_hash($password, PASSWORD_BCRYPT, ['cost' => 4]));
    emit('argon2id', $password, password_hash($password, PASSWORD_ARGON2ID, $argon2));
    emit('argon2i', $password, password_hash($password, PASSWORD_ARGON2I, $argon2));
}
emit('bcrypt', $passwords[1], password_hash($passwords[1], PASSWORD_DEFAULT));
// What Laravel has in config/hashing.php.
emit('bcrypt', $passwords[1], password_hash($passwords[1], PASSWORD_BCRYPT, ['cost' => 12]));
emit('argon2id', $passwords[1], password_hash($passwords[1], PASSWORD_ARGON2ID));
