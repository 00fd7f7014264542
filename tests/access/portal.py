"""The public site and the signed-in home."""

from tests.access_table import FOUND, everybody, signed_in

GET = {
    "home": everybody(),
    "healthz": everybody(),
    "favicon": everybody(FOUND),
    "choose_language": everybody(FOUND),
    "municipality_list": everybody(),
    "municipality_detail": everybody(),
    "workspace": signed_in(),
}
ARGUMENTS = {
    "choose_language": lambda get: {"code": "fr"},
    "municipality_detail": lambda get: {"slug": get("praia").slug},
}
