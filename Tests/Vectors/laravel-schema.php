#!/usr/bin/env php
<?php
// laravel-schema.php MIGRATION: prints the SQL that Laravel's schema builder writes for PostgreSQL when it runs the
// migration, and a user whose password Laravel's own hasher has hashed.
foreach (['Database', 'Hashing'] as $part) @include_once "Illuminate/$part/autoload.php";

use Illuminate\Database\Capsule\Manager;
use Illuminate\Hashing\BcryptHasher;
use Illuminate\Support\Facades\Facade;

$manager = new Manager();
$manager->addConnection(['driver' => 'pgsql', 'database' => '']);
$connection = $manager->getConnection();
$application = $manager->getContainer();
$application->instance('db', $manager->getDatabaseManager());
$application->bind('db.schema', fn () => $connection->getSchemaBuilder());
Facade::setFacadeApplication($application);

$statements = $connection->pretend(fn () => (require $argv[1])->up());
foreach ($statements as $statement) echo $statement['query'], ";\n";
$hash = (new BcryptHasher(['rounds' => 4]))->make('correct horse battery staple');
echo "insert into users (name, email, password) values ('Ann Lee', 'ann@example.org', '$hash');\n";
