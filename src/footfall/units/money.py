"""Money: exact amounts in major units, never finer than the currency can be paid."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact

from footfall.errors import UnitError, shown
from footfall.units.currencies import MINOR_DIGITS
from footfall.units.hints import nearest_hint
from footfall.units.numbers import NUMBER_THEN_WORD, exact_decimal, is_number, number_hint

# With three digits after the point 1e15 minor units, so that sums of thousands stay in 63 bits.
MOST_MONEY = 10**12
SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB"}
"""Currency that a sign may mean, for hints alone: several currencies share most signs."""

MONEY_ACCEPTS = "write an amount, such as 12.50 or 12.50 EUR"
CURRENCY_ACCEPTS = "write an ISO 4217 code, such as USD, EUR or JPY"


def minor_digits(code: str) -> int:
    """Return the digits after the point of a currency: 2 for EUR, 0 for JPY, 3 for KWD.

    Raises:
        UnitError: Not a currency in use.

    Examples:
        >>> minor_digits("EUR"), minor_digits("JPY"), minor_digits("KWD")
        (2, 0, 3)
    """
    if code not in MINOR_DIGITS:
        meant = SIGNS.get(code, code.upper())
        hint = (
            f"did you mean {meant}?"
            if meant in MINOR_DIGITS
            else nearest_hint(meant, MINOR_DIGITS)
        )
        raise UnitError(f"{shown(code)} is not a currency", CURRENCY_ACCEPTS, hint)
    return MINOR_DIGITS[code]


def parse_currency(text: str) -> str:
    """Return the ISO 4217 code of a currency in use.

    Raises:
        UnitError: Not such a code.

    Examples:
        >>> parse_currency("INR")
        'INR'
    """
    minor_digits(text.strip())
    return text.strip()


def parse_money(text: str, currency: str) -> Decimal:
    """Return an amount in major units of `currency`, of `12.50` or `12.50 EUR`.

    Raises:
        UnitError: Not an amount, another currency, 10**12 or more, or finer than the currency's
            minor unit.

    Examples:
        >>> parse_money("12.5 EUR", "EUR")
        Decimal('12.50')
        >>> parse_money("€12.50", "EUR")
        Traceback (most recent call last):
        footfall.errors.UnitError: "€12.50" is not an amount of money...
    """
    matched = NUMBER_THEN_WORD.fullmatch(text.strip())
    if not matched:
        amount = text.strip().strip("".join(SIGNS)).strip()
        hint = (
            f"write {amount}, without a sign"
            if is_number(amount)
            else number_hint(text.strip())
        )
        raise UnitError(f"{shown(text)} is not an amount of money", MONEY_ACCEPTS, hint)
    if matched[2] and matched[2] != currency:
        raise UnitError(
            f"{shown(text)} is not in {currency}",
            f"write {matched[1]} or {matched[1]} {currency}",
        )
    return _amount(
        text, exact_decimal(matched[1], "an amount of money", MONEY_ACCEPTS), currency
    )


def _amount(text: str, amount: Decimal, currency: str) -> Decimal:
    digits = minor_digits(currency)
    if abs(amount) >= MOST_MONEY:
        raise UnitError(f"{shown(text)} is too much money", "write an amount below 1e12")
    try:
        return amount.quantize(
            Decimal(1).scaleb(-digits), context=Context(prec=40, traps=[Inexact])
        )
    except Inexact:
        accepts = (
            f"{currency} has {digits} digits after the point"
            if digits
            else f"{currency} has no minor unit"
        )
        raise UnitError(
            f"{shown(text)} is finer than {currency} can be paid", accepts
        ) from None
