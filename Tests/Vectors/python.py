#!/usr/bin/env python3
"""Prints vectors made by argon2-cffi, bcrypt, Django, Werkzeug and passlib."""
import os
from pathlib import Path

import argon2
import bcrypt
import django
from argon2.low_level import Type, hash_secret
from django.conf import settings
from django.contrib.auth import hashers
from passlib import hash as passlib
from werkzeug.security import generate_password_hash

passwords = Path(__file__).with_name("passwords.txt").read_text(encoding="utf8").splitlines()
settings.configure(PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}PasswordHasher" for name in (
    "PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt", "Scrypt")])
django.setup()


def argon2_by_cffi(kind, version, memory, passes, lanes):
    return lambda password: hash_secret(
        password.encode(), os.urandom(16), passes, memory, lanes, 32, kind, version).decode()


def django_quick(hasher, **costs):
    for name, value in costs.items():
        setattr(hasher, name, value)
    return lambda password: hasher.encode(password, hasher.salt())


def emit(name, quick, default=None):
    for password in passwords:
        print(name, password, quick(password), sep="\t")
    if default:
        print(name, passwords[1], default(passwords[1]), sep="\t")


emit("argon2id", argon2_by_cffi(Type.ID, 19, 1024, 2, 2), argon2.PasswordHasher().hash)
emit("argon2i", argon2_by_cffi(Type.I, 19, 1024, 3, 1))
emit("argon2i", argon2_by_cffi(Type.I, 16, 512, 2, 2))
for prefix in (b"2a", b"2b"):
    emit("bcrypt", lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(4, prefix)).decode(),
         lambda password: bcrypt.hashpw(password.encode(), bcrypt.gensalt(prefix=prefix)).decode())

for name, hasher, costs in (
    ("pbkdf2_sha256", hashers.PBKDF2PasswordHasher, {"iterations": 1000}),
    ("pbkdf2_sha1", hashers.PBKDF2SHA1PasswordHasher, {"iterations": 1000}),
    ("argon2", hashers.Argon2PasswordHasher, {"memory_cost": 1024, "parallelism": 2}),
    ("bcrypt_sha256", hashers.BCryptSHA256PasswordHasher, {"rounds": 4}),
    ("bcrypt", hashers.BCryptPasswordHasher, {"rounds": 4}),
    ("scrypt", hashers.ScryptPasswordHasher, {"work_factor": 1024, "parallelism": 2}),
):
    emit(f"django {name}", django_quick(hasher(), **costs),
         lambda password: hashers.make_password(password, hasher=name))

emit("werkzeug scrypt", lambda password: generate_password_hash(password, "scrypt:1024:8:2"), generate_password_hash)
for digest in ("sha256", "sha512", "sha1"):
    emit(f"werkzeug pbkdf2 {digest}", lambda password: generate_password_hash(password, f"pbkdf2:{digest}:1000"),
         lambda password: generate_password_hash(password, f"pbkdf2:{digest}"))

for name, scheme, costs in (
    ("passlib pbkdf2 sha256", passlib.pbkdf2_sha256, {"rounds": 1000}),
    ("passlib pbkdf2 sha512", passlib.pbkdf2_sha512, {"rounds": 1000}),
    ("passlib pbkdf2 sha1", passlib.pbkdf2_sha1, {"rounds": 1000}),
    ("passlib bcrypt_sha256", passlib.bcrypt_sha256, {"rounds": 4}),
    ("passlib bcrypt_sha256", passlib.bcrypt_sha256, {"rounds": 4, "version": 1}),
    ("passlib bcrypt_sha256", passlib.bcrypt_sha256, {"rounds": 4, "version": 1, "ident": "2a"}),
    ("passlib scrypt", passlib.scrypt, {"rounds": 8, "parallelism": 2}),
    ("sha512-crypt", passlib.sha512_crypt, {"rounds": 1000}),
    ("sha256-crypt", passlib.sha256_crypt, {"rounds": 1000}),
):
    emit(name, scheme.using(**costs).hash, None if "version" in costs else scheme.hash)
