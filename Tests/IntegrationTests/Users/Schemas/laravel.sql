-- The table of database/migrations/0001_01_01_000000_create_users_table.php of a new Laravel 11 application, as its
-- grammar for PostgreSQL writes it (php artisan migrate --pretend).
create table "users" ("id" bigserial not null primary key, "name" varchar(255) not null, "email" varchar(255) not null, "email_verified_at" timestamp(0) without time zone null, "password" varchar(255) not null, "remember_token" varchar(100) null, "created_at" timestamp(0) without time zone null, "updated_at" timestamp(0) without time zone null);
alter table "users" add constraint "users_email_unique" unique ("email");
