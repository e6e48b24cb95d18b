import FoundationEssentials
import TestSupport

/// A file of `deploy/examples/identity` in a minimal application, which says who is signed in.
enum IdentityRecipe: String, CaseIterable, Sendable {
    case django
    case express

    /// Starts the application and waits until it accepts connections.
    ///
    /// - Parameters:
    ///   - folder: of its files; what it runs from is copied there.
    ///   - socket: where it is to listen.
    ///   - database: with Django's tables.
    func start(in folder: TestFolder, listeningAt socket: String, database: SharedDatabase) throws -> ServerProcess {
        let home = try folder.makeFolder(rawValue)
        for name in ["gate.py", "gate.js"] {
            let file = Repository.path("deploy/examples/identity/\(name)")
            try folder.write("\(rawValue)/\(name)", String(contentsOfFile: file, encoding: .utf8))
        }
        let (program, arguments): (String, [String])
        switch self {
        case .django:
            try folder.write("django/application.py", Self.djangoApplication)
            (program, arguments) = (Example.python, ["-m", "uvicorn", "application:app", "--uds", socket])
        case .express:
            try folder.write("express/application.js", Self.expressApplication)
            (program, arguments) = ("node", ["application.js", socket])
        }
        let process = try ServerProcess(
            program, arguments,
            environment: Example.environment.merging([
                "PGHOST": database.server.socketFolder, "PGUSER": "postgres", "PGDATABASE": database.name,
            ]) { $1 }, workingFolder: home, logFile: folder.path("\(rawValue).log"))
        try eventually("\(rawValue) accepts connections", within: .seconds(30), log: process.log) {
            try process.requireRunning()
            return Endpoint.unix(socket).isListening
        }
        return process
    }

    private static let djangoApplication = """
        import os

        import django
        from django.conf import settings
        from django.contrib.auth.decorators import login_required
        from django.core.asgi import get_asgi_application
        from django.http import JsonResponse
        from django.urls import path

        settings.configure(
            SECRET_KEY="tests",
            ALLOWED_HOSTS=["localhost"],
            ROOT_URLCONF=__name__,
            INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
            MIDDLEWARE=["django.middleware.common.CommonMiddleware", "gate.GateMiddleware"],
            DATABASES={"default": {
                "ENGINE": "django.db.backends.postgresql",
                "HOST": os.environ["PGHOST"], "USER": os.environ["PGUSER"], "NAME": os.environ["PGDATABASE"],
            }},
        )
        django.setup()


        def said(user):
            return JsonResponse({"id": str(user.pk or ""), "username": user.get_username()})


        def me(request):
            return said(request.user)


        async def async_me(request):
            return said(await request.auser())


        @login_required(login_url="/nobody")
        def member(request):
            return said(request.user)


        urlpatterns = [path("me", me), path("async", async_me), path("member", member), path("public/me", me)]
        app = get_asgi_application()
        """

    /// Express's requests and responses are Node's, and so are middleware functions.
    private static let expressApplication = """
        'use strict';
        const http = require('node:http');
        const { Pool } = require('pg');
        const pool = new Pool();
        const gate = require('./gate.js')(async (id) => {
          const { rows } = await pool.query(
            'SELECT id, username FROM auth_user WHERE id::text = $1 AND is_active', [id]);
          return rows[0];
        });
        http.createServer((request, response) => gate(request, response, (error) => {
          if (error) response.statusCode = 500;
          const { user, gate: said } = request;
          response.end(JSON.stringify({
            id: String(user?.id ?? ''), username: user?.username ?? '', groups: said?.groups ?? [], name: said?.name ?? '',
          }));
        })).listen({ path: process.argv[2], writableAll: true });
        """
}
