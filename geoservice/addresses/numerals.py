"""Numbers in addresses, in digits and in Chinese numerals."""

_DIGITS = {
    character: value
    for value, characters in enumerate(("零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for character in characters
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "廿": 20, "卅": 30}
_TWENTY = 20
_LONGEST = 9


def number_value(text: str) -> int | None:
    """Return the number that digits or Chinese numerals say, None for other text.

    >>> [number_value(text) for text in ("12", "十二", "一百零三", "二〇五", "廿三", "甲")]
    [12, 12, 103, 205, 23, None]
    """
    if text.isascii():
        return int(text) if text.isdigit() and len(text) <= _LONGEST else None
    if not text or len(text) > _LONGEST or not all(character in _DIGITS or character in _UNITS for character in text):
        return None
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total, digit = 0, None
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
            continue
        unit = _UNITS[character]
        total += unit if _TWENTY <= unit < 100 else unit * (1 if digit is None else digit)
        digit = None
    return total + (digit or 0)
