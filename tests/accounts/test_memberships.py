def test_the_people_know_their_place(desk_praia, desk_sal, dgi_officer):
    assert desk_praia.municipality_ids() == {"CV-PR"}
    assert desk_sal.municipality_ids() == {"CV-SL"}
    assert dgi_officer.has_national_role()
