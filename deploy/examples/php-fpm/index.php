<?php
// A PHP application with users and a login of its own, behind the session gate.
//
// nginx asks the gate about every request except those for /login, and hands on who it is. The application never sees
// a token again once it has handed one out; see ../nginx.conf, ../schema.sql and pool.conf.

declare(strict_types=1);

const COOKIE = ['path' => '/', 'secure' => true, 'httponly' => true, 'samesite' => 'Lax'];

function database(): PDO
{
    // Prepared by PostgreSQL, so that parameters never become part of a statement's text.
    return new PDO(getenv('DATABASE_DSN'), options: [PDO::ATTR_EMULATE_PREPARES => false]);
}

/** Who asks. nginx replaces what a client sends under these names by what the gate says, percent-encoded. */
function current_user(): ?array
{
    $said = fn (string $name): string => $_SERVER["HTTP_$name"] ?? '';
    if ($said('X_AUTH_USER_ID') === '') {
        return null;
    }
    $groups = array_filter(explode(',', $said('REMOTE_GROUPS')), fn (string $group): bool => $group !== '');
    return [
        'user_id' => rawurldecode($said('X_AUTH_USER_ID')),
        'username' => rawurldecode($said('REMOTE_USER')),
        'groups' => array_map('rawurldecode', $groups),
        'session_id' => $said('X_AUTH_SESSION_ID'),
    ];
}

/** The token of a new session; null: wrong user name or password. */
function sign_in(string $username, string $password): ?string
{
    $database = database();
    $query = $database->prepare('SELECT id, username, password_hash, groups FROM app_users WHERE username = :username');
    $query->execute(['username' => $username]);
    $user = $query->fetch(PDO::FETCH_ASSOC);
    if (!$user) {
        password_hash($password, PASSWORD_ARGON2ID);    // so that this takes as long as a wrong password
        return null;
    }
    if (!password_verify($password, $user['password_hash'])) {
        return null;
    }
    // PDO has no arrays: the groups are read and passed on in PostgreSQL's text form, {staff,"on call"}.
    $mint = $database->prepare('SELECT create_access_token(:id, username => :username, groups => :groups)');
    $mint->execute(['id' => $user['id'], 'username' => $user['username'], 'groups' => $user['groups']]);
    return $mint->fetchColumn();
}

function answer(int $status, string $location = ''): never
{
    http_response_code($status);
    header('Cache-Control: no-store');
    if ($location !== '') {
        header("Location: $location");
    }
    exit;
}

function login(): never
{
    [$username, $password] = [$_POST['username'] ?? null, $_POST['password'] ?? null];
    // Text without NUL, at which PDO would truncate a parameter.
    foreach ([$username, $password] as $text) {
        if (!is_string($text) || strlen($text) > 1024 || !preg_match('/^[^\0]*$/Du', $text)) {
            answer(400);
        }
    }
    $token = sign_in($username, $password);
    if ($token === null) {
        http_response_code(401);
        login_page('Wrong user name or password.');
    }
    setcookie('__Host-session', $token, COOKIE);
    answer(303, '/me');
}

function login_page(string $message = ''): never
{
    header('Cache-Control: no-store');
    echo <<<HTML
        <!doctype html>
        <title>Sign in</title>
        <p>$message</p>
        <form method="post" action="/login">
            <input name="username" autocomplete="username" required>
            <input name="password" type="password" autocomplete="current-password" required>
            <button>Sign in</button>
        </form>
        HTML;
    exit;
}

function answer_json(array $content): never
{
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    echo json_encode($content);
    exit;
}

/** Where the user is signed in, read from the gate's view. */
function sessions(array $user): array
{
    $query = database()->prepare(
        'SELECT session_id, created_at, expires_at FROM live_sessions WHERE user_id = :user ORDER BY created_at');
    $query->execute(['user' => $user['user_id']]);
    return $query->fetchAll(PDO::FETCH_ASSOC);
}

/** Ends the session, on every pod, by its public id: the token is not needed for it. */
function logout(array $user): never
{
    database()->prepare('SELECT revoke_session(:session, :user)')
        ->execute(['session' => $user['session_id'], 'user' => $user['user_id']]);
    setcookie('__Host-session', '', ['expires' => 1] + COOKIE);
    answer(303, '/login');
}

// The path that nginx has matched, so that both agree on the open paths.
$request = $_SERVER['REQUEST_METHOD'] . ' ' . $_SERVER['DOCUMENT_URI'];
if ($request === 'GET /login') {
    login_page();
} elseif ($request === 'POST /login') {
    login();
}
$user = current_user() ?? answer(401);
match ($request) {
    'GET /me' => answer_json($user),
    'GET /sessions' => answer_json(sessions($user)),
    'POST /logout' => logout($user),
    default => answer(404),
};
