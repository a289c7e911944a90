"""A referral whose every personal text is a word that exists nowhere else, so that no trace of it can be mistaken."""

from gateway.referring.example import example
from gateway.station import utc_now

NAME = "Kvasterblomme Ægirsdøttir"
CPR = "140570-5480"
PHONE = "+45 95 00 93 17"
NOTE = "Skyggemelding til afdelingen: Vrimmelhuset låser ikke dørene."
REASON = "Begrundelsesord Tværskovlinje."
TEXT = (
    "Vrængebakken kaldte på Plumrebrødrene, og Østernæbbet svarede.\n\n"
    "Hun fortæller om Snirkelhaven og om Gnavpotteriet, hvor Ålekvabberne bor. "
    "»Det er Rimfrostkransen igen«, siger hun – og Sprutbakkelsen går i stå."
)


def referral(code):
    """Write it; it can be sent now, to the municipality with `code`."""
    written = example(code, utc_now())
    consent = written["consent"]
    return written | {
        "reference": "KANARIEREF-4471",
        "sender": written["sender"] | {"name": "Sendrine Kvadrillesen"},
        "citizen": written["citizen"]
        | {
            "name": NAME,
            "cpr": CPR,
            "phone": PHONE,
            "address": "Snurretoppen 4711, Zwergflækkebjerg",
            "how_to_reach": "Gennem Hængekøjevej, efter Morgenpludder",
            "interpreter": "Volapykkisk",
            "safety_note": "Hunden Glubskhale er løs",
        },
        "consent": consent
        | {
            "scope": consent["scope"] + " Samtykkeord Blåfjeldsrose.",
            "information_given": consent["information_given"] + " Oplysningsord Grønsværhat.",
            "journal_ref": "PJ-KANARIE-7731",
            "obtained_by": "Sendrine Kvadrillesen",
        },
        "text": TEXT,
        "urgency_remark": "Hasteord Lynfangerskab",
    }


STAFF = {
    "sender": "Sendrine Kvadrillesen",
    "worker": "Viola Modtagelundgaard",
    "department": "Dagny Afdelingsholmen",
    "auditor": "Revine Tilsynsbækken",
}
PASSWORD = "Kodeordskanarie med blåbærgrød"  # noqa: S105 - everything here is invented
SOUGHT = "+45 95 00 88 46"
"""A citizen nobody holds anything about, and who is searched for."""
SOUGHT_CPR = "120380-4915"
DRAFTED = "Udkastelinde Halvfærdiggaard"

WRITTEN = {
    "draft": DRAFTED,
    "supplement": "Tillægsordet Dværgbirkelund.",
    "call": "Opkaldsordet Linjesangeren.",
    "meeting place": "Mødestedet Uglespejlhuset",
    "meeting party": "Læge Vandmøllersen",
    "meeting scope": "Mødesamtykkeordet Havtornekrat.",
    "meeting told": "Mødeoplysningsordet Slåenbærkrat.",
    "meeting answer": "Mødesvarsordet Regnvejrsdagen.",
    "meeting off": "Afbudsordet Frostknastørt.",
    "assessment": "Vurderingsordet Hasselmusebo.",
    "contact": "Kontaktordet Tordenskraldet.",
    "own case": "SAGSKANARIE-90210",
    "gp told": "Lægeoplysningsordet Pimpernelduft.",
    "gp waived": "Mundtlighedsordet Skovskaderede.",
    "note": NOTE,
    "reason": REASON,
    "closing": "Afslutningsordet Novembertågen.",
    "not ours": "Afvisningsordet Nabosognet.",
    "basis": "Hjemmelsordet Paragrafkrattet.",
    "verdict": "Stikprøveordet Mosekonebryg.",
}


def kinds():
    """Sort every text by whom it would give away: the citizen, what colleagues wrote of them, staff, a password."""
    staff = set(STAFF.values()) | {name.split()[1] for name in STAFF.values()}
    sought = {shape for text in (SOUGHT, SOUGHT_CPR) for shape in (text, text.replace(" ", ""), text.replace("-", ""))}
    written = {word.strip(".") for text in WRITTEN.values() for word in text.split() if len(word) >= LONG_WORD}
    return {
        "citizen": set(texts()) - staff | sought,
        "notes": written - set(texts()),
        "staff": staff,
        "password": {PASSWORD, *(word for word in PASSWORD.split() if len(word) >= LONG_WORD)},
    }


LONG_WORD = 10
"""A word as long as this is invented; shorter ones may be anybody's."""


def texts():
    """List every text that may be nowhere in the clear."""
    said = [NAME, *NAME.split(), CPR, CPR.replace("-", ""), PHONE, PHONE.replace(" ", ""), PHONE[4:].replace(" ", "")]
    said += ["KANARIEREF-4471", "PJ-KANARIE-7731", "Kvadrillesen", "Snurretoppen", "Zwergflækkebjerg", "Hængekøjevej"]
    said += ["Morgenpludder", "Volapykkisk", "Glubskhale", "Blåfjeldsrose", "Grønsværhat", "Lynfangerskab"]
    said += ["Vrængebakken", "Plumrebrødrene", "Østernæbbet", "Snirkelhaven", "Gnavpotteriet", "Ålekvabberne"]
    said += ["Rimfrostkransen", "Sprutbakkelsen", "Skyggemelding", "Vrimmelhuset", "Begrundelsesord", "Tværskovlinje"]
    return said
