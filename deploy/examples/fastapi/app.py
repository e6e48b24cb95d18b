"""A FastAPI application with users and a login of its own, behind the session gate.

nginx asks the gate about every request except those for /login, and hands on who it is. The application never sees a
token again once it has handed one out; see ../nginx.conf and ../schema.sql.

    DATABASE_URL=postgresql://app@%2Frun%2Fpostgresql/app uvicorn app:app --uds /run/app/app.sock
"""

import os
from datetime import datetime
from typing import List
from urllib.parse import unquote

import psycopg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHash, VerificationError
from fastapi import Depends, FastAPI, Header, HTTPException, Response
from pydantic import BaseModel, Field

DATABASE_URL = os.environ["DATABASE_URL"]
COOKIE = {"key": "__Host-session", "path": "/", "secure": True, "httponly": True, "samesite": "lax"}

hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Verified if there is no such user, so that the response takes as long as for a wrong password.
NOBODY = hasher.hash("")

app = FastAPI()


class Credentials(BaseModel):
    username: str = Field(max_length=255)
    password: str = Field(max_length=1024)


class User(BaseModel):
    user_id: str
    username: str
    groups: List[str]
    session_id: str


class Session(BaseModel):
    session_id: str
    created_at: datetime
    expires_at: datetime


def current_user(
    x_auth_user_id: str = Header(""),
    x_auth_session_id: str = Header(""),
    remote_user: str = Header(""),
    remote_groups: str = Header(""),
) -> User:
    """Who asks. nginx replaces what a client sends under these names by what the gate says, percent-encoded."""
    if not x_auth_user_id:
        raise HTTPException(401, "nobody is signed in")
    return User(
        user_id=unquote(x_auth_user_id),
        username=unquote(remote_user),
        groups=[unquote(group) for group in remote_groups.split(",") if group],
        session_id=x_auth_session_id,
    )


def verified(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHash):
        return False


def sign_in(given: Credentials) -> str:
    """The token of a new session. psycopg sends the parameters apart from the statement."""
    with psycopg.connect(DATABASE_URL, autocommit=True) as database:
        user = database.execute(
            "SELECT id, username, password_hash, groups FROM app_users WHERE username = %s", (given.username,)
        ).fetchone()
        user_id, username, password_hash, groups = user or (None, None, NOBODY, [])
        if not verified(password_hash, given.password) or user is None:
            raise HTTPException(401, "wrong user name or password")
        return database.execute(
            "SELECT create_access_token(%s, username => %s, groups => %s)", (str(user_id), username, groups)
        ).fetchone()[0]


@app.post("/login", status_code=204)
def login(given: Credentials, response: Response) -> None:
    try:
        token = sign_in(given)
    except (UnicodeEncodeError, psycopg.DataError):
        # JSON can contain characters that PostgreSQL's text cannot: NUL and lone surrogates.
        raise HTTPException(400, "not a text")
    response.set_cookie(value=token, **COOKIE)
    response.headers["Cache-Control"] = "no-store"


@app.get("/me")
def me(user: User = Depends(current_user)) -> User:
    return user


@app.get("/sessions")
def sessions(user: User = Depends(current_user)) -> List[Session]:
    """Where the user is signed in, read from the gate's view."""
    with psycopg.connect(DATABASE_URL, autocommit=True) as database:
        rows = database.execute(
            "SELECT session_id::text, created_at, expires_at FROM live_sessions"
            " WHERE user_id = %s ORDER BY created_at",
            (user.user_id,),
        ).fetchall()
    return [Session(session_id=row[0], created_at=row[1], expires_at=row[2]) for row in rows]


@app.post("/logout", status_code=204)
def logout(response: Response, user: User = Depends(current_user)) -> None:
    """Ends the session, on every pod, by its public id: the token is not needed for it."""
    with psycopg.connect(DATABASE_URL, autocommit=True) as database:
        database.execute("SELECT revoke_session(%s, %s)", (user.session_id, user.user_id))
    response.delete_cookie(**COOKIE)
