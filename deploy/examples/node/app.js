// A Node application with users and a login of its own, behind the session gate.
//
// nginx asks the gate about every request except those for /login, and hands on who it is. The application never sees a
// token again once it has handed one out; see ../nginx.conf and ../schema.sql.
//
//     DATABASE_URL=postgresql://app@%2Frun%2Fpostgresql/app node app.js /run/app/app.sock
'use strict';

const { randomBytes, scrypt: scryptWithCallback, timingSafeEqual } = require('node:crypto');
const http = require('node:http');
const { promisify } = require('node:util');
const { Pool } = require('pg');

const scrypt = promisify(scryptWithCallback);
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 2 ** 20 };

async function hashPassword(password, salt = randomBytes(16)) {
  const hash = await scrypt(password, salt, 32, COST);
  return `${salt.toString('hex')}:${hash.toString('hex')}`;
}

// Takes the same time without a hash, for an unknown user.
async function verified(password, stored = `${'00'.repeat(16)}:${'00'.repeat(32)}`) {
  const computed = await hashPassword(password, Buffer.from(stored.split(':')[0], 'hex'));
  return computed.length === stored.length && timingSafeEqual(Buffer.from(computed), Buffer.from(stored));
}

// The signed-in user. nginx replaces the client's headers of these names by the gate's, percent-encoded.
function currentUser({ headers }) {
  if (!headers['x-auth-user-id']) return null;
  return {
    user_id: decodeURIComponent(headers['x-auth-user-id']),
    username: decodeURIComponent(headers['remote-user'] ?? ''),
    groups: (headers['remote-groups'] ?? '').split(',').filter(Boolean).map(decodeURIComponent),
    session_id: headers['x-auth-session-id'],
  };
}

// The token of a new session; null for a wrong username or password. pg sends parameters separately from the statement.
async function signIn(database, username, password) {
  const { rows } = await database.query(
    'SELECT id, username, password_hash, groups FROM app_users WHERE username = $1', [username]);
  const user = rows[0];
  if (!await verified(password, user?.password_hash) || !user) return null;
  const minted = await database.query(
    'SELECT create_access_token($1, username => $2, groups => $3) AS token', [user.id, user.username, user.groups]);
  return minted.rows[0].token;
}

async function readJSON(request) {
  // A form of another site cannot send this type without asking the browser first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return null;
  let text = '';
  // Read to the end, however long: leaving the loop would close the connection before the response.
  for await (const chunk of request.setEncoding('utf8')) {
    if (text.length <= 8192) text += chunk;
  }
  if (text.length > 8192) return null;
  try { return JSON.parse(text); } catch { return null; }
}

function answer(response, status, content) {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(content === undefined ? undefined : JSON.stringify(content));
}

// For programs, which send the token as `Authorization: Bearer`. For browsers it belongs into a cookie that scripts
// cannot read: `Set-Cookie: __Host-session=TOKEN; Path=/; Secure; HttpOnly; SameSite=Lax`, and not into the body.
async function login(database, request, response) {
  const { username, password } = await readJSON(request) ?? {};
  const areTexts = [username, password].every((text) => typeof text === 'string' && !text.includes('\0'));
  if (!areTexts) return answer(response, 400, { error: 'wanted: username and password, as JSON' });
  const token = await signIn(database, username, password);
  if (!token) return answer(response, 401, { error: 'wrong user name or password' });
  answer(response, 200, { token, token_type: 'Bearer' });
}

// The user's live sessions, from the gate's view.
async function sessions(database, user, response) {
  const { rows } = await database.query(
    'SELECT session_id, created_at, expires_at FROM live_sessions WHERE user_id = $1 ORDER BY created_at',
    [user.user_id]);
  answer(response, 200, rows);
}

// Ends the session, on every pod, by its public id: the token is not needed for it.
async function logout(database, user, response) {
  await database.query('SELECT revoke_session($1, $2)', [user.session_id, user.user_id]);
  answer(response, 204);
}

async function respond(database, request, response) {
  const route = `${request.method} ${request.url.split('?')[0]}`;
  if (route === 'POST /login') return login(database, request, response);
  const user = currentUser(request);
  if (!user) return answer(response, 401, { error: 'nobody is signed in' });
  if (route === 'GET /me') return answer(response, 200, user);
  if (route === 'GET /sessions') return sessions(database, user, response);
  if (route === 'POST /logout') return logout(database, user, response);
  answer(response, 404, { error: 'not found' });
}

function serve(socket) {
  const database = new Pool({ connectionString: process.env.DATABASE_URL });
  database.on('error', (error) => console.error(`PostgreSQL: ${error.message}`));
  const server = http.createServer((request, response) => {
    respond(database, request, response).catch((error) => {
      console.error(error.message);
      answer(response, 500, { error: 'internal error' });
    });
  });
  server.listen({ path: socket, writableAll: true });
}

module.exports = { hashPassword };
if (require.main === module) serve(process.argv[2]);
