from django.contrib.auth.middleware import LoginRequiredMiddleware


class SignedInMiddleware(LoginRequiredMiddleware):
    """Every page needs a sign-in unless its view says `@login_not_required`."""
