"""Django behind the session gate: request.user is the row whose primary key the gate has said.

In settings.MIDDLEWARE, in place of django.contrib.auth.middleware.AuthenticationMiddleware:

    "gate.GateMiddleware",

No user is created, and Django's own session signs nobody in. Whoever reaches the application without nginx can claim to
be anybody, so it listens where nothing but nginx can connect.
"""

from functools import partial
from urllib.parse import unquote

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.utils.functional import SimpleLazyObject


def signed_in_user(request):
    """Returns the user, or AnonymousUser if nobody is signed in or the id is nobody's here."""
    identifier = unquote(request.META.get("HTTP_X_AUTH_USER_ID", ""))
    if not identifier:
        return AnonymousUser()
    users = get_user_model()
    try:
        user = users._default_manager.get(pk=identifier)
    except (users.DoesNotExist, ValueError, ValidationError):
        # Such as the id of one of the gate's own users.
        return AnonymousUser()
    # Python reads "01" and "1_0" as numbers too.
    return user if user.is_active and str(user.pk) == identifier else AnonymousUser()


# The base class is what Django's admin looks for in MIDDLEWARE.
class GateMiddleware(AuthenticationMiddleware):
    def process_request(self, request):
        request.user = SimpleLazyObject(partial(signed_in_user, request))
        request.auser = partial(sync_to_async(signed_in_user), request)
