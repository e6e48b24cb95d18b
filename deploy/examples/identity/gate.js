// Express behind the session gate: request.user is what `find` returns for the user's id, or null.
//
//     const gate = require('./gate.js');
//     app.use(gate(async (id) => {
//       const { rows } = await pool.query('SELECT * FROM users WHERE id::text = $1', [id]);
//       return rows[0];
//     }));
//
// request.session is taken by other middleware, so what else the gate has said is in request.gate. Whoever reaches the
// application without nginx can claim to be anybody, so it listens where nothing but nginx can connect.
'use strict';

function said(request, name) {
  return decodeURIComponent(request.headers[name] ?? '');
}

module.exports = (find) => async (request, response, next) => {
  try {
    const id = said(request, 'x-auth-user-id');
    request.gate = {
      userID: id,
      username: said(request, 'remote-user'),
      // Split first: a comma inside a group's name is encoded.
      groups: (request.headers['remote-groups'] ?? '').split(',').filter(Boolean).map(decodeURIComponent),
      name: said(request, 'remote-name'),
      email: said(request, 'remote-email'),
      sessionID: said(request, 'x-auth-session-id'),
    };
    request.user = id ? await find(id) ?? null : null;
  } catch (error) {
    return next(error);
  }
  next();
};
