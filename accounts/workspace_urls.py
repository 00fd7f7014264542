"""What everybody who has signed in shares: waiting forms, inbox, profile, colleagues."""

from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("resume/", views.resume, name="resume"),
    path("drafts/", views.draft_save, name="draft_save"),
    path("drafts/discard/", views.draft_discard, name="draft_discard"),
    path("notices/", views.notice_list, name="notice_list"),
    path("notices/read/", views.notice_read_all, name="notice_read_all"),
    path("notices/<int:pk>/", views.notice_open, name="notice_open"),
    path("profile/", views.profile, name="profile"),
    path("people/", views.person_list, name="person_list"),
    path("people/invite/", views.person_invite, name="person_invite"),
    path("people/<int:pk>/withdraw/", views.invitation_withdraw, name="invitation_withdraw"),
    path("invitations/<int:pk>/", views.invitation_answer, name="invitation_answer"),
    path("people/<int:pk>/end/", views.membership_end, name="membership_end"),
]
