from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in as the portal wants it: nobody opens an account on their own."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
