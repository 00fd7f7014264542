from django.urls import path

from cases.views import public_guidance

urlpatterns = [
    path("", public_guidance.card_list, name="public_guidance_list"),
    path("<str:code>/", public_guidance.card_detail, name="public_guidance"),
]
