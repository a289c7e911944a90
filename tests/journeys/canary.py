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


def texts():
    """List every text that may be nowhere in the clear."""
    said = [NAME, *NAME.split(), CPR, CPR.replace("-", ""), PHONE, PHONE.replace(" ", ""), PHONE[4:].replace(" ", "")]
    said += ["KANARIEREF-4471", "PJ-KANARIE-7731", "Kvadrillesen", "Snurretoppen", "Zwergflækkebjerg", "Hængekøjevej"]
    said += ["Morgenpludder", "Volapykkisk", "Glubskhale", "Blåfjeldsrose", "Grønsværhat", "Lynfangerskab"]
    said += ["Vrængebakken", "Plumrebrødrene", "Østernæbbet", "Snirkelhaven", "Gnavpotteriet", "Ålekvabberne"]
    said += ["Rimfrostkransen", "Sprutbakkelsen", "Skyggemelding", "Vrimmelhuset", "Begrundelsesord", "Tværskovlinje"]
    return said
