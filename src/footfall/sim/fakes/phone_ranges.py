"""Telephone numbers that belong to nobody: what regulators keep free for films and books.

Source: NANPA (555-0100 to 555-0199 in any area), Ofcom ("Telephone numbers for drama"),
Bundesnetzagentur (Mitteilung 148/2021), ARCEP (national numbering plan: 01 99 00 and others), ACMA
(5550 in each area), PTS (numbers for fiction). Other countries keep none.
"""

from __future__ import annotations

RANGES: dict[str, tuple[str, ...]] = {
    "US": tuple(
        f"+1{area}55501##" for area in (212, 213, 305, 312, 404, 415, 512, 617, 702, 206)
    ),
    "CA": tuple(f"+1{area}55501##" for area in (416, 604, 514, 403, 613, 902)),
    "GB": ("+447700900###", "+447700900###", "+447700900###", "+441632960###"),
    "DE": ("+493023125###", "+496990009###", "+494066969###", "+492214710###", "+498999998###"),
    "FR": (
        *("+3363998####", "+3363998####", "+3363998####", "+3319900####", "+3326191####"),
        *("+3335301####", "+3346571####", "+3353649####"),
    ),
    "AU": ("+6125550####", "+6135550####", "+6175550####", "+6185550####"),
    "SE": ("+463139006##", "+464062804##", "+468465004##"),
}
"""Country → its ranges, a `#` for each free digit; some stand there more often, since most people have a mobile."""
