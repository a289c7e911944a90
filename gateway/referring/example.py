"""An invented referral in the shape `refer` takes, dated so that it can be sent now. Nobody in it exists."""

from datetime import datetime, timedelta
from typing import Any

from directory import municipalities
from directory.calendar import COPENHAGEN


def example(code: str, now: datetime) -> dict[str, Any]:
    """Write an example for the municipality with `code`; the text is Danish, as a sender would write it."""
    place = municipalities.by_code(code)
    name = place.official_name if place else code
    local = now.astimezone(COPENHAGEN).replace(microsecond=0)
    return {
        "reference": "EKSEMPEL-1",
        "origin": "amk_call",
        "submitted_at": local.isoformat(),
        "sender": {
            "name": "Mette Testgaard",
            "role": "Sundhedsfaglig visitator",
            "unit": "AMK-vagtcentralen",
            "phone": "+45 84 11 20 01",
        },
        "caller": "borgeren",
        "citizen": {
            "name": "Karen Testdal",
            "cpr": "190668-7074",
            "phone": "+45 95 00 01 02",
            "address": "Eksempelvej 14, 2. tv",
            "residence": "egen_bolig",
            "home_municipality_code": code,
            "home_municipality_text": name,
            "how_to_reach": "Telefon efter kl. 11. Sig tydeligt, hvem der ringer.",
        },
        "consent": {
            "given": True,
            "form": "mundtligt",
            "writing_waived_because": "Samtykket er givet i telefonen under et 1-1-2-opkald.",
            "for_municipality": code,
            "obtained_at": (local - timedelta(minutes=6)).isoformat(),
            "obtained_by": "Mette Testgaard",
            "given_by": "borgeren selv",
            "scope": f"Præhospitalet må videregive til {name}, at borgeren ringer 1-1-2 med sociale problemstillinger, "
            "og sociale eller sundhedsfaglige medarbejdere i kommunen må kontaktes.",
            "information_given": "Oplyst, hvad der sendes, til hvem og hvorfor, at det er frivilligt, og at samtykket "
            "kan trækkes tilbage.",
            "journal_ref": "PJ-EKSEMPEL-1",
        },
        "screening": {"acute_somatic": False, "suicidal_thoughts": False, "distances_from_thoughts": None},
        "problem_types": ["ensomhed", "psykisk"],
        "text": "Opdigtet eksempel. Borgeren ringer om aftenen og har svært ved at være alene. Ingen akutte symptomer, "
        "ingen selvmordstanker. Hun vil gerne ringes op af en fra kommunen.",
        "calls_today": 2,
        "calls_last_30_days": 9,
    }
