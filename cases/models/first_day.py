"""What somebody new at a desk has seen of the guide for the first day."""

from django.db import models

from accounts.models import User


class FirstDay(models.Model):
    """Of the guide for the first day only what leaves no trace elsewhere: a page that was read, the end."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    keys_seen_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "first day"
        verbose_name_plural = "first days"

    def __str__(self) -> str:
        return str(self.user)
